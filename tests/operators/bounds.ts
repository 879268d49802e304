// How near two elements must be. A bound is told the values and what else it may need, and answers yes or no.

import type { DType } from '../../ts-host/ir/dtype.js';

export interface Compared {
  readonly dtype: DType;
  /** Largest finite magnitude among the expected elements. */
  readonly scale: number;
}

export interface Bound {
  readonly name: string;
  holds(actual: number | bigint, expected: number | bigint, about: Compared): boolean;
}

/** Equal bits, but for the payloads of NaNs. */
export const exact: Bound = { name: 'exact', holds: (a, b) => Object.is(a, b) };

/** Equal values: -0 is 0. */
export const equal: Bound = { name: 'equal', holds: (a, b) => a === b || Object.is(a, b) };

/** Equal, or floats so near. */
function near(name: string, holds: (a: number, b: number, about: Compared) => boolean): Bound {
  return {
    name,
    holds: (a, b, about) =>
      equal.holds(a, b, about) ||
      (typeof a === 'number' && typeof b === 'number' && Number.isFinite(a) && Number.isFinite(b)
        ? holds(a, b, about)
        : false),
  };
}

const DIGITS: Partial<Record<DType, readonly [bits: number, lowest: number]>> = {
  float64: [52, -1022],
  float32: [23, -126],
  float16: [10, -14],
  bfloat16: [7, -126],
};

/** The distance of `value` from the next float of its type. */
function ulpOf(value: number, dtype: DType): number {
  const [bits, lowest] = DIGITS[dtype] ?? [0, 0];
  const exponent = value === 0 ? lowest : Math.max(lowest, Math.floor(Math.log2(Math.abs(value))));
  return 2 ** (exponent - bits);
}

/** At most `count` floats of the output's type apart. Integers must be equal. */
export function ulps(count: number): Bound {
  return near(`${count} ulp`, (a, b, { dtype }) => Math.abs(a - b) <= count * ulpOf(b, dtype));
}

/** |a - b| ≤ tolerance · |b|. */
export function relative(tolerance: number): Bound {
  return near(`${tolerance} relative`, (a, b) => Math.abs(a - b) <= tolerance * Math.abs(b));
}

/** |a - b| ≤ tolerance. Integers too: `absolute(1)` allows a rounding that went the other way. */
export function absolute(tolerance: number): Bound {
  return {
    name: `${tolerance} absolute`,
    holds: (a, b) =>
      equal.holds(a, b, { dtype: 'float64', scale: 0 }) || Math.abs(Number(a) - Number(b)) <= tolerance,
  };
}

/** |a - b| ≤ tolerance · the largest magnitude in the output: for sums that may cancel. */
export function ofRange(tolerance: number): Bound {
  return near(`${tolerance} of the range`, (a, b, { scale }) => Math.abs(a - b) <= tolerance * scale);
}

/** Any of the bounds. */
export function anyOf(...bounds: Bound[]): Bound {
  return {
    name: bounds.map(({ name }) => name).join(' or '),
    holds: (a, b, about) => bounds.some((bound) => bound.holds(a, b, about)),
  };
}
