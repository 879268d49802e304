// Counts over tensors in the executor's memory: numbers that a range leaves out, integers that are equal.

import type { ExecutionEngine } from '../../execution.js';

type Address = number;

/** Elements of `count` < 2^31 float32 below `low` or above `high`, both float32; NaN is neither. */
export function countOutside(
  { kernels }: ExecutionEngine,
  x: Address,
  count: number,
  low: number,
  high: number,
): number {
  return kernels.count_outside_f32!(x, count, low, high) >>> 0;
}

/** Pairs of `count` < 2^31 int64 that are equal. */
export function countEqual({ kernels }: ExecutionEngine, a: Address, b: Address, count: number): number {
  return kernels.count_equal_i64!(a, b, count) >>> 0;
}
