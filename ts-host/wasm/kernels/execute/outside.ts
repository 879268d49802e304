// How many numbers of a tensor in the executor's memory lie outside a range.

import type { ExecutionEngine } from '../../execution.js';

/** Elements of `count` < 2^31 float32 below `low` or above `high`, both float32; NaN is neither. */
export function countOutside(
  { kernels }: ExecutionEngine,
  x: number,
  count: number,
  low: number,
  high: number,
): number {
  return kernels.count_outside_f32!(x, count, low, high) >>> 0;
}
