// Few rows times weights in bits: each weight is decoded where it lies and used once, since reading them is what takes the
// time. Bit-equal to reference/nbits.ts.
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
function addProducts(sum: v128, aPtr: usize, words: v128, zeroPoints: v128): v128 {
  return f32x4.add(sum, f32x4.mul(v128.load(aPtr), f32x4.sub(f32x4.convert_i32x4_s(words), zeroPoints)));
}

/** out[row, column] for columns [first, end). a [m, k] and out [m, n] float32; b [n, k] codes of 4 or 8 bits, k whole blocks of a
 *  multiple of 16 codes; scales and zero points [n, k / block], as in dequantize_rows_f32. biasPtr may be 0. */
export function nbits_products_f32(
  aPtr: usize, bPtr: usize, scalesPtr: usize, zeroPointsPtr: usize, zeroPointBytes: u32, middle: f32, biasPtr: usize,
  outPtr: usize, m: usize, n: usize, k: usize, block: usize, bits: u32, first: usize, end: usize,
): void {
  const blocks = k / block;
  const rowBytes = bits == 8 ? k : k >> 1;
  for (let column = first; column < end; column++) {
    for (let row: usize = 0; row < m; row++) {
      let b = bPtr + column * rowBytes;
      let a = aPtr + ((row * k) << 2);
      let sums = f32x4.splat(0);
      for (let index = column * blocks; index < (column + 1) * blocks; index++) {
        const zeroPoints = f32x4.splat(blockZeroPoint(zeroPointsPtr, index, zeroPointBytes, middle));
        let part = f32x4.splat(0);
        for (const aEnd = a + (block << 2); a < aEnd; a += 64) {
          const codes = bits == 8 ? v128.load(b) : nibbles(b);
          const low = i16x8.extend_low_i8x16_u(codes);
          const high = i16x8.extend_high_i8x16_u(codes);
          part = addProducts(part, a, i32x4.extend_low_i16x8_u(low), zeroPoints);
          part = addProducts(part, a + 16, i32x4.extend_high_i16x8_u(low), zeroPoints);
          part = addProducts(part, a + 32, i32x4.extend_low_i16x8_u(high), zeroPoints);
          part = addProducts(part, a + 48, i32x4.extend_high_i16x8_u(high), zeroPoints);
          b += bits == 8 ? 16 : 8;
        }
        sums = f32x4.add(sums, f32x4.mul(part, v128.load32_splat(scalesPtr + (index << 2))));
      }
      let sum = (f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1))
        + (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3));
      if (biasPtr != 0) sum += load<f32>(biasPtr + (column << 2));
      store<f32>(outPtr + ((row * n + column) << 2), sum);
    }
  }
}
