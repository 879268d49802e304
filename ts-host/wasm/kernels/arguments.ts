// Checks that the bindings share. A failed one is a caller's mistake, named by the argument.

import { OctavoError } from '../../errors.js';

/** @throws OctavoError `INVALID_ARGUMENT` when `view` has not `length` elements. */
export function requireLength(view: { readonly length: number }, length: number, field: string): void {
  if (view.length !== length) {
    throw new OctavoError('INVALID_ARGUMENT', `${field} has ${view.length} elements, needs ${length}`, {
      field,
    });
  }
}

/** @throws OctavoError `INVALID_ARGUMENT` when `value` is no integer in [low, high]. */
export function requireInteger(value: number, low: number, high: number, field: string): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new OctavoError('INVALID_ARGUMENT', `${field} is ${value}, needs an integer in [${low}, ${high}]`, {
      field,
    });
  }
}
