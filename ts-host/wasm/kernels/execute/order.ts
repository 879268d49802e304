// Places in an order along one axis of a tensor seen as [outer, axis, inner]: which element is the greatest, the k
// greatest, running sums; and local response normalisation.

import type { KernelExports } from '../../kernel-exports.js';
import type { AxisView } from './reduce.js';

type Address = number;

/** Codes of element types: those of assembly/kernels/order/scalar.ts. */
const TYPES = {
  float32: 0,
  float64: 1,
  int8: 2,
  uint8: 3,
  int32: 4,
  int64: 5,
  uint32: 6,
  uint64: 7,
  int16: 8,
  uint16: 9,
} as const;
export type OrderType = keyof typeof TYPES;

/** Bytes of scratch of {@link argExtreme}. */
export function argScratchBytes({ inner }: AxisView): number {
  return inner * 8;
}

/** Index (int64) of the greatest, or least, element of a non-empty axis; of equal ones the first, or the last. */
export function argExtreme(
  kernels: KernelExports,
  dtype: 'float32' | 'float64' | 'int8' | 'uint8' | 'int32' | 'int64',
  x: Address,
  out: Address,
  scratch: Address,
  { outer, axis, inner }: AxisView,
  { least, last }: { readonly least: boolean; readonly last: boolean },
): void {
  kernels.arg_extreme!(x, out, scratch, outer, axis, inner, TYPES[dtype], least ? 1 : 0, last ? 1 : 0);
}

/** Bytes of scratch of {@link topK}. */
export function topKScratchBytes(k: number): number {
  return k * 16;
}

/** The k greatest, or least, elements (k ≤ axis), best first, of equal ones the first; and their indices (int64). NaN is
 *  above all numbers.
 *  @param values - 0: nobody wants them; so with `indices` */
export function topK(
  kernels: KernelExports,
  dtype: OrderType,
  x: Address,
  values: Address,
  indices: Address,
  scratch: Address,
  { outer, axis, inner }: AxisView,
  k: number,
  largest: boolean,
): void {
  kernels.top_k!(x, values, indices, scratch, outer, axis, inner, k, TYPES[dtype], largest ? 1 : 0);
}

/** Running sums. `out` may be `x`. */
export function cumulativeSum(
  kernels: KernelExports,
  dtype: 'float32' | 'float64' | 'int32' | 'int64' | 'uint32' | 'uint64',
  x: Address,
  out: Address,
  { outer, axis, inner }: AxisView,
  { exclusive, reverse }: { readonly exclusive: boolean; readonly reverse: boolean },
): void {
  const flags = [exclusive ? 1 : 0, reverse ? 1 : 0] as const;
  kernels.cumulative_sum!(x, out, outer, axis, inner, TYPES[dtype], ...flags);
}

export interface ResponseArguments {
  /** Channels in front of and behind a channel that count with it. */
  readonly before: number;
  readonly after: number;
  readonly factor: number;
  readonly beta: number;
  readonly bias: number;
}

/** x / (bias + factor · Σ x²)^beta, Σ over near channels (the axis of the view). Not in place. */
export function localResponse(
  kernels: KernelExports,
  x: Address,
  out: Address,
  { outer, axis, inner }: AxisView,
  { before, after, factor, beta, bias }: ResponseArguments,
): void {
  kernels.lrn_f32!(x, out, outer, axis, inner, before, after, factor, beta, bias);
}
