// Softmax and its logarithm along one axis, 128-bit SIMD: with m the greatest element of a row and e = exp(x − m),
//
//   softmax      e / Σe             (Σe in float64, rounded to float32)
//   logarithm    (x − m) − ln Σe    (ln in float64, rounded to float32)
//
// A row with a NaN, with +infinity, or of −infinities only becomes NaN. x and out may be the same. Rows (the axis is the
// last): element n adds to lane n mod 8, and the lanes join as in reference/softmax.ts. Columns: blocks of 64, each
// walked row by row, a column being one chain.

import { expDown, expDown4 } from '../../num/exp-down';
import { ln } from '../../num/log';

const LOG: i32 = 1;

/** Softmax of each of `rows` rows of `length` elements. kind 1: its logarithm. */
export function softmax_rows_f32(xPtr: usize, outPtr: usize, rows: usize, length: usize, kind: i32): void {
  for (let row: usize = 0; row < rows; row++) {
    const greatest = greatestOf(xPtr, length);
    if (kind == LOG) {
      const sum = sumExp(xPtr, outPtr, length, greatest, false);
      shiftRow(xPtr, outPtr, length, greatest, <f32>ln(sum));
    } else {
      const sum = sumExp(xPtr, outPtr, length, greatest, true);
      divideRow(outPtr, length, <f32>sum);
    }
    xPtr += length << 2;
    outPtr += length << 2;
  }
}

/** The greatest element; any if there is a NaN, which the exponentials show again. */
@inline
function greatestOf(xPtr: usize, length: usize): f32 {
  let m0 = f32x4.splat(-Infinity);
  let m1 = m0;
  const end = xPtr + (length << 2);
  const wholeEnd = xPtr + ((length & ~7) << 2);
  for (; xPtr < wholeEnd; xPtr += 32) {
    m0 = f32x4.pmax(m0, v128.load(xPtr));
    m1 = f32x4.pmax(m1, v128.load(xPtr, 16));
  }
  m0 = f32x4.pmax(m0, m1);
  let greatest = f32x4.extract_lane(m0, 0);
  greatest = greater(greatest, f32x4.extract_lane(m0, 1));
  greatest = greater(greatest, f32x4.extract_lane(m0, 2));
  greatest = greater(greatest, f32x4.extract_lane(m0, 3));
  for (; xPtr < end; xPtr += 4) greatest = greater(greatest, load<f32>(xPtr));
  return greatest;
}

@inline
function greater(a: f32, x: f32): f32 {
  return a < x ? x : a;
}

@inline
function low(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

@inline
function high(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<u64>(x, x, 1, 1));
}

/** Σ exp(x − m); the exponentials go to outPtr if they are kept. */
@inline
function sumExp(xPtr: usize, outPtr: usize, length: usize, m: f32, kept: bool): f64 {
  const shift = f32x4.splat(m);
  let p01 = f64x2.splat(0);
  let p23 = p01;
  let p45 = p01;
  let p67 = p01;
  const end = xPtr + (length << 2);
  const wholeEnd = xPtr + ((length & ~7) << 2);
  for (; xPtr < wholeEnd; xPtr += 32) {
    const a = expDown4(f32x4.sub(v128.load(xPtr), shift));
    const b = expDown4(f32x4.sub(v128.load(xPtr, 16), shift));
    if (kept) {
      v128.store(outPtr, a);
      v128.store(outPtr, b, 16);
      outPtr += 32;
    }
    p01 = f64x2.add(p01, low(a));
    p23 = f64x2.add(p23, high(a));
    p45 = f64x2.add(p45, low(b));
    p67 = f64x2.add(p67, high(b));
  }
  const p = f64x2.add(f64x2.add(p01, p45), f64x2.add(p23, p67));
  let sum = f64x2.extract_lane(p, 0) + f64x2.extract_lane(p, 1);
  for (; xPtr < end; xPtr += 4) {
    const e = expDown(load<f32>(xPtr) - m);
    if (kept) {
      store<f32>(outPtr, e);
      outPtr += 4;
    }
    sum += <f64>e;
  }
  return sum;
}

@inline
function divideRow(outPtr: usize, length: usize, sum: f32): void {
  const divisor = f32x4.splat(sum);
  const end = outPtr + (length << 2);
  const wholeEnd = outPtr + ((length & ~3) << 2);
  for (; outPtr < wholeEnd; outPtr += 16) v128.store(outPtr, f32x4.div(v128.load(outPtr), divisor));
  for (; outPtr < end; outPtr += 4) store<f32>(outPtr, load<f32>(outPtr) / sum);
}

@inline
function shiftRow(xPtr: usize, outPtr: usize, length: usize, m: f32, logSum: f32): void {
  const greatest = f32x4.splat(m);
  const log = f32x4.splat(logSum);
  const end = xPtr + (length << 2);
  const wholeEnd = xPtr + ((length & ~3) << 2);
  for (; xPtr < wholeEnd; xPtr += 16, outPtr += 16) {
    v128.store(outPtr, f32x4.sub(f32x4.sub(v128.load(xPtr), greatest), log));
  }
  for (; xPtr < end; xPtr += 4, outPtr += 4) store<f32>(outPtr, load<f32>(xPtr) - m - logSum);
}

const BLOCK: usize = 64;
/** The greatest element, then the rounded sum or its logarithm, of each column of a block. */
const PEAKS: usize = memory.data(256, 16);
const DIVISORS: usize = memory.data(256, 16);
const SUMS: usize = memory.data(512, 16);

/** Softmax down `columns` columns of `axis` elements, whose rows are `stride` elements apart, `outer` times over blocks
 *  of axis · stride elements. */
export function softmax_columns_f32(
  xPtr: usize, outPtr: usize, outer: usize, axis: usize, columns: usize, stride: usize, kind: i32,
): void {
  for (let o: usize = 0; o < outer; o++) {
    for (let first: usize = 0; first < columns; first += BLOCK) {
      const width = min(BLOCK, columns - first) << 2;
      columnBlock(xPtr + (first << 2), outPtr + (first << 2), axis, width, stride << 2, kind);
    }
    xPtr += (axis * stride) << 2;
    outPtr += (axis * stride) << 2;
  }
}

/** width and step in bytes. */
function columnBlock(xPtr: usize, outPtr: usize, axis: usize, width: usize, step: usize, kind: i32): void {
  const whole = width & ~15;
  memory.fill(SUMS, 0, width << 1);
  for (let j: usize = 0; j < width; j += 4) store<f32>(PEAKS + j, -Infinity);
  const end = xPtr + axis * step;
  for (let at = xPtr; at < end; at += step) raisePeaks(at, whole, width);
  for (let at = xPtr, to = outPtr; at < end; at += step, to += step) addExp(at, to, whole, width, kind);
  for (let j: usize = 0; j < width; j += 4) {
    const sum = load<f64>(SUMS + (j << 1));
    store<f32>(DIVISORS + j, kind == LOG ? <f32>ln(sum) : <f32>sum);
  }
  for (let at = xPtr, to = outPtr; at < end; at += step, to += step) {
    if (kind == LOG) shiftColumns(at, to, whole, width);
    else divideColumns(to, whole, width);
  }
}

@inline
function raisePeaks(xPtr: usize, whole: usize, width: usize): void {
  let j: usize = 0;
  for (; j < whole; j += 16) v128.store(PEAKS + j, f32x4.pmax(v128.load(PEAKS + j), v128.load(xPtr + j)));
  for (; j < width; j += 4) store<f32>(PEAKS + j, greater(load<f32>(PEAKS + j), load<f32>(xPtr + j)));
}

@inline
function addExp(xPtr: usize, outPtr: usize, whole: usize, width: usize, kind: i32): void {
  let j: usize = 0;
  for (; j < whole; j += 16) {
    const e = expDown4(f32x4.sub(v128.load(xPtr + j), v128.load(PEAKS + j)));
    const sums = SUMS + (j << 1);
    v128.store(sums, f64x2.add(v128.load(sums), low(e)));
    v128.store(sums, f64x2.add(v128.load(sums, 16), high(e)), 16);
    if (kind != LOG) v128.store(outPtr + j, e);
  }
  for (; j < width; j += 4) {
    const e = expDown(load<f32>(xPtr + j) - load<f32>(PEAKS + j));
    const sum = SUMS + (j << 1);
    store<f64>(sum, load<f64>(sum) + <f64>e);
    if (kind != LOG) store<f32>(outPtr + j, e);
  }
}

@inline
function divideColumns(outPtr: usize, whole: usize, width: usize): void {
  let j: usize = 0;
  for (; j < whole; j += 16) v128.store(outPtr + j, f32x4.div(v128.load(outPtr + j), v128.load(DIVISORS + j)));
  for (; j < width; j += 4) store<f32>(outPtr + j, load<f32>(outPtr + j) / load<f32>(DIVISORS + j));
}

@inline
function shiftColumns(xPtr: usize, outPtr: usize, whole: usize, width: usize): void {
  let j: usize = 0;
  for (; j < whole; j += 16) {
    const x = f32x4.sub(v128.load(xPtr + j), v128.load(PEAKS + j));
    v128.store(outPtr + j, f32x4.sub(x, v128.load(DIVISORS + j)));
  }
  for (; j < width; j += 4) {
    store<f32>(outPtr + j, load<f32>(xPtr + j) - load<f32>(PEAKS + j) - load<f32>(DIVISORS + j));
  }
}

/** out = x · scale + mask, row by row, each step rounded: what attention puts before softmax. Row r takes the mask's
 *  elements from maskPtr + r · maskStep elements on; without a mask maskPtr is 0. x and out may be the same. */
export function scale_mask_f32(
  xPtr: usize, maskPtr: usize, outPtr: usize, rows: usize, length: usize, maskStep: usize, scale: f32,
): void {
  const scales = f32x4.splat(scale);
  const whole = (length & ~3) << 2;
  const bytes = length << 2;
  for (let row: usize = 0; row < rows; row++) {
    let j: usize = 0;
    if (maskPtr == 0) {
      for (; j < whole; j += 16) v128.store(outPtr + j, f32x4.mul(v128.load(xPtr + j), scales));
      for (; j < bytes; j += 4) store<f32>(outPtr + j, load<f32>(xPtr + j) * scale);
    } else {
      for (; j < whole; j += 16) {
        v128.store(outPtr + j, f32x4.add(f32x4.mul(v128.load(xPtr + j), scales), v128.load(maskPtr + j)));
      }
      for (; j < bytes; j += 4) store<f32>(outPtr + j, load<f32>(xPtr + j) * scale + load<f32>(maskPtr + j));
      maskPtr += maskStep << 2;
    }
    xPtr += bytes;
    outPtr += bytes;
  }
}

/** out = peak + ln Σ exp(x − peak) along axis of [outer, axis, inner], where outPtr holds the peaks: the greatest
 *  elements. An infinite peak is the answer, as is NaN. */
export function log_sum_exp_f32(xPtr: usize, outPtr: usize, outer: usize, axis: usize, inner: usize): void {
  for (let o: usize = 0; o < outer; o++) {
    for (let i: usize = 0; i < inner; i++) {
      const greatest = load<f32>(outPtr);
      if (abs(greatest) != Infinity) {
        const at = xPtr + (i << 2);
        const sum = inner == 1 ? sumExp(at, 0, axis, greatest, false) : columnSum(at, axis, inner << 2, greatest);
        store<f32>(outPtr, <f32>(<f64>greatest + ln(sum)));
      }
      outPtr += 4;
    }
    xPtr += (axis * inner) << 2;
  }
}

@inline
function columnSum(xPtr: usize, axis: usize, step: usize, m: f32): f64 {
  let sum: f64 = 0;
  for (let n: usize = 0; n < axis; n++, xPtr += step) sum += <f64>expDown(load<f32>(xPtr) - m);
  return sum;
}
