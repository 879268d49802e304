// Sums, products, maxima and minima of float32 along one axis, 128-bit SIMD. A tensor is seen as [outer, axis, inner].
//
//   inner = 1   element n of a row goes to lane n mod 8 (sums) or n mod 16 (extremes); lanes join in a
//               tree (num/row-sums.ts, reference/reduce.ts); what is left of the row follows one by one
//   inner > 1   a column is one chain, sixteen columns at a time
//
// Sums and products are float64 from the first element to the answer; `finish_sums_f32` rounds them.

import { extreme, joined, lowest, mapped, MAX, MIN, PRODUCT, SUM, SUM_ABS, SUM_SQUARE } from '../../num/fold';
import { high, join, lanesOf, low, sumRow } from '../../num/row-sums';

/** Folds each row or column to one float64. `more`: goes on from what is at outPtr, instead of from 0 or 1. */
export function reduce_sums_f32(
  xPtr: usize, outPtr: usize, outer: usize, axis: usize, inner: usize, op: i32, more: i32,
): void {
  if (op == SUM) sums(xPtr, outPtr, outer, axis, inner, SUM, more);
  else if (op == SUM_ABS) sums(xPtr, outPtr, outer, axis, inner, SUM_ABS, more);
  else if (op == SUM_SQUARE) sums(xPtr, outPtr, outer, axis, inner, SUM_SQUARE, more);
  else sums(xPtr, outPtr, outer, axis, inner, PRODUCT, more);
}

@inline
function sums(xPtr: usize, outPtr: usize, outer: usize, axis: usize, inner: usize, op: i32, more: i32): void {
  const none: f64 = op == PRODUCT ? 1 : 0;
  for (let o: usize = 0; o < outer; o++) {
    if (inner == 1) {
      const before = more ? load<f64>(outPtr) : none;
      store<f64>(outPtr, joined<f64>(before, sumRow(xPtr, axis, 0, op, false), op));
    } else sumColumns(xPtr, outPtr, axis, inner, op, more);
    xPtr += (axis * inner) << 2;
    outPtr += inner << 3;
  }
}

@inline
function sumColumns(xPtr: usize, outPtr: usize, axis: usize, inner: usize, op: i32, more: i32): void {
  const stride = inner << 2;
  const none = f64x2.splat(op == PRODUCT ? 1 : 0);
  let left = inner;
  for (; left >= 16; left -= 16) {
    let p0 = more ? v128.load(outPtr) : none;
    let p1 = more ? v128.load(outPtr, 16) : none;
    let p2 = more ? v128.load(outPtr, 32) : none;
    let p3 = more ? v128.load(outPtr, 48) : none;
    let p4 = more ? v128.load(outPtr, 64) : none;
    let p5 = more ? v128.load(outPtr, 80) : none;
    let p6 = more ? v128.load(outPtr, 96) : none;
    let p7 = more ? v128.load(outPtr, 112) : none;
    let at = xPtr;
    for (let n = axis; n != 0; n--) {
      const a = v128.load(at);
      const b = v128.load(at, 16);
      const c = v128.load(at, 32);
      const d = v128.load(at, 48);
      p0 = join(p0, lanesOf(low(a), op), op);
      p1 = join(p1, lanesOf(high(a), op), op);
      p2 = join(p2, lanesOf(low(b), op), op);
      p3 = join(p3, lanesOf(high(b), op), op);
      p4 = join(p4, lanesOf(low(c), op), op);
      p5 = join(p5, lanesOf(high(c), op), op);
      p6 = join(p6, lanesOf(low(d), op), op);
      p7 = join(p7, lanesOf(high(d), op), op);
      at += stride;
    }
    v128.store(outPtr, p0);
    v128.store(outPtr, p1, 16);
    v128.store(outPtr, p2, 32);
    v128.store(outPtr, p3, 48);
    v128.store(outPtr, p4, 64);
    v128.store(outPtr, p5, 80);
    v128.store(outPtr, p6, 96);
    v128.store(outPtr, p7, 112);
    xPtr += 64;
    outPtr += 128;
  }
  for (; left >= 4; left -= 4) {
    let p0 = more ? v128.load(outPtr) : none;
    let p1 = more ? v128.load(outPtr, 16) : none;
    let at = xPtr;
    for (let n = axis; n != 0; n--) {
      const a = v128.load(at);
      p0 = join(p0, lanesOf(low(a), op), op);
      p1 = join(p1, lanesOf(high(a), op), op);
      at += stride;
    }
    v128.store(outPtr, p0);
    v128.store(outPtr, p1, 16);
    xPtr += 16;
    outPtr += 32;
  }
  for (; left != 0; left--) {
    let p: f64 = more ? load<f64>(outPtr) : op == PRODUCT ? 1 : 0;
    let at = xPtr;
    for (let n = axis; n != 0; n--) {
      p = joined<f64>(p, mapped<f64>(<f64>load<f32>(at), op), op);
      at += stride;
    }
    store<f64>(outPtr, p);
    xPtr += 4;
    outPtr += 8;
  }
}

/** The greatest (op MAX) or least element of each row or column; NaN if there is one; ∓infinity if there is none. Of two
 *  zeros of unlike sign the one that comes first in the order above. `more`: as above. */
export function reduce_extremes_f32(
  xPtr: usize, outPtr: usize, outer: usize, axis: usize, inner: usize, op: i32, more: i32,
): void {
  if (op == MAX) extremes(xPtr, outPtr, outer, axis, inner, MAX, more);
  else extremes(xPtr, outPtr, outer, axis, inner, MIN, more);
}

@inline
function extremes(xPtr: usize, outPtr: usize, outer: usize, axis: usize, inner: usize, op: i32, more: i32): void {
  for (let o: usize = 0; o < outer; o++) {
    if (inner == 1) {
      const found = extremeOfRow(xPtr, axis, op);
      store<f32>(outPtr, more ? extreme<f32>(load<f32>(outPtr), found, op) : found);
    } else extremesOfColumns(xPtr, outPtr, axis, inner, op, more);
    xPtr += (axis * inner) << 2;
    outPtr += inner << 2;
  }
}

/** pmin and pmax keep `a` where the two are equal or x is NaN: they compare as extreme() does, in one instruction. */
@inline
function better(a: v128, x: v128, op: i32): v128 {
  return op == MAX ? f32x4.pmax(a, x) : f32x4.pmin(a, x);
}

/** Adds the lanes of x that are NaN to a mask of zeros and ones. */
@inline
function noted(nans: v128, x: v128): v128 {
  return v128.or(nans, f32x4.ne(x, x));
}

@inline
function extremeOfRow(xPtr: usize, length: usize, op: i32): f32 {
  const none = f32x4.splat(lowest<f32>(op));
  let m0 = none;
  let m1 = none;
  let m2 = none;
  let m3 = none;
  let nans = i32x4.splat(0);
  const end = xPtr + (length << 2);
  const wholeEnd = xPtr + ((length & ~15) << 2);
  while (xPtr < wholeEnd) {
    const a = v128.load(xPtr);
    const b = v128.load(xPtr, 16);
    const c = v128.load(xPtr, 32);
    const d = v128.load(xPtr, 48);
    m0 = better(m0, a, op);
    m1 = better(m1, b, op);
    m2 = better(m2, c, op);
    m3 = better(m3, d, op);
    nans = noted(noted(noted(noted(nans, a), b), c), d);
    xPtr += 64;
  }
  const m = better(better(m0, m1, op), better(m2, m3, op), op);
  const left = extreme<f32>(f32x4.extract_lane(m, 0), f32x4.extract_lane(m, 1), op);
  let found = extreme<f32>(left, extreme<f32>(f32x4.extract_lane(m, 2), f32x4.extract_lane(m, 3), op), op);
  if (v128.any_true(nans)) found = NaN;
  while (xPtr < end) {
    found = extreme<f32>(found, load<f32>(xPtr), op);
    xPtr += 4;
  }
  return found;
}

@inline
function extremesOfColumns(xPtr: usize, outPtr: usize, axis: usize, inner: usize, op: i32, more: i32): void {
  const stride = inner << 2;
  const none = f32x4.splat(lowest<f32>(op));
  let left = inner;
  for (; left >= 16; left -= 16) {
    let m0 = more ? v128.load(outPtr) : none;
    let m1 = more ? v128.load(outPtr, 16) : none;
    let m2 = more ? v128.load(outPtr, 32) : none;
    let m3 = more ? v128.load(outPtr, 48) : none;
    let n0 = i32x4.splat(0);
    let n1 = n0;
    let n2 = n0;
    let n3 = n0;
    let at = xPtr;
    for (let n = axis; n != 0; n--) {
      const a = v128.load(at);
      const b = v128.load(at, 16);
      const c = v128.load(at, 32);
      const d = v128.load(at, 48);
      m0 = better(m0, a, op);
      m1 = better(m1, b, op);
      m2 = better(m2, c, op);
      m3 = better(m3, d, op);
      n0 = noted(n0, a);
      n1 = noted(n1, b);
      n2 = noted(n2, c);
      n3 = noted(n3, d);
      at += stride;
    }
    // All ones are a NaN too.
    v128.store(outPtr, v128.or(m0, n0));
    v128.store(outPtr, v128.or(m1, n1), 16);
    v128.store(outPtr, v128.or(m2, n2), 32);
    v128.store(outPtr, v128.or(m3, n3), 48);
    xPtr += 64;
    outPtr += 64;
  }
  for (; left != 0; left--) {
    let found = more ? load<f32>(outPtr) : lowest<f32>(op);
    let at = xPtr;
    for (let n = axis; n != 0; n--) {
      found = extreme<f32>(found, load<f32>(at), op);
      at += stride;
    }
    store<f32>(outPtr, found);
    xPtr += 4;
    outPtr += 4;
  }
}
