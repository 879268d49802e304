// The float32 matrix product C = clamp(start + A · B). B is packed first (constant: once, as a Plan.packs entry;
// else at run time into scratch); packed bytes belong to the engine that packed them.
//
//   const bytes = gemmPackedBytes(kernels, n, k);                  at planning
//   packGemm(kernels, b, n, 1, packed, n, k);                      B [k, n] row-major
//   packGemm(kernels, b, 1, k, packed, n, k);                      B given transposed, [n, k] row-major
//   gemm(kernels, { a, lda: k, packed, c, ldc: n, m, n, k });      C = A · B
//
// Each sum starts at `start` and adds its products in the order of k: a result depends on neither m, n, strides nor how
// the work is cut, so a long product may be cut into steps by rows (a, c and start moved on) and by columns, with equal bits.

import type { KernelExports } from '../../kernel-exports.js';

type Address = number;

/** Bytes of packed B [k, n]. */
export function gemmPackedBytes(kernels: KernelExports, n: number, k: number): number {
  return kernels.gemm_f32_packed_bytes!(n, k) >>> 0;
}

/** Columns that are packed, or multiplied, apart: both ends are multiples of {@link COLUMNS_APART}, or the end is n. */
export interface ColumnRange {
  readonly first: number;
  readonly end: number;
}

export const COLUMNS_APART = 64;

/** Packs B [k, n], whose element [row, column] is b[row · rowStride + column · columnStride] (strides in elements).
 *  @param packed - address of gemmPackedBytes(n, k) bytes
 *  @param columns - only these. Default: all */
export function packGemm(
  kernels: KernelExports,
  b: Address,
  rowStride: number,
  columnStride: number,
  packed: Address,
  n: number,
  k: number,
  { first, end }: ColumnRange = { first: 0, end: n },
): void {
  kernels.gemm_f32_pack!(b, rowStride, columnStride, packed, n, k, first, end);
}

export interface GemmArguments {
  /** A [m, k], row-major; rows are `lda` elements apart. */
  readonly a: Address;
  readonly lda: number;
  /** B as {@link packGemm} wrote it. */
  readonly packed: Address;
  /** C [m, n], row-major; rows are `ldc` elements apart. Overwritten. */
  readonly c: Address;
  readonly ldc: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** What the sums start from: [m, n] with rows `ldStart` elements apart. Default: zeros. A bias [n] has `ldStart` 0; C
   *  itself (same address and stride) accumulates. */
  readonly start?: Address | undefined;
  readonly ldStart?: number | undefined;
  /** The result is clamped to [low, high]: 0 and Infinity make it a Relu. NaN stays. Default: not clamped. */
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  /** Only these columns of C. Default: all. */
  readonly columns?: ColumnRange | undefined;
}

/** C[row, column] = clamp(start[row, column] + sum over k of A[row, k] · B[k, column]). Any size, 0 too (k = 0: start).
 *  Quick for m = 1, which reads B once. */
export function gemm(kernels: KernelExports, args: GemmArguments): void {
  kernels[GEMM_KERNEL]!(...gemmCall(args));
}

/** The kernel of {@link gemm}, whose calls may be made by any thread. */
export const GEMM_KERNEL = 'gemm_f32';

/** The arguments of {@link gemm}. */
export function gemmCall(args: GemmArguments): number[] {
  const { a, lda, packed, c, ldc, m, n, k, start = 0, ldStart = 0 } = args;
  const { first, end } = args.columns ?? { first: 0, end: n };
  const { low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY } = args;
  return [a, lda, packed, c, ldc, m, n, k, start, ldStart, low, high, first, end];
}
