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

/** Sums of four lanes. */
const lanes = memory.data(16, 16);

export function nbits_products_f32(
  aPtr: usize, bPtr: usize, scalesPtr: usize, zeroPointsPtr: usize, zeroPointBytes: u32, middle: f32, biasPtr: usize,
  outPtr: usize, m: usize, n: usize, k: usize, block: usize, bits: u32, first: usize, end: usize,
): void {
  const blocks = k / block;
  for (let column = first; column < end; column++) {
    for (let row: usize = 0; row < m; row++) {
      memory.fill(lanes, 0, 16);
      for (let index: usize = 0; index < blocks; index++) {
        const place = column * blocks + index;
        const zeroPoint = blockZeroPoint(zeroPointsPtr, place, zeroPointBytes, middle);
        for (let lane: usize = 0; lane < 4; lane++) {
          let part: f32 = 0;
          for (let i = index * block + lane; i < (index + 1) * block; i += 4) {
            const at = column * k + i;
            const code = <f32>(bits == 8 ? load<u8>(bPtr + at) : (load<u8>(bPtr + (at >> 1)) >> ((at & 1) << 2)) & 15);
            part += load<f32>(aPtr + ((row * k + i) << 2)) * (code - zeroPoint);
          }
          const ptr = lanes + (lane << 2);
          store<f32>(ptr, load<f32>(ptr) + part * load<f32>(scalesPtr + (place << 2)));
        }
      }
      let sum = (load<f32>(lanes) + load<f32>(lanes, 4)) + (load<f32>(lanes, 8) + load<f32>(lanes, 12));
      if (biasPtr != 0) sum += load<f32>(biasPtr + (column << 2));
      store<f32>(outPtr + ((row * n + column) << 2), sum);
    }
  }
}
