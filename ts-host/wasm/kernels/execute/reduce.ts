// Reductions along one axis of a tensor seen as [outer, axis, inner].
//
//   fold(k, 'float32', Fold.sum, x, sums, view)          one 64-bit sum for each of outer · inner results
//   finish(k, 'float32', sums, out, count, divisor, …)   out = root or log of sum / divisor, in the tensor's dtype
//
// Sums and products of floats are float64 (of float32 within 2^-40 of the sum of magnitudes for 10^6 elements), those
// of integers 64 bits that wrap. Maxima and minima of float32 are float32 and need no `finish`; those of other types are
// 64 bits as sums are. A NaN among the elements is the answer, whatever else there is.

import type { KernelExports } from '../../kernel-exports.js';

type Address = number;

/** What is folded: the codes of assembly/num/fold.ts. */
export const Fold = { sum: 0, sumAbs: 1, sumSquare: 2, product: 3, max: 4, min: 5 } as const;
export type FoldCode = (typeof Fold)[keyof typeof Fold];

/** What is done to a finished sum: the codes of assembly/kernels/reduce/scalar.ts. */
export const Last = { none: 0, root: 1, log: 2 } as const;
export type LastCode = (typeof Last)[keyof typeof Last];

/** A tensor around the axis that goes. */
export interface AxisView {
  readonly outer: number;
  readonly axis: number;
  readonly inner: number;
}

/** Types that can be folded, with the word for them in the names of kernels; bool is folded as uint8. */
export const FOLD_TYPES = {
  float32: 'f32',
  float64: 'f64',
  int8: 'i8',
  uint8: 'u8',
  bool: 'u8',
  int32: 'i32',
  uint32: 'u32',
  int64: 'i64',
  uint64: 'u64',
} as const;
export type FoldType = keyof typeof FOLD_TYPES;

/** Bytes of one folded result. */
export function foldedBytes(dtype: FoldType, op: FoldCode): number {
  return dtype === 'float32' && op >= Fold.max ? 4 : 8;
}

/** Folds x into `outer · inner` results of {@link foldedBytes} at `out`.
 *  @param more - goes on from the results at `out`: an axis may be folded in parts, from its start on */
export function fold(
  kernels: KernelExports,
  dtype: FoldType,
  op: FoldCode,
  x: Address,
  out: Address,
  { outer, axis, inner }: AxisView,
  more = false,
): void {
  const f32 = op >= Fold.max ? 'reduce_extremes_f32' : 'reduce_sums_f32';
  const name = dtype === 'float32' ? f32 : `reduce_${FOLD_TYPES[dtype]}`;
  kernels[name]!(x, out, outer, axis, inner, op, more ? 1 : 0);
}

const INTEGER_BYTES: Partial<Record<FoldType, number>> = { int8: 1, uint8: 1, bool: 1, int32: 4, uint32: 4 };
const UNSIGNED: ReadonlySet<FoldType> = new Set(['uint8', 'bool', 'uint32', 'uint64']);

/** out = last(sum / divisor), `count` elements of `dtype`. Integers are cut towards zero. `out` may be `sums` where
 *  elements have 64 bits. */
export function finish(
  kernels: KernelExports,
  dtype: FoldType,
  sums: Address,
  out: Address,
  count: number,
  divisor = 1,
  last: LastCode = Last.none,
): void {
  if (dtype === 'float32') kernels.finish_sums_f32!(sums, out, count, divisor, last);
  else if (dtype === 'float64') kernels.finish_sums_f64!(sums, out, count, divisor, last);
  else {
    const bytes = INTEGER_BYTES[dtype] ?? 8;
    kernels.finish_sums_i64!(sums, out, count, divisor, last, bytes, UNSIGNED.has(dtype) ? 0 : 1);
  }
}
