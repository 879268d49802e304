// What other systems' observers compute over tensors and histograms, for the modes that give their numbers.

import type { ExecutionEngine } from '../../execution.js';

type Address = number;

/** Counts elements, |x| if `absolute`, between `edges` into the float64 `counts`: one fewer than edges. */
export function countBetweenEdges(
  { kernels }: ExecutionEngine,
  x: Address,
  count: number,
  absolute: boolean,
  edges: Address,
  bins: number,
  counts: Address,
): void {
  kernels.count_between_edges_f32!(x, count, absolute ? 1 : 0, edges, bins, counts);
}

/** The smallest |x|. */
export const smallestSize = ({ kernels }: ExecutionEngine, x: Address, count: number): number =>
  kernels.smallest_size_f32!(x, count);

/** Counts elements but zeros by min(bins − 1, trunc(|x| / width)) into the float64 `counts`. */
export function countQuotients(
  { kernels }: ExecutionEngine,
  x: Address,
  count: number,
  width: number,
  bins: number,
  counts: Address,
): void {
  kernels.count_quotients_f32!(x, count, width, bins, counts);
}

const SELECT_BYTES = 1 << 18;

/** Elements of the given ranks, 0 for the smallest. */
export function selectRanks(
  { kernels, heap }: ExecutionEngine,
  x: Address,
  count: number,
  ranks: readonly number[],
): number[] {
  const table = heap.alloc(SELECT_BYTES, 'ordering a tensor');
  try {
    return ranks.map((rank) => kernels.select_f32!(x, count, rank, table));
  } finally {
    heap.free(table);
  }
}

/** How Paddle makes q of x: as codes of [0, levels] after clipping to [0, scale], as codes of [−levels − 1, levels] of which
 *  `levels` is `scale`, or as codes of [0, levels] with `scale` the step. */
export const CodeForm = { positive: 0, signed: 1, steps: 2 } as const;

export interface Coded {
  readonly form: (typeof CodeForm)[keyof typeof CodeForm];
  readonly scale: number;
  readonly levels: number;
}

const NOT_CODED: Coded = { form: CodeForm.positive, scale: 1, levels: 1 };
const Term = { squaredError: 0, value: 1, coded: 2, valueSpread: 3, codedSpread: 4 } as const;

/** NumPy's float32 `mean()` of x. */
export const numpyMean = (engine: ExecutionEngine, x: Address, count: number): number =>
  meanOf(engine, x, count, Term.value, NOT_CODED, 0);

/** `((x − q) ** 2).mean()`. */
export const numpySquaredError = (engine: ExecutionEngine, x: Address, count: number, coded: Coded): number =>
  meanOf(engine, x, count, Term.squaredError, coded, 0);

/** `mean()` and `std()` of x, or of q. */
export function numpyMoments(
  engine: ExecutionEngine,
  x: Address,
  count: number,
  coded?: Coded,
): { mean: number; std: number } {
  const [value, spread] = coded ? [Term.coded, Term.codedSpread] : [Term.value, Term.valueSpread];
  const mean = meanOf(engine, x, count, value, coded ?? NOT_CODED, 0);
  const variance = meanOf(engine, x, count, spread, coded ?? NOT_CODED, mean);
  return { mean, std: Math.fround(Math.sqrt(variance)) };
}

function meanOf(
  { kernels }: ExecutionEngine,
  x: Address,
  count: number,
  term: number,
  { form, scale, levels }: Coded,
  mean: number,
): number {
  const sum = kernels.numpy_sum_f32!(x, count, term, form, scale, levels, mean);
  return Math.fround(sum / Math.fround(count));
}

/** Paddle's divergences for the borders `first` … `last`; Infinity where it skips one. */
export function wholeLevelDivergences(
  { kernels, heap }: ExecutionEngine,
  counts: Address,
  bins: number,
  [first, last]: readonly [number, number],
  levels: number,
): Float64Array {
  const prefixBytes = 24 * (bins + 1);
  const length = last - first + 1;
  const prefix = heap.alloc(prefixBytes + 8 * length, 'searching a threshold');
  try {
    kernels.kl_prefix_sums_f64!(counts, bins, prefix);
    kernels.kl_whole_levels_f64!(prefix, bins, first, last, levels, prefix + prefixBytes);
    return new Float64Array(heap.copyOut(prefix + prefixBytes, 8 * length).buffer);
  } finally {
    heap.free(prefix);
  }
}

/** MindSpore Lite's threshold, in bins, of its float32 counts. */
export function proportionalThreshold({ kernels, heap }: ExecutionEngine, counts: Float32Array): number {
  const block = heap.alloc(3 * counts.byteLength + 512, 'searching a threshold');
  try {
    new Float32Array(heap.memory.buffer, block, counts.length).set(counts);
    return kernels.kl_proportional_f32!(block, counts.length, block + counts.byteLength);
  } finally {
    heap.free(block);
  }
}

/** onnxruntime's threshold: how many bins beyond levels / 2 on either side of the middle. */
export function aroundZeroThreshold(
  { kernels, heap }: ExecutionEngine,
  counts: Address,
  bins: number,
  levels: number,
): number {
  const scratch = heap.alloc(8 * (bins + 1), 'searching a threshold');
  try {
    return kernels.kl_around_zero_f64!(counts, bins, levels, scratch);
  } finally {
    heap.free(scratch);
  }
}
