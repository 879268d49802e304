// What a report tells of the numbers in a tensor, and a picture of their histogram.

import { powerOfTwo } from '../../observers/activation/grid.js';
import type { Histogram, TensorStats } from '../../observers/activation/stats.js';
import type { Moments } from '../../wasm/kernels/moments.js';

/** Quartiles are told to within a bin of the histogram, at most 1/2048 of the range. NaN where there are no finite
 *  numbers. */
export interface Distribution {
  readonly min: number;
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly max: number;
  readonly mean: number;
  /** Of the population. */
  readonly variance: number;
  /** Share of zeros. */
  readonly sparsity: number;
  /** NaN and infinities; nothing else here counts them. */
  readonly nonFinite: number;
}

/** A histogram to be drawn: counts[i] values lie in [low + i · width, low + (i + 1) · width). */
export interface HistogramPicture {
  readonly low: number;
  readonly width: number;
  readonly counts: readonly number[];
}

export function distributionOf(
  { min, max, mean, variance, sparsity, nonFinite }: Moments,
  stats: TensorStats,
): Distribution {
  const { histogram } = stats;
  const [q1, median, q3] = [0.25, 0.5, 0.75].map((share) => {
    if (stats.count === 0) return Number.NaN;
    return Math.min(stats.max, Math.max(stats.min, quantile(histogram, stats.count, share)));
  }) as [number, number, number];
  return { min, q1, median, q3, max, mean, variance, sparsity, nonFinite };
}

/** Where `share` of the values are passed, evenly spread within their bins. */
function quantile({ exponent, first, counts }: Histogram, count: number, share: number): number {
  const width = powerOfTwo(exponent);
  let rest = share * count;
  for (const [index, here] of counts.entries()) {
    if (here > 0 && rest <= here) return (first + index + rest / here) * width;
    rest -= here;
  }
  return (first + counts.length) * width;
}

/** At most `bins` bins of equal width, each some whole bins of the histogram. */
export function pictureOf({ exponent, first, counts }: Histogram, bins: number): HistogramPicture {
  const width = powerOfTwo(exponent);
  const joined = Math.max(1, Math.ceil(counts.length / bins));
  const sums = Array.from({ length: Math.ceil(counts.length / joined) }, (_, index) =>
    counts.subarray(index * joined, (index + 1) * joined).reduce((sum, count) => sum + count, 0),
  );
  return { low: first * width, width: joined * width, counts: sums };
}
