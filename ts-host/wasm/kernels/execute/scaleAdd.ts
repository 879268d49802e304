// y = alpha · y + beta · c in place, c read through strides: the end of a scaled matrix product.

import type { KernelExports } from '../../kernel-exports.js';

export interface Addend {
  readonly address: number;
  /** Elements between rows, and between columns; 0 repeats. */
  readonly rowStride: number;
  readonly columnStride: number;
  readonly beta: number;
}

/** y [rows, columns] = alpha · y + beta · c. */
export function scaleAdd(
  kernels: KernelExports,
  dtype: 'float32' | 'float64',
  y: number,
  rows: number,
  columns: number,
  alpha: number,
  c: Addend = { address: 0, rowStride: 0, columnStride: 0, beta: 0 },
): void {
  const kernel = dtype === 'float32' ? kernels.scale_add_f32! : kernels.scale_add_f64!;
  kernel(y, rows, columns, alpha, c.address, c.rowStride, c.columnStride, c.beta);
}
