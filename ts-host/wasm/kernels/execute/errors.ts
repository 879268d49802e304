// How far one float32 tensor in the executor's memory is from another: sums that a run leaves behind, and the measures
// made of them. The kernels are those of ../measures.ts, over addresses.

import type { ExecutionEngine } from '../../execution.js';
import type { ErrorMeasures } from '../measures.js';

type Address = number;

/** Float64 numbers of the sums, see assembly/num/error-sums.ts; the last is the largest difference. */
export const ERROR_SUMS = 17;
/** Where the sums of a² and of (a − b)² begin. */
const [SIGNAL, NOISE] = [4, 12];

/** Adds `count` pairs, the first of which is element `start` of the whole tensors. */
export function addErrors(
  { kernels }: ExecutionEngine,
  a: Address,
  b: Address,
  sums: Address,
  count: number,
  start: number,
): void {
  kernels.add_errors_f32!(a, b, sums, count, start % 4);
}

/** The measures of sums over `count` pairs. */
export function finishErrors(
  { kernels, heap }: ExecutionEngine,
  sums: Float64Array,
  count: number,
): ErrorMeasures {
  const address = heap.copyIn(sums, 'sums of errors');
  try {
    kernels.finish_errors!(address, count, address);
    const [mse, sqnrDb, cosine, maxAbs] = new Float64Array(heap.copyOut(address, 32).buffer);
    return { mse: mse!, sqnrDb: sqnrDb!, cosine: cosine!, maxAbs: maxAbs! };
  } finally {
    heap.free(address);
  }
}

/** 10 · log10(signal / noise), equal in every runtime; +Infinity without noise. */
export function decibels(engine: ExecutionEngine, signal: number, noise: number): number {
  const sums = new Float64Array(ERROR_SUMS);
  sums[SIGNAL] = signal;
  sums[NOISE] = noise;
  return finishErrors(engine, sums, 1).sqnrDb;
}
