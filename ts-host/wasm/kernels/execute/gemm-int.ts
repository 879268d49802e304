// The product of 8-bit codes and what surrounds it, at addresses. assembly/kernels/gemm-int says the formulas.

import type { KernelExports } from '../../kernel-exports.js';

/** Columns of a packed panel: a product of columns [8i, 8j) reads the panels i to j − 1 alone. */
export const PANEL_COLUMNS = 8;

/** Bytes of packed B [k, n]. */
export function packedBytes(k: KernelExports, n: number, depth: number): number {
  return k.gemm_packed_bytes!(n, depth) >>> 0;
}

/** Packs B [depth, n] s8, row-major. */
export function packColumns(k: KernelExports, b: number, packed: number, n: number, depth: number): void {
  k.gemm_pack_s8!(b, packed, n, depth);
}

/** sums [rows, n] i32 = A [rows, depth] u8 · packed B; exact modulo 2^32. */
export function multiplyCodes(
  k: KernelExports,
  a: number,
  packed: number,
  sums: number,
  rows: number,
  n: number,
  depth: number,
): void {
  k.gemm_u8_s8_i32!(a, packed, sums, rows, n, depth);
}

/** Flips the top bit of `count` bytes: s8 + 128 as u8, or u8 − 128 as s8. */
export function flipSigns(k: KernelExports, x: number, out: number, count: number): void {
  k.flip_u8!(x, out, count);
}

export function rowSums(k: KernelExports, a: number, out: number, rows: number, depth: number): void {
  k.row_sums_u8_i32!(a, out, rows, depth);
}

/** @param flip - 128: codes are u8, and 128 is taken from each; 0: they are s8 */
export function columnSums(
  k: KernelExports,
  b: number,
  out: number,
  depth: number,
  n: number,
  flip: 0 | 128 = 0,
): void {
  k.column_sums_s8_i32!(b, out, depth, n, flip);
}

export function anyNonzero(k: KernelExports, x: number, count: number): boolean {
  return k.any_nonzero_i32!(x, count) !== 0;
}

/** sums[row, column] −= rowFactors[row] · columnFactors[column]. */
export function subtractOuter(
  k: KernelExports,
  sums: number,
  rowFactors: number,
  columnFactors: number,
  rows: number,
  n: number,
): void {
  k.subtract_outer_i32!(sums, rowFactors, columnFactors, rows, n);
}

/** A stretch of sums: rows · n of them, dense; what comes of them lies in rows `stride` elements apart. */
export interface SumTile {
  readonly sums: number;
  /** i32[n], added to every row. */
  readonly bias: number;
  readonly rows: number;
  readonly n: number;
  readonly out: number;
  readonly stride: number;
}

/** out = sums + bias. */
export function endAsIntegers(k: KernelExports, { sums, bias, rows, n, out, stride }: SumTile): void {
  k.add_bias_i32!(sums, bias, out, rows, n, stride);
}

/** out = code of (sums + bias) · multiplier[column]; `zeroPoint` is an address. */
export function endAsCodes(
  k: KernelExports,
  storage: 'u8' | 'i8',
  { sums, bias, rows, n, out, stride }: SumTile,
  multiplier: number,
  zeroPoint: number,
): void {
  k[`requantize_i32_${storage}`]!(sums, bias, multiplier, out, rows, n, stride, zeroPoint);
}

/** out = (sums + bias) · multiplier[column] + addend[column], float32; addend 0 adds nothing. */
export function endAsFloats(
  k: KernelExports,
  { sums, bias, rows, n, out, stride }: SumTile,
  multiplier: number,
  addend: number,
): void {
  k.scale_i32_f32!(sums, bias, multiplier, addend, out, rows, n, stride);
}
