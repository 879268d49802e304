// Few rows times weights in bits: weights are decoded where they lie, once for four rows. Bit-equal to reference/nbits.ts.
//
//   sum[lane] over blocks of  scale · Σ a[i] · fl(code[i] − zero point),  i = lane, lane + 4, ... of the block
//   out = ((sum[0] + sum[1]) + (sum[2] + sum[3])) (+ bias)

import { blockZeroPoint } from '../../num/block-zero-point';

/** Sixteen codes of 4 bits, in order, as bytes. */
@inline
function nibbles(ptr: usize): v128 {
  const bytes = v128.load64_zero(ptr);
  const low = v128.and(bytes, i8x16.splat(15));
  const high = i8x16.shr_u(bytes, 4);
  return v128.shuffle<i8>(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

@inline
function weights4(words: v128, zeroPoints: v128): v128 {
  return f32x4.sub(f32x4.convert_i32x4_s(words), zeroPoints);
}

/** Σ of sixteen products in four lanes, in order. */
@inline
function addProducts(sum: v128, aPtr: usize, w0: v128, w1: v128, w2: v128, w3: v128): v128 {
  sum = f32x4.add(sum, f32x4.mul(v128.load(aPtr), w0));
  sum = f32x4.add(sum, f32x4.mul(v128.load(aPtr, 16), w1));
  sum = f32x4.add(sum, f32x4.mul(v128.load(aPtr, 32), w2));
  return f32x4.add(sum, f32x4.mul(v128.load(aPtr, 48), w3));
}

@inline
function finish(sums: v128, biasPtr: usize, outPtr: usize): void {
  let sum = (f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1))
    + (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3));
  if (biasPtr != 0) sum += load<f32>(biasPtr);
  store<f32>(outPtr, sum);
}

/** The weights of all columns, and the rows they meet. */
let scales: usize = 0;
let zeros: usize = 0;
let zeroBytes: u32 = 0;
let middlePoint: f32 = 0;
let blockBytes: usize = 0;
let nibbled: bool = false;

/** out[row, column] for columns [first, end). a [m, k] and out [m, n] float32; b [n, k] codes of 4 or 8 bits, k whole blocks of a
 *  multiple of 16 codes; scales and zero points [n, k / block], as in dequantize_rows_f32. biasPtr may be 0. */
export function nbits_products_f32(
  aPtr: usize, bPtr: usize, scalesPtr: usize, zeroPointsPtr: usize, zeroPointBytes: u32, middle: f32, biasPtr: usize,
  outPtr: usize, m: usize, n: usize, k: usize, block: usize, bits: u32, first: usize, end: usize,
): void {
  const blocks = k / block;
  const rowBytes = bits == 8 ? k : k >> 1;
  const aBytes = k << 2;
  scales = scalesPtr;
  zeros = zeroPointsPtr;
  zeroBytes = zeroPointBytes;
  middlePoint = middle;
  blockBytes = block << 2;
  nibbled = bits == 4;
  for (let column = first; column < end; column++) {
    const b = bPtr + column * rowBytes;
    const bias = biasPtr == 0 ? 0 : biasPtr + (column << 2);
    const out = outPtr + (column << 2);
    const index = column * blocks;
    if (m == 1) finish(oneRow(aPtr, b, index, index + blocks), bias, out);
    else for (let row: usize = 0; row < m; row += 4) {
      fourRows(aPtr + row * aBytes, aBytes, min(4, m - row), b, index, index + blocks, bias, out + row * (n << 2), n << 2);
    }
  }
}

@inline
function zeroPointOf(index: usize): v128 {
  return f32x4.splat(blockZeroPoint(zeros, index, zeroBytes, middlePoint));
}

/** The sums of a row and a column, whose blocks are [index, endIndex). */
function oneRow(a: usize, b: usize, index: usize, endIndex: usize): v128 {
  let sums = f32x4.splat(0);
  const blockStep = blockBytes;
  const wide = !nibbled;
  for (; index < endIndex; index++) {
    const zeroPoints = zeroPointOf(index);
    let part = f32x4.splat(0);
    for (const aEnd = a + blockStep; a < aEnd; a += 64) {
      const codes = wide ? v128.load(b) : nibbles(b);
      const low = i16x8.extend_low_i8x16_u(codes);
      const high = i16x8.extend_high_i8x16_u(codes);
      part = addProducts(
        part, a,
        weights4(i32x4.extend_low_i16x8_u(low), zeroPoints), weights4(i32x4.extend_high_i16x8_u(low), zeroPoints),
        weights4(i32x4.extend_low_i16x8_u(high), zeroPoints), weights4(i32x4.extend_high_i16x8_u(high), zeroPoints),
      );
      b += wide ? 16 : 8;
    }
    sums = f32x4.add(sums, f32x4.mul(part, v128.load32_splat(scales + (index << 2))));
  }
  return sums;
}

/** A column for up to four rows, whose sums do not wait for each other: weights are decoded once. The last row stands for those
 *  that are missing. */
function fourRows(
  a0: usize, aBytes: usize, rows: usize, b: usize, index: usize, endIndex: usize, bias: usize, out: usize, outBytes: usize,
): void {
  const a1 = a0 + (rows > 1 ? aBytes : 0);
  const a2 = a1 + (rows > 2 ? aBytes : 0);
  const a3 = a2 + (rows > 3 ? aBytes : 0);
  let sums0 = f32x4.splat(0);
  let sums1 = f32x4.splat(0);
  let sums2 = f32x4.splat(0);
  let sums3 = f32x4.splat(0);
  const blockStep = blockBytes;
  const wide = !nibbled;
  let offset: usize = 0;
  for (; index < endIndex; index++) {
    const zeroPoints = zeroPointOf(index);
    let part0 = f32x4.splat(0);
    let part1 = f32x4.splat(0);
    let part2 = f32x4.splat(0);
    let part3 = f32x4.splat(0);
    for (const blockEnd = offset + blockStep; offset < blockEnd; offset += 64) {
      const codes = wide ? v128.load(b) : nibbles(b);
      const low = i16x8.extend_low_i8x16_u(codes);
      const high = i16x8.extend_high_i8x16_u(codes);
      const w0 = weights4(i32x4.extend_low_i16x8_u(low), zeroPoints);
      const w1 = weights4(i32x4.extend_high_i16x8_u(low), zeroPoints);
      const w2 = weights4(i32x4.extend_low_i16x8_u(high), zeroPoints);
      const w3 = weights4(i32x4.extend_high_i16x8_u(high), zeroPoints);
      part0 = addProducts(part0, a0 + offset, w0, w1, w2, w3);
      part1 = addProducts(part1, a1 + offset, w0, w1, w2, w3);
      part2 = addProducts(part2, a2 + offset, w0, w1, w2, w3);
      part3 = addProducts(part3, a3 + offset, w0, w1, w2, w3);
      b += wide ? 16 : 8;
    }
    const scale = v128.load32_splat(scales + (index << 2));
    sums0 = f32x4.add(sums0, f32x4.mul(part0, scale));
    sums1 = f32x4.add(sums1, f32x4.mul(part1, scale));
    sums2 = f32x4.add(sums2, f32x4.mul(part2, scale));
    sums3 = f32x4.add(sums3, f32x4.mul(part3, scale));
  }
  finish(sums0, bias, out);
  if (rows > 1) finish(sums1, bias, out + outBytes);
  if (rows > 2) finish(sums2, bias, out + 2 * outBytes);
  if (rows > 3) finish(sums3, bias, out + 3 * outBytes);
}
