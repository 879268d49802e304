// Sums, products, maxima and minima of float32 along one axis, scalar and normative. The order, for a row of n elements:
//
//   sums       whole groups of 8:  element j adds to p[j mod 8];  the lanes join as
//              ((p0 + p4) + (p2 + p6)) + ((p1 + p5) + (p3 + p7));  then the last n mod 8 elements, one by one
//   extremes   whole groups of 16, lanes of 4:  with a | b = "b if better, else a",
//              m = (m[j] | m[j + 4]) | (m[j + 8] | m[j + 12]);  (m0 | m1) | (m2 | m3);  then the rest, one by one
//
// A column (inner > 1) is one chain from its first element to its last.

import { extreme, joined, lowest, PRODUCT } from '../num/fold';
import { chainOf, scalarRow } from '../num/row-sums-scalar';

const LANES: usize = memory.data(64, 16);

export function reduce_sums_f32(
  xPtr: usize, outPtr: usize, outer: usize, axis: usize, inner: usize, op: i32, more: i32,
): void {
  const none: f64 = op == PRODUCT ? 1 : 0;
  for (let o: usize = 0; o < outer; o++) {
    for (let i: usize = 0; i < inner; i++) {
      const at = xPtr + ((o * axis * inner + i) << 2);
      const to = outPtr + ((o * inner + i) << 3);
      const before = more ? load<f64>(to) : none;
      if (inner == 1) store<f64>(to, joined<f64>(before, scalarRow(at, axis, 0, op), op));
      else store<f64>(to, chainOf(before, at, axis, inner, 0, op));
    }
  }
}

export function reduce_extremes_f32(
  xPtr: usize, outPtr: usize, outer: usize, axis: usize, inner: usize, op: i32, more: i32,
): void {
  for (let o: usize = 0; o < outer; o++) {
    for (let i: usize = 0; i < inner; i++) {
      const at = xPtr + ((o * axis * inner + i) << 2);
      const to = outPtr + ((o * inner + i) << 2);
      if (inner == 1) {
        const found = extremeOfRow(at, axis, op);
        store<f32>(to, more ? extreme<f32>(load<f32>(to), found, op) : found);
      } else store<f32>(to, best(more ? load<f32>(to) : lowest<f32>(op), at, axis, inner, op));
    }
  }
}

function best(found: f32, xPtr: usize, count: usize, step: usize, op: i32): f32 {
  for (let n: usize = 0; n < count; n++) found = extreme<f32>(found, load<f32>(xPtr + ((n * step) << 2)), op);
  return found;
}

/** Joins the upper half of `count` lanes into the lower half: lane i with lane i + distance. */
function halve(i: usize, distance: usize, op: i32): f32 {
  return extreme<f32>(load<f32>(LANES + (i << 2)), load<f32>(LANES + ((i + distance) << 2)), op);
}

function extremeOfRow(xPtr: usize, length: usize, op: i32): f32 {
  for (let i: usize = 0; i < 16; i++) store<f32>(LANES + (i << 2), lowest<f32>(op));
  const whole = length & ~15;
  for (let n: usize = 0; n < whole; n++) {
    const to = LANES + ((n & 15) << 2);
    store<f32>(to, extreme<f32>(load<f32>(to), load<f32>(xPtr + (n << 2)), op));
  }
  for (let i: usize = 0; i < 4; i++) {
    store<f32>(LANES + (i << 2), extreme<f32>(halve(i, 4, op), halve(i + 8, 4, op), op));
  }
  const found = extreme<f32>(halve(0, 1, op), halve(2, 1, op), op);
  return best(found, xPtr + (whole << 2), length - whole, 1, op);
}
