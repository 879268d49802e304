// The sums behind the error measures of two float32 tensors a and b, and how they are finished. Everything is summed
// in float64, where products of float32 are exact and cannot overflow.
//
// Element n of the tensor belongs to lane n mod 4, whatever chunks the tensor comes in, so each lane is one fixed
// sequence of additions; lanes are joined as (0 + 1) + (2 + 3). The state is 17 float64:
//
//   byte 0     32     64     96     128
//   dot[4]     aa[4]  bb[4]  ee[4]  maxAbs

import { log10 } from './log';

export const DOT: usize = 0;
export const AA: usize = 32;
export const BB: usize = 64;
export const EE: usize = 96;
export const MAX_ABS: usize = 128;

/** Adds one pair of elements to its lane. */
@inline
export function addErrorOf(statePtr: usize, lane: usize, a: f64, b: f64): void {
  const lanePtr = statePtr + (lane << 3);
  const difference = a - b;
  store<f64>(lanePtr, load<f64>(lanePtr, DOT) + a * b, DOT);
  store<f64>(lanePtr, load<f64>(lanePtr, AA) + a * a, AA);
  store<f64>(lanePtr, load<f64>(lanePtr, BB) + b * b, BB);
  store<f64>(lanePtr, load<f64>(lanePtr, EE) + difference * difference, EE);
  // NaN compares false and is left out here; it shows in ee.
  if (load<f64>(statePtr, MAX_ABS) < abs(difference)) store<f64>(statePtr, abs(difference), MAX_ABS);
}

@inline
function joined(lanesPtr: usize): f64 {
  return load<f64>(lanesPtr) + load<f64>(lanesPtr, 8) + (load<f64>(lanesPtr, 16) + load<f64>(lanesPtr, 24));
}

/** Writes mse, sqnr in dB, cosine and maxAbs, four float64, to outPtr.
 *
 *  mse = ee / count;  sqnr = 10 · log10(aa / ee);  cosine = dot / √(aa · bb)
 *
 *  ee = 0: sqnr +Infinity. Both tensors zero: cosine 1; only one: 0. count = 0: mse 0. NaN in, NaN out. */
export function finishErrors(statePtr: usize, count: f64, outPtr: usize): void {
  const aa = joined(statePtr + AA);
  const bb = joined(statePtr + BB);
  const ee = joined(statePtr + EE);
  const norms = sqrt(aa * bb);
  const cosine = norms == 0 ? (aa == bb ? 1 : 0) : joined(statePtr + DOT) / norms;
  store<f64>(outPtr, count == 0 ? 0 : ee / count);
  store<f64>(outPtr, ee == 0 ? Infinity : 10 * log10(aa / ee), 8);
  store<f64>(outPtr, cosine, 16);
  store<f64>(outPtr, ee != ee ? NaN : load<f64>(statePtr, MAX_ABS), 24);
}
