// What candidates for a range cost, from a histogram: expected errors of codes, and divergences of distributions. Histograms
// hold at most some thousand counts; they are copied in once for all candidates of a search.

import type { ExecutionEngine } from '../../execution.js';

/** Codes that a scale gives: real = scale · t, t a whole number of [low, high]. */
export interface CodeCandidate {
  readonly scale: number;
  readonly low: number;
  readonly high: number;
}

/** Bin k holds values spread evenly over [first + k, first + k + 1) · width. */
export interface CountedBins {
  readonly first: number;
  readonly width: number;
  readonly counts: Float64Array;
}

/** Sums over all values of |x − x̂|^power: the expected errors, not divided by the number of values. */
export function codeErrors(
  engine: ExecutionEngine,
  { first, width, counts }: CountedBins,
  candidates: readonly CodeCandidate[],
  power: 1 | 2,
): Float64Array {
  const list = candidates.flatMap(({ scale, low, high }) => [1 / scale, low, high]);
  const given = new Float64Array(counts.length + list.length);
  given.set(counts);
  given.set(list, counts.length);
  const sums = evaluate(engine, given, candidates.length, (counted, out) => {
    const tried = counted + counts.byteLength;
    engine.kernels.code_errors_f64!(
      counted,
      counts.length,
      first,
      width,
      tried,
      candidates.length,
      power,
      out,
    );
  });
  // The kernel's unit is scale^(power + 1) / width a value.
  return sums.map((sum, i) => {
    const { scale } = candidates[i]!;
    return sum * (scale / width) * (power === 2 ? scale * scale : scale);
  });
}

/** A range in bins, 0 <= low < high <= number of bins. */
export interface Span {
  readonly low: number;
  readonly high: number;
}

/** Divergences of spans; Infinity where there is none. */
export type Divergences = (spans: readonly Span[]) => Float64Array;

/** Calls `search` with the Kullback-Leibler divergences of the histogram from what is left of it when a span of bins is
 *  squeezed into `levels` equal levels (assembly/num/divergence.ts). Sums over bins are made once for all spans. */
export function withDivergences<T>(
  engine: ExecutionEngine,
  counts: Float64Array,
  levels: number,
  search: (divergences: Divergences) => T,
): T {
  const { kernels, heap } = engine;
  const bins = counts.length;
  const prefix = heap.alloc(24 * (bins + 1), 'searching a range');
  try {
    evaluate(engine, counts, 0, (counted) => {
      kernels.kl_prefix_sums_f64!(counted, bins, prefix);
    });
    return search((spans) => {
      const list = Float64Array.from(spans.flatMap(({ low, high }) => [low, high]));
      return evaluate(engine, list, spans.length, (tried, out) =>
        kernels.kl_divergences_f64!(prefix, bins, tried, spans.length, levels, out),
      );
    });
  } finally {
    heap.free(prefix);
  }
}

/** Numbers copied in, `results` float64 copied out. */
function evaluate(
  { heap }: ExecutionEngine,
  given: Float64Array,
  results: number,
  kernel: (given: number, out: number) => void,
): Float64Array {
  const block = heap.alloc(given.byteLength + 8 * results, 'searching a range');
  try {
    new Float64Array(heap.memory.buffer, block, given.length).set(given);
    kernel(block, block + given.byteLength);
    return new Float64Array(heap.copyOut(block + given.byteLength, 8 * results).buffer);
  } finally {
    heap.free(block);
  }
}
