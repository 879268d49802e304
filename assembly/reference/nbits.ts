// Rows of 8-bit codes in blocks of their own scale, to float32: kernels/nbits says what the arguments are. Normative.

import { blockZeroPoint } from '../num/block-zero-point';

export function dequantize_rows_f32(
  codesPtr: usize, outPtr: usize, rows: usize, k: usize, block: usize,
  scalesPtr: usize, zeroPointsPtr: usize, zeroPointBytes: u32, middle: f32,
): void {
  const blocks = (k + block - 1) / block;
  for (let row: usize = 0; row < rows; row++) {
    for (let i: usize = 0; i < k; i++) {
      const index = row * blocks + i / block;
      const zeroPoint = blockZeroPoint(zeroPointsPtr, index, zeroPointBytes, middle);
      const code = <f32>load<u8>(codesPtr + row * k + i);
      store<f32>(outPtr + ((row * k + i) << 2), (code - zeroPoint) * load<f32>(scalesPtr + (index << 2)));
    }
  }
}
