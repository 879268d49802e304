// Softmax and its logarithm along one axis, scalar and normative. Σe of a row in float64: in whole groups of 8, element j
// adds to p[j mod 8]; the lanes join as ((p0 + p4) + (p2 + p6)) + ((p1 + p5) + (p3 + p7)); the last length mod 8 follow
// one by one. Σe of a column is one chain.

import { expDown } from '../num/exp-down';
import { ln } from '../num/log';

const LOG: i32 = 1;
const LANES: usize = memory.data(64, 16);

@inline
function greater(a: f32, x: f32): f32 {
  return a < x ? x : a;
}

export function softmax_rows_f32(xPtr: usize, outPtr: usize, rows: usize, length: usize, kind: i32): void {
  for (let row: usize = 0; row < rows; row++) {
    const at = row * length;
    line(xPtr + (at << 2), outPtr + (at << 2), length, 4, kind, true);
  }
}

export function softmax_columns_f32(
  xPtr: usize, outPtr: usize, outer: usize, axis: usize, columns: usize, stride: usize, kind: i32,
): void {
  for (let o: usize = 0; o < outer; o++) {
    for (let column: usize = 0; column < columns; column++) {
      const at = (o * axis * stride + column) << 2;
      line(xPtr + at, outPtr + at, axis, stride << 2, kind, false);
    }
  }
}

/** One row or column of elements `step` bytes apart. */
function line(xPtr: usize, outPtr: usize, length: usize, step: usize, kind: i32, lanes: bool): void {
  let m: f32 = -Infinity;
  for (let n: usize = 0; n < length; n++) m = greater(m, load<f32>(xPtr + n * step));
  const sum = lanes ? laneSum(xPtr, length, m) : chain(0, xPtr, length, step, m);
  const logSum = <f32>ln(sum);
  for (let n: usize = 0; n < length; n++) {
    const x = load<f32>(xPtr + n * step) - m;
    store<f32>(outPtr + n * step, kind == LOG ? x - logSum : expDown(x) / <f32>sum);
  }
}

function chain(sum: f64, xPtr: usize, length: usize, step: usize, m: f32): f64 {
  for (let n: usize = 0; n < length; n++) sum += <f64>expDown(load<f32>(xPtr + n * step) - m);
  return sum;
}

@inline
function lane(i: usize): f64 {
  return load<f64>(LANES + (i << 3));
}

function laneSum(xPtr: usize, length: usize, m: f32): f64 {
  for (let i: usize = 0; i < 8; i++) store<f64>(LANES + (i << 3), 0);
  const whole = length & ~7;
  for (let n: usize = 0; n < whole; n++) {
    const to = LANES + ((n & 7) << 3);
    store<f64>(to, load<f64>(to) + <f64>expDown(load<f32>(xPtr + (n << 2)) - m));
  }
  const sum = lane(0) + lane(4) + (lane(2) + lane(6)) + (lane(1) + lane(5) + (lane(3) + lane(7)));
  return chain(sum, xPtr + (whole << 2), length - whole, 4, m);
}

export function scale_mask_f32(
  xPtr: usize, maskPtr: usize, outPtr: usize, rows: usize, length: usize, maskStep: usize, scale: f32,
): void {
  for (let row: usize = 0; row < rows; row++) {
    for (let j: usize = 0; j < length; j++) {
      const at = (row * length + j) << 2;
      const scaled = load<f32>(xPtr + at) * scale;
      store<f32>(outPtr + at, maskPtr == 0 ? scaled : scaled + load<f32>(maskPtr + ((row * maskStep + j) << 2)));
    }
  }
}

export function log_sum_exp_f32(xPtr: usize, outPtr: usize, outer: usize, axis: usize, inner: usize): void {
  for (let o: usize = 0; o < outer; o++) {
    for (let i: usize = 0; i < inner; i++) {
      const to = outPtr + ((o * inner + i) << 2);
      const greatest = load<f32>(to);
      if (abs(greatest) == Infinity) continue;
      const at = xPtr + ((o * axis * inner + i) << 2);
      const sum = inner == 1 ? laneSum(at, axis, greatest) : chain(0, at, axis, inner << 2, greatest);
      store<f32>(to, <f32>(<f64>greatest + ln(sum)));
    }
  }
}
