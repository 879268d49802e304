// Mean, variance, range and sparsity of float32 tensors in the executor's memory: the kernels of ../moments.ts, over
// addresses.

import type { ExecutionEngine } from '../../execution.js';
import type { Moments } from '../moments.js';

type Address = number;

/** Bytes of the sums, see assembly/num/moment-sums.ts. They begin as zeros. */
export const MOMENT_BYTES = 128;

/** Adds `count` elements, the first of which is element `start` of the whole. */
export function addMomentsAt(
  { kernels }: ExecutionEngine,
  x: Address,
  sums: Address,
  count: number,
  start: number,
): void {
  kernels.add_moments_f32!(x, sums, count, start % 4);
}

/** The moments of `count` elements added to `sums`. */
export function finishMoments({ kernels, heap }: ExecutionEngine, sums: Address, count: number): Moments {
  const address = heap.alloc(48, 'moments of a tensor');
  try {
    kernels.finish_moments!(sums, count, address);
    const results = new Float64Array(heap.copyOut(address, 48).buffer);
    const [min, max, mean, variance, zeros, nonFinite] = results as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const absMax = Math.max(Math.abs(min), Math.abs(max));
    return { count, nonFinite, min, max, absMax, mean, variance, sparsity: count === 0 ? 0 : zeros / count };
  } finally {
    heap.free(address);
  }
}
