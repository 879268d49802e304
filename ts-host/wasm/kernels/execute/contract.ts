// The general contraction of two strided operands (assembly/kernels/contract draws it): Einsum's products, traces and
// sums, and the matrix product of float64 and integers.

import type { ExecutionEngine } from '../../execution.js';
import { writeInts } from './ints.js';

/** One dim of the output or of the sum: its size, and the step it makes in each operand, in elements. */
export interface ContractionDim {
  readonly size: number;
  readonly a: number;
  readonly b: number;
}

export interface Contraction {
  /** Dims of the dense output, outermost first. */
  readonly out: readonly ContractionDim[];
  readonly sum: readonly ContractionDim[];
}

const EXPORTS = {
  float32: 'contract_f32',
  float64: 'contract_f64',
  int32: 'contract_i32',
  uint32: 'contract_i32',
  int64: 'contract_i64',
  uint64: 'contract_i64',
} as const;

export type ContractionDType = keyof typeof EXPORTS;

export function isContractionDType(dtype: string): dtype is ContractionDType {
  return dtype in EXPORTS;
}

/** Bytes of the table that {@link contract} writes. */
export function contractionTableBytes({ out, sum }: Contraction): number {
  return 4 * (2 + 3 * (out.length + sum.length));
}

/** Rows of the output: what {@link contract} is cut by. */
export function contractionRows({ out }: Contraction): number {
  return out.slice(0, -1).reduce((rows, { size }) => rows * size, 1);
}

/** out[o] = sum over s of a[o, s] · b[o, s], for the rows `first` to `end` (exclusive).
 *  @param table - address of contractionTableBytes() bytes, 4-byte aligned
 *  @param b - 0: ones */
export function contract(
  engine: ExecutionEngine,
  dtype: ContractionDType,
  contraction: Contraction,
  table: number,
  a: number,
  b: number,
  out: number,
  first = 0,
  end = contractionRows(contraction),
): void {
  const dims = [...contraction.out, ...contraction.sum];
  const lengths = [contraction.out.length, contraction.sum.length];
  writeInts(engine, table, [...lengths, ...dims.flatMap((dim) => [dim.size, dim.a, dim.b])]);
  engine.kernels[EXPORTS[dtype]]!(table, a, b, out, first, end);
}
