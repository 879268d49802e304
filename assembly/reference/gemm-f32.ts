// The float32 matrix product, normative: start, plus the products in the order of k, each product and each sum rounded
// to float32; then clamped. Packed B is B [k, n], row-major.

import { clampF32 } from '../num/clamp';

export function gemm_f32_packed_bytes(n: usize, k: usize): usize {
  return (n * k) << 2;
}

export function gemm_f32_pack(
  bPtr: usize, rowStride: usize, columnStride: usize, packedPtr: usize, n: usize, k: usize, first: usize, end: usize,
): void {
  for (let row: usize = 0; row < k; row++) {
    for (let column = first; column < end; column++) {
      store<u32>(packedPtr + ((row * n + column) << 2), load<u32>(bPtr + ((row * rowStride + column * columnStride) << 2)));
    }
  }
}

/** C[row, column] = clamp(start[row, column] + sum over k of A[row, k] · B[k, column], low, high). */
export function gemm_f32(
  aPtr: usize, lda: usize, packedPtr: usize, cPtr: usize, ldc: usize, m: usize, n: usize, k: usize,
  startPtr: usize, ldStart: usize, low: f32, high: f32, first: usize, end: usize,
): void {
  for (let row: usize = 0; row < m; row++) {
    for (let column = first; column < end; column++) {
      let sum: f32 = startPtr == 0 ? 0 : load<f32>(startPtr + ((row * ldStart + column) << 2));
      for (let depth: usize = 0; depth < k; depth++) {
        const product = load<f32>(aPtr + ((row * lda + depth) << 2)) * load<f32>(packedPtr + ((depth * n + column) << 2));
        sum += product;
      }
      store<f32>(cPtr + ((row * ldc + column) << 2), clampF32(sum, low, high));
    }
  }
}
