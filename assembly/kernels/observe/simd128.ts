// What calibration sees of a float32 tensor, 128-bit SIMD: range and zeros in one pass, a histogram in a second one.
// Bit-equal to reference/observe.ts.
//
// Counting is four increments a vector. Lanes count in four tables of their own, so that equal neighbours (the zeros of a
// ReLU) do not wait for one another's stores; the tables are joined afterwards. For few elements joining would take longer
// than counting: with a stride of 0 the four tables are one.

import { countBin, observeTail } from '../../num/observe';

/** 1.5 · 2^23: added to an integer of up to 22 bits, it leaves the integer in the low bits. */
const MAGIC: usize = memory.data<f32>([12582912]);
const MAGIC_BITS: i32 = 0x4b400000;

/** As the reference. pmin and pmax are single instructions and drop NaN, so finiteness has its own track: x - x is +0
 *  for a finite x and NaN for NaN or an infinity. A lane of the zero count falls by one a zero: it cannot overflow. */
export function observe_range_f32(xPtr: usize, count: usize, outPtr: usize): i32 {
  const zero = f32x4.splat(0);
  let low0 = f32x4.splat(Infinity), low1 = low0;
  let high0 = f32x4.splat(-Infinity), high1 = high0;
  let zeros0 = zero, zeros1 = zero, bad = zero;
  const end = xPtr + (count << 2);
  for (; xPtr + 32 <= end; xPtr += 32) {
    const a = v128.load(xPtr), b = v128.load(xPtr, 16);
    low0 = f32x4.pmin(low0, a);
    low1 = f32x4.pmin(low1, b);
    high0 = f32x4.pmax(high0, a);
    high1 = f32x4.pmax(high1, b);
    zeros0 = i32x4.add(zeros0, f32x4.eq(a, zero));
    zeros1 = i32x4.add(zeros1, f32x4.eq(b, zero));
    bad = v128.or(bad, v128.or(f32x4.sub(a, a), f32x4.sub(b, b)));
  }
  const zeros = i32x4.add(zeros0, zeros1);
  const pairs = i32x4.add(zeros, v128.shuffle<i32>(zeros, zeros, 2, 3, 0, 1));
  store<u32>(outPtr, 0 - i32x4.extract_lane(pairs, 0) - i32x4.extract_lane(pairs, 1), 8);
  store<f32>(outPtr, lowest(f32x4.pmin(low0, low1)) + 0);
  store<f32>(outPtr, highest(f32x4.pmax(high0, high1)) + 0, 4);
  const finite = !v128.any_true(bad);
  return observeTail(xPtr, end, outPtr) & i32(finite);
}

@inline
function lowest(a: v128): f32 {
  a = f32x4.pmin(a, v128.shuffle<i32>(a, a, 2, 3, 0, 1));
  return min<f32>(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1));
}

@inline
function highest(a: v128): f32 {
  a = f32x4.pmax(a, v128.shuffle<i32>(a, a, 2, 3, 0, 1));
  return max<f32>(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1));
}

/** As the reference, in four tables `stride` bytes apart. |bin| < 2^22. Bins of at most 1, which nearly all are, need one
 *  product and one floor. */
export function count_bins_f32_u32(
  xPtr: usize, count: usize, up: f32, down: f32, first: i32, tablesPtr: usize, stride: usize,
): void {
  const whole = count & ~3;
  if (down == 1) countWhole(false, xPtr, whole, up, down, first, tablesPtr, stride);
  else countWhole(true, xPtr, whole, up, down, first, tablesPtr, stride);
  const end = xPtr + (count << 2);
  for (xPtr += whole << 2; xPtr < end; xPtr += 4) countBin(load<f32>(xPtr), up, down, first, tablesPtr);
}

@inline
function countWhole(
  wide: bool, xPtr: usize, count: usize, up: f32, down: f32, first: i32, tablesPtr: usize, stride: usize,
): void {
  const ups = f32x4.splat(up);
  const downs = f32x4.splat(down);
  const magic = v128.load32_splat(MAGIC);
  // Where bin 0 of each table would be, less what the magic number leaves in the bits.
  const table = <i32>tablesPtr - ((MAGIC_BITS + first) << 2);
  const next = <i32>stride;
  const tables = i32x4.add(i32x4.splat(table), i32x4.mul(i32x4.splat(next), i32x4(0, 1, 2, 3)));
  const end = xPtr + (count << 2);
  for (; xPtr < end; xPtr += 16) {
    let bins = f32x4.floor(f32x4.mul(v128.load(xPtr), ups));
    if (wide) bins = f32x4.floor(f32x4.mul(bins, downs));
    const places = i32x4.add(tables, i32x4.shl(f32x4.add(bins, magic), 2));
    const low = i64x2.extract_lane(places, 0);
    increment(<usize>low);
    increment(<usize>(low >>> 32));
    const high = i64x2.extract_lane(places, 1);
    increment(<usize>high);
    increment(<usize>(high >>> 32));
  }
}

@inline
function increment(ptr: usize): void {
  store<u32>(ptr, load<u32>(ptr) + 1);
}

/** As the reference. */
export function join_counts_u32(tablesPtr: usize, bins: usize, stride: usize): void {
  const table1 = tablesPtr + stride;
  const table2 = table1 + stride;
  const table3 = table2 + stride;
  const end = bins << 2;
  let at: usize = 0;
  for (; at + 16 <= end; at += 16) {
    const left = i32x4.add(v128.load(tablesPtr + at), v128.load(table1 + at));
    const right = i32x4.add(v128.load(table2 + at), v128.load(table3 + at));
    v128.store(tablesPtr + at, i32x4.add(left, right));
  }
  for (; at < end; at += 4) {
    const left = load<u32>(tablesPtr + at) + load<u32>(table1 + at);
    store<u32>(tablesPtr + at, left + load<u32>(table2 + at) + load<u32>(table3 + at));
  }
}
