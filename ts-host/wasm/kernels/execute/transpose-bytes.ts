// Matrices of bytes transposed, at addresses.

import type { KernelExports } from '../../kernel-exports.js';

/** Scratch of {@link transposeBytes}: one block, 64 × 256 bytes (assembly/kernels/transpose). */
export const TRANSPOSE_SCRATCH_BYTES = 16384;

/** out [columns, rows] = transposed x [rows, columns]. */
export function transposeBytes(
  k: KernelExports,
  x: number,
  out: number,
  scratch: number,
  rows: number,
  columns: number,
): void {
  k.transpose_u8!(x, out, scratch, rows, columns);
}
