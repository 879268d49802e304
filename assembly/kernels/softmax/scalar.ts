// What is rare: softmax of float64, and which element of an axis is the greatest, as 0 and 1.

import { exp64 } from '../../num/exp64';
import { ln } from '../../num/log';

const LOG: i32 = 1;

/** Softmax (kind 1: its logarithm) along axis of [outer, axis, inner]. */
export function softmax_f64(xPtr: usize, outPtr: usize, outer: usize, axis: usize, inner: usize, kind: i32): void {
  const step = inner << 3;
  for (let o: usize = 0; o < outer; o++) {
    for (let i: usize = 0; i < inner; i++) {
      const at = (o * axis * inner + i) << 3;
      line64(xPtr + at, outPtr + at, axis, step, kind);
    }
  }
}

function line64(xPtr: usize, outPtr: usize, axis: usize, step: usize, kind: i32): void {
  const end = xPtr + axis * step;
  const peak = peak64(xPtr, axis, step);
  let sum: f64 = 0;
  for (let at = xPtr; at < end; at += step) sum += exp64(load<f64>(at) - peak);
  const logSum = ln(sum);
  for (let at = xPtr; at < end; at += step, outPtr += step) {
    const x = load<f64>(at) - peak;
    store<f64>(outPtr, kind == LOG ? x - logSum : exp64(x) / sum);
  }
}

function peak64(xPtr: usize, axis: usize, step: usize): f64 {
  let peak: f64 = -Infinity;
  for (let n: usize = 0; n < axis; n++, xPtr += step) {
    const x = load<f64>(xPtr);
    if (peak < x) peak = x;
  }
  return peak;
}

/** out = peak + ln Σ exp(x − peak) along axis of [outer, axis, inner], in float64. Where the peak is infinite, it is
 *  the answer; NaN gives NaN. */
export function log_sum_exp_f64(xPtr: usize, outPtr: usize, outer: usize, axis: usize, inner: usize): void {
  const step = inner << 3;
  for (let o: usize = 0; o < outer; o++) {
    for (let i: usize = 0; i < inner; i++, outPtr += 8) {
      const from = xPtr + ((o * axis * inner + i) << 3);
      const peak = peak64(from, axis, step);
      const m: f64 = abs(peak) == Infinity ? 0 : peak;
      let sum: f64 = 0;
      for (let n: usize = 0; n < axis; n++) sum += exp64(load<f64>(from + n * step) - m);
      store<f64>(outPtr, m + ln(sum));
    }
  }
}

/** 1 at the first greatest element along axis of [outer, axis, inner], else 0. Only what is greater than the first
 *  element and all after it counts: NaN is passed over, unless it comes first. */
export function hardmax_f32(xPtr: usize, outPtr: usize, outer: usize, axis: usize, inner: usize): void {
  memory.fill(outPtr, 0, (outer * axis * inner) << 2);
  if (axis == 0) return;
  for (let o: usize = 0; o < outer; o++) {
    for (let i: usize = 0; i < inner; i++) {
      const first = (o * axis * inner + i) << 2;
      let best = first;
      for (let n: usize = 1; n < axis; n++) {
        const at = first + ((n * inner) << 2);
        if (load<f32>(xPtr + at) > load<f32>(xPtr + best)) best = at;
      }
      store<f32>(outPtr + best, 1);
    }
  }
}
