// Kernels of tensors that follow a rule.

import type { ExecutionEngine } from '../../execution.js';
import { writeInts } from './ints.js';

/** Types a range can have, with the kernel of each. */
const RANGES = {
  float32: 'ramp_f32',
  float64: 'ramp_f64',
  int16: 'ramp_i16',
  int32: 'ramp_i32',
  int64: 'ramp_i64',
} as const;

export type RangeType = keyof typeof RANGES;
export const RANGE_TYPES = Object.keys(RANGES) as RangeType[];

/** out[i] = start + (first + i) · delta; `start` and `delta` are addresses of elements. */
export function fillRange(
  { kernels }: ExecutionEngine,
  type: RangeType,
  start: number,
  delta: number,
  out: number,
  first: number,
  length: number,
): void {
  kernels[RANGES[type]]!(start, delta, out, first, length);
}

/** Sets out[o, indices[o, i], i] of [outer, depth, inner] to the element at `on`; indices are int64. */
export function setOneHot(
  { kernels }: ExecutionEngine,
  indices: number,
  on: number,
  out: number,
  outer: number,
  depth: number,
  inner: number,
  elementBytes: number,
): void {
  kernels.one_hot!(indices, on, out, outer, depth, inner, elementBytes);
}

/** Keeps the upper or lower triangle of matrices, diagonal `k` included; `x` and `out` may be one.
 *  @param k - in [-rows, cols] */
export function keepTriangle(
  { kernels }: ExecutionEngine,
  x: number,
  out: number,
  matrices: number,
  rows: number,
  cols: number,
  elementBytes: number,
  k: number,
  upper: boolean,
): void {
  kernels.trilu!(x, out, matrices, rows, cols, elementBytes, k, Number(upper));
}

/** How many elements are not zero. */
export function countNonzero(
  { kernels }: ExecutionEngine,
  x: number,
  length: number,
  elementBytes: number,
  isFloat: boolean,
): number {
  return kernels.nonzero_count!(x, length, elementBytes, Number(isFloat)) >>> 0;
}

/** Bytes of scratch for {@link startPlaces}. */
export function placesScratchBytes(rank: number): number {
  return rank * 8;
}

/** Begins a walk over a tensor of these dims, at the element with the indices `first`, in scratch memory. */
export function startPlaces(
  engine: ExecutionEngine,
  scratch: number,
  dims: readonly number[],
  first: readonly number[],
): void {
  writeInts(engine, scratch, [...dims, ...first]);
}

/** Walks on over `length` elements; places of those that are not zero go to int64 [rank, columns] at `out`, from `column`
 *  on. Returns the next column. */
export function writePlaces(
  { kernels }: ExecutionEngine,
  scratch: number,
  rank: number,
  x: number,
  length: number,
  elementBytes: number,
  isFloat: boolean,
  out: number,
  columns: number,
  column: number,
): number {
  const write = kernels.nonzero_places!;
  return write(scratch, rank, x, length, elementBytes, Number(isFloat), out, columns, column) >>> 0;
}
