// Mean, variance, range and sparsity of a float32 tensor, scalar and normative. The state and the order of additions are
// those of num/moment-sums.ts.

import { addMomentOf, finishMoments } from '../num/moment-sums';

/** Adds len elements, of which the first is element `start` (mod 4 is enough) of the whole tensor. */
export function add_moments_f32(xPtr: usize, statePtr: usize, len: usize, start: usize): void {
  for (let i: usize = 0; i < len; i++) {
    addMomentOf(statePtr, (start + i) & 3, load<f32>(xPtr + (i << 2)));
  }
}

export function finish_moments(statePtr: usize, count: f64, outPtr: usize): void {
  finishMoments(statePtr, count, outPtr);
}
