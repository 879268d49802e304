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
  const list = Float64Array.from(candidates.flatMap(({ scale, low, high }) => [1 / scale, low, high]));
  const sums = evaluate(engine, counts, list, candidates.length, (counted, tried, out) =>
    engine.kernels.code_errors_f64!(
      counted,
      counts.length,
      first,
      width,
      tried,
      candidates.length,
      power,
      out,
    ),
  );
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

/** Kullback-Leibler divergences of the histogram from what is left of it when each span is squeezed into `levels` equal levels
 *  (assembly/num/divergence.ts); Infinity where there is none. */
export function klDivergences(
  engine: ExecutionEngine,
  counts: Float64Array,
  spans: readonly Span[],
  levels: number,
): Float64Array {
  const { kernels, heap } = engine;
  const bins = counts.length;
  const prefix = heap.alloc(24 * (bins + 1), 'searching a range');
  try {
    const list = Float64Array.from(spans.flatMap(({ low, high }) => [low, high]));
    return evaluate(engine, counts, list, spans.length, (counted, tried, out) => {
      kernels.kl_prefix_sums_f64!(counted, bins, prefix);
      kernels.kl_divergences_f64!(prefix, bins, tried, spans.length, levels, out);
    });
  } finally {
    heap.free(prefix);
  }
}

/** Counts and candidates copied in, a float64 a candidate copied out. */
function evaluate(
  { heap }: ExecutionEngine,
  counts: Float64Array,
  list: Float64Array,
  candidates: number,
  kernel: (counts: number, list: number, out: number) => void,
): Float64Array {
  const what = 'searching a range';
  const block = heap.alloc(counts.byteLength + list.byteLength + 8 * candidates, what);
  try {
    const tried = block + counts.byteLength;
    const out = tried + list.byteLength;
    new Float64Array(heap.memory.buffer, block, counts.length).set(counts);
    new Float64Array(heap.memory.buffer, tried, list.length).set(list);
    kernel(block, tried, out);
    return new Float64Array(heap.copyOut(out, 8 * candidates).buffer);
  } finally {
    heap.free(block);
  }
}
