// Rows of 8-bit codes in blocks of their own scale, to float32. Bit-equal to reference/nbits.ts.
//
//   x[row, i] = fl(fl(code − zeroPoint) · scale)       scale and zero point of block floor(i / block) of the row

import { blockZeroPoint } from '../../num/block-zero-point';

/** codes and out [rows, k], dense; scales and zero points [rows, ceil(k / block)], the latter as u8 (zeroPointBytes 1),
 *  float32 (4), or `middle` for all (0). */
export function dequantize_rows_f32(
  codesPtr: usize, outPtr: usize, rows: usize, k: usize, block: usize,
  scalesPtr: usize, zeroPointsPtr: usize, zeroPointBytes: u32, middle: f32,
): void {
  let index: usize = 0;
  for (let row: usize = 0; row < rows; row++) {
    for (let start: usize = 0; start < k; start += block) {
      const count = min(block, k - start);
      const zeroPoint = blockZeroPoint(zeroPointsPtr, index, zeroPointBytes, middle);
      dequantizeBlock(codesPtr, outPtr, count, load<f32>(scalesPtr + (index << 2)), zeroPoint);
      codesPtr += count;
      outPtr += count << 2;
      index++;
    }
  }
}

function dequantizeBlock(codesPtr: usize, outPtr: usize, count: usize, scale: f32, zeroPoint: f32): void {
  const scales = f32x4.splat(scale);
  const zeroPoints = f32x4.splat(zeroPoint);
  let i: usize = 0;
  for (; i + 8 <= count; i += 8) {
    const codes = v128.load8x8_u(codesPtr + i);
    const low = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(codes));
    const high = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(codes));
    v128.store(outPtr + (i << 2), f32x4.mul(f32x4.sub(low, zeroPoints), scales));
    v128.store(outPtr + (i << 2), f32x4.mul(f32x4.sub(high, zeroPoints), scales), 16);
  }
  for (; i < count; i++) store<f32>(outPtr + (i << 2), (<f32>load<u8>(codesPtr + i) - zeroPoint) * scale);
}
