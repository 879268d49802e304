// Error measures between two float32 tensors, scalar and normative. The state and the order of additions are those of
// num/error-sums.ts.

import { addErrorOf, finishErrors } from '../num/error-sums';

/** Adds len pairs, of which the first is element `start` (mod 4 is enough) of the whole tensors. */
export function add_errors_f32(aPtr: usize, bPtr: usize, statePtr: usize, len: usize, start: usize): void {
  for (let i: usize = 0; i < len; i++) {
    addErrorOf(statePtr, (start + i) & 3, <f64>load<f32>(aPtr + (i << 2)), <f64>load<f32>(bPtr + (i << 2)));
  }
}

export function finish_errors(statePtr: usize, count: f64, outPtr: usize): void {
  finishErrors(statePtr, count, outPtr);
}
