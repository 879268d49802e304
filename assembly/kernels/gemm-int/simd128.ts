// What surrounds the product of u8 and s8 codes (family gemm): signs made to fit, zero points taken off, sums ended.
// Bit-equal to reference/gemm-int.ts. With A' = A + shift and B' = B + shift as the product reads them (a signed A and an
// unsigned B are moved by 128, which flips their top bit), za and zb their moved zero points:
//
//   Σ (A' − za)(B' − zb) = Σ A'B' − zb · Σ A' − za · (Σ B' − k · zb)          sums over the depth k
//                          product  row sums          column terms
//
// All integer arithmetic wraps at 32 bits, so the sums are right whenever the result fits.

import { quotientFloor, roundingMagic } from '../../num/lanes';
import { storeCode, storeCodes4, storeCodes16 } from '../../num/narrow';
import { highestCode, lowestCode, roundedCodes4 } from '../../num/requantize';
import { MAGIC_BITS } from '../../num/rounding';

/** out[i] = x[i] with its top bit flipped: s8 + 128 as u8, u8 − 128 as s8. May work in place. */
export function flip_u8(xPtr: usize, outPtr: usize, len: usize): void {
  const top = i8x16.splat(-128);
  let i: usize = 0;
  for (; i + 16 <= len; i += 16) v128.store(outPtr + i, v128.xor(v128.load(xPtr + i), top));
  for (; i < len; i++) store<u8>(outPtr + i, load<u8>(xPtr + i) ^ 0x80);
}

/** out[row] = sum of row `row` of A [rows, k] u8. */
export function row_sums_u8_i32(aPtr: usize, outPtr: usize, rows: usize, k: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    let sums = i32x4.splat(0);
    let at: usize = 0;
    for (; at + 16 <= k; at += 16) {
      const pairs = i16x8.extadd_pairwise_i8x16_u(v128.load(aPtr + at));
      sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(pairs));
    }
    let sum = i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1);
    sum += i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3);
    for (; at < k; at++) sum += <i32>load<u8>(aPtr + at);
    store<i32>(outPtr + (row << 2), sum);
    aPtr += k;
  }
}

/** Rows whose sums of s8 fit 16 bits: 255 · 128 < 2^15. */
const SHORT_ROWS: usize = 255;

/** out[column] = sum of column `column` of B [k, n] s8; of u8 less 128 each, if `flip` is 128 and not 0. */
export function column_sums_s8_i32(bPtr: usize, outPtr: usize, k: usize, n: usize, flip: u32): void {
  const flips = i8x16.splat(<i8>flip);
  if (n >= 16) {
    // The last columns are summed together with some before them, once more.
    for (let column: usize = 0; column < n; column += 16) {
      const first = min(column, n - 16);
      sixteenColumns(bPtr + first, outPtr + (first << 2), k, n, flips);
    }
    return;
  }
  for (let column: usize = 0; column < n; column++) {
    let sum = 0;
    for (let row: usize = 0; row < k; row++) sum += <i32>(<i8>(<u32>load<u8>(bPtr + row * n + column) ^ flip));
    store<i32>(outPtr + (column << 2), sum);
  }
}

function sixteenColumns(at: usize, out: usize, k: usize, n: usize, flips: v128): void {
  for (let i: usize = 0; i < 64; i += 16) v128.store(out + i, i32x4.splat(0));
  for (let row: usize = 0; row < k; row += SHORT_ROWS) {
    let low = i16x8.splat(0);
    let high = i16x8.splat(0);
    for (const end = at + min(SHORT_ROWS, k - row) * n; at < end; at += n) {
      const codes = v128.xor(v128.load(at), flips);
      low = i16x8.add(low, i16x8.extend_low_i8x16_s(codes));
      high = i16x8.add(high, i16x8.extend_high_i8x16_s(codes));
    }
    addEight(out, low);
    addEight(out + 32, high);
  }
}

/** Adds eight sums of 16 bits. */
@inline
function addEight(out: usize, sums: v128): void {
  v128.store(out, i32x4.add(v128.load(out), i32x4.extend_low_i16x8_s(sums)));
  v128.store(out, i32x4.add(v128.load(out, 16), i32x4.extend_high_i16x8_s(sums)), 16);
}

/** 1 when one of `len` numbers is not 0. */
export function any_nonzero_i32(xPtr: usize, len: usize): i32 {
  for (let i: usize = 0; i < len; i++) {
    if (load<i32>(xPtr + (i << 2)) != 0) return 1;
  }
  return 0;
}

/** sums[row, column] −= rowFactors[row] · columnFactors[column]. */
export function subtract_outer_i32(
  sumsPtr: usize, rowFactorsPtr: usize, columnFactorsPtr: usize, rows: usize, n: usize,
): void {
  for (let row: usize = 0; row < rows; row++) {
    const factor = load<i32>(rowFactorsPtr + (row << 2));
    const factors = i32x4.splat(factor);
    let at: usize = 0;
    const end = n << 2;
    for (; at + 16 <= end; at += 16) {
      const product = i32x4.mul(factors, v128.load(columnFactorsPtr + at));
      v128.store(sumsPtr + at, i32x4.sub(v128.load(sumsPtr + at), product));
    }
    for (; at < end; at += 4) {
      store<i32>(sumsPtr + at, load<i32>(sumsPtr + at) - factor * load<i32>(columnFactorsPtr + at));
    }
    sumsPtr += end;
  }
}

/** out[row, column] = sums[row, column] + bias[column]; rows of out are `stride` elements apart. */
export function add_bias_i32(
  sumsPtr: usize, biasPtr: usize, outPtr: usize, rows: usize, n: usize, stride: usize,
): void {
  const end = n << 2;
  for (let row: usize = 0; row < rows; row++) {
    let at: usize = 0;
    for (; at + 16 <= end; at += 16) {
      v128.store(outPtr + at, i32x4.add(v128.load(sumsPtr + at), v128.load(biasPtr + at)));
    }
    for (; at < end; at += 4) store<i32>(outPtr + at, load<i32>(sumsPtr + at) + load<i32>(biasPtr + at));
    sumsPtr += end;
    outPtr += stride << 2;
  }
}

/** fl(sums + bias) · multiplier of four columns. */
@inline
function scaled4(sumsPtr: usize, biasPtr: usize, multiplierPtr: usize): v128 {
  const sums = i32x4.add(v128.load(sumsPtr), v128.load(biasPtr));
  return f32x4.mul(f32x4.convert_i32x4_s(sums), v128.load(multiplierPtr));
}

/** The same of one column, in every lane. */
@inline
function scaled1(sumsPtr: usize, biasPtr: usize, multiplierPtr: usize): v128 {
  const sums = i32x4.add(v128.load32_splat(sumsPtr), v128.load32_splat(biasPtr));
  return f32x4.mul(f32x4.convert_i32x4_s(sums), v128.load32_splat(multiplierPtr));
}

@inline
function requantize<T>(
  sumsPtr: usize, biasPtr: usize, multiplierPtr: usize, outPtr: usize,
  rows: usize, n: usize, stride: usize, zeroPointPtr: usize,
): void {
  const floor = quotientFloor();
  const magic = roundingMagic();
  const shift = i32x4.splat(MAGIC_BITS - load<i32>(zeroPointPtr));
  const qmins = v128.splat<T>(<T>lowestCode<T>());
  const qmaxs = v128.splat<T>(<T>highestCode<T>());
  for (let row: usize = 0; row < rows; row++) {
    let column: usize = 0;
    for (; column + 16 <= n; column += 16) {
      const at = column << 2;
      storeCodes16<T>(
        outPtr + column,
        roundedCodes4(scaled4(sumsPtr + at, biasPtr + at, multiplierPtr + at), shift, floor, magic),
        roundedCodes4(scaled4(sumsPtr + at + 16, biasPtr + at + 16, multiplierPtr + at + 16), shift, floor, magic),
        roundedCodes4(scaled4(sumsPtr + at + 32, biasPtr + at + 32, multiplierPtr + at + 32), shift, floor, magic),
        roundedCodes4(scaled4(sumsPtr + at + 48, biasPtr + at + 48, multiplierPtr + at + 48), shift, floor, magic),
        qmins, qmaxs,
      );
    }
    for (; column + 4 <= n; column += 4) {
      const at = column << 2;
      const scaled = scaled4(sumsPtr + at, biasPtr + at, multiplierPtr + at);
      storeCodes4<T>(outPtr + column, roundedCodes4(scaled, shift, floor, magic), qmins, qmaxs);
    }
    for (; column < n; column++) {
      const at = column << 2;
      const scaled = scaled1(sumsPtr + at, biasPtr + at, multiplierPtr + at);
      storeCode<T>(outPtr + column, roundedCodes4(scaled, shift, floor, magic), qmins, qmaxs);
    }
    sumsPtr += n << 2;
    outPtr += stride;
  }
}

/** out[row, column] = code of fl(sums[row, column] + bias[column]) · multiplier[column] (num/requantize.ts); rows of out
 *  are `stride` elements apart. */
export function requantize_i32_u8(
  sumsPtr: usize, biasPtr: usize, multiplierPtr: usize, outPtr: usize,
  rows: usize, n: usize, stride: usize, zeroPointPtr: usize,
): void {
  requantize<u8>(sumsPtr, biasPtr, multiplierPtr, outPtr, rows, n, stride, zeroPointPtr);
}

export function requantize_i32_i8(
  sumsPtr: usize, biasPtr: usize, multiplierPtr: usize, outPtr: usize,
  rows: usize, n: usize, stride: usize, zeroPointPtr: usize,
): void {
  requantize<i8>(sumsPtr, biasPtr, multiplierPtr, outPtr, rows, n, stride, zeroPointPtr);
}

/** out[row, column] = fl(fl(sums[row, column] + bias[column]) · multiplier[column]) + addend[column]; addendPtr 0 adds
 *  nothing; rows of out are `stride` elements apart. */
export function scale_i32_f32(
  sumsPtr: usize, biasPtr: usize, multiplierPtr: usize, addendPtr: usize, outPtr: usize,
  rows: usize, n: usize, stride: usize,
): void {
  const end = n << 2;
  for (let row: usize = 0; row < rows; row++) {
    let at: usize = 0;
    for (; at + 16 <= end; at += 16) {
      let value = scaled4(sumsPtr + at, biasPtr + at, multiplierPtr + at);
      if (addendPtr != 0) value = f32x4.add(value, v128.load(addendPtr + at));
      v128.store(outPtr + at, value);
    }
    for (; at < end; at += 4) {
      let value = f32x4.extract_lane(scaled1(sumsPtr + at, biasPtr + at, multiplierPtr + at), 0);
      if (addendPtr != 0) value += load<f32>(addendPtr + at);
      store<f32>(outPtr + at, value);
    }
    sumsPtr += end;
    outPtr += stride << 2;
  }
}
