// The softmax family. A row with a NaN, with +infinity or of −infinities only becomes NaN. `x` and `out` may be the same.
//
//   scaleMaskRows(k, scores, mask, scores, rows, length, length, scale);   attention: scores · scale + mask
//   softmaxRows(k, scores, scores, rows, length);

import type { KernelExports } from '../../kernel-exports.js';
import type { AxisView } from './reduce.js';

type Address = number;

/** Codes of the softmax kernels. */
export const Softmax = { plain: 0, log: 1 } as const;
export type SoftmaxKind = (typeof Softmax)[keyof typeof Softmax];

/** Softmax of each of `rows` rows of `length` float32. */
export function softmaxRows(
  kernels: KernelExports,
  x: Address,
  out: Address,
  rows: number,
  length: number,
  kind: SoftmaxKind = Softmax.plain,
): void {
  kernels.softmax_rows_f32!(x, out, rows, length, kind);
}

/** Softmax of `columns` columns of `axis` float32, whose rows are `stride` elements apart; `outer` such blocks of
 *  axis · stride elements, one after the other. */
export function softmaxColumns(
  kernels: KernelExports,
  x: Address,
  out: Address,
  { outer, axis, columns, stride }: { outer: number; axis: number; columns: number; stride: number },
  kind: SoftmaxKind = Softmax.plain,
): void {
  kernels.softmax_columns_f32!(x, out, outer, axis, columns, stride, kind);
}

/** Softmax of float64 along `axis`. */
export function softmaxF64(
  kernels: KernelExports,
  x: Address,
  out: Address,
  { outer, axis, inner }: AxisView,
  kind: SoftmaxKind,
): void {
  kernels.softmax_f64!(x, out, outer, axis, inner, kind);
}

/** 1 at the first greatest float32 along `axis`, else 0. Not in place. */
export function hardmax(
  kernels: KernelExports,
  x: Address,
  out: Address,
  { outer, axis, inner }: AxisView,
): void {
  kernels.hardmax_f32!(x, out, outer, axis, inner);
}

/** out = x · scale + mask for `rows` rows of `length` float32; row r takes the mask from element r · maskStep on.
 *  @param mask - 0 for none */
export function scaleMaskRows(
  kernels: KernelExports,
  x: Address,
  mask: Address,
  out: Address,
  rows: number,
  length: number,
  maskStep: number,
  scale: number,
): void {
  kernels.scale_mask_f32!(x, mask, out, rows, length, maskStep, scale);
}

/** out = ln Σ e^x along `axis`.
 *  @param out - float32: holds the greatest elements, and is overwritten */
export function logSumExp(
  kernels: KernelExports,
  dtype: 'float32' | 'float64',
  x: Address,
  out: Address,
  { outer, axis, inner }: AxisView,
): void {
  const kernel = dtype === 'float32' ? kernels.log_sum_exp_f32! : kernels.log_sum_exp_f64!;
  kernel(x, out, outer, axis, inner);
}
