// Forms of a histogram that methods look at.

import type { CountedBins } from '../../wasm/kernels/execute/search.js';
import { powerOfTwo } from './grid.js';
import type { Histogram, TensorStats } from './stats.js';

/** All values but the zeros, which every range has exactly: half the values behind a ReLU, all in the lowest bin, would draw
 *  the codes there. */
export function nonZeros({ histogram, zeros }: TensorStats): CountedBins {
  const { exponent, first } = histogram;
  const counts = histogram.counts.slice();
  if (zeros > 0) counts[-first]! -= zeros;
  return { first, width: powerOfTwo(exponent), counts };
}

/** Counts of |x|, for bins up to 0 or over it: bin k holds the counts of k and, for negative values, of −1 − k. */
export function folded({ first, width, counts }: CountedBins): CountedBins {
  const last = first + counts.length - 1;
  const both = new Float64Array(Math.max(last + 1, -first));
  for (let k = 0; k < counts.length; k++) {
    const bin = first + k;
    both[bin < 0 ? -1 - bin : bin]! += counts[k]!;
  }
  return { first: 0, width, counts: both };
}

/** The same without a peak at 0: what is nearer to it than half a step of codes over everything is 0 to them, and counts no
 *  more than what lies next to it. Borders of a convolution over zeros, all near its bias, would draw the codes there as zeros do. */
export function withoutPeak({ first, width, counts }: CountedBins, levels: number): CountedBins {
  const zone = Math.floor(counts.length / (2 * levels));
  const flat = counts.slice();
  const above = counts[zone - first] ?? 0;
  const below = counts[-1 - zone - first] ?? 0;
  for (let k = 0; k < zone; k++) {
    const [up, down] = [k - first, -1 - k - first];
    if (up < flat.length) flat[up] = Math.min(flat[up]!, above);
    if (down >= 0) flat[down] = Math.min(flat[down]!, below);
  }
  return { first, width, counts: flat };
}

/** The same on the finest grid that reaches from 0 over all values with at most `most` bins. */
export function upToZero({ first, width, counts }: CountedBins, most: number): CountedBins {
  const last = first + counts.length - 1;
  let shift = 0;
  const [start, end] = [Math.min(0, first), Math.max(-1, last)];
  while ((end >> shift) - (start >> shift) >= most) shift++;
  const coarse = new Float64Array((end >> shift) - (start >> shift) + 1);
  for (let k = 0; k < counts.length; k++) coarse[((first + k) >> shift) - (start >> shift)]! += counts[k]!;
  return { first: start >> shift, width: width * powerOfTwo(shift), counts: coarse };
}

/** Borders of bins beyond which at most `low` and `high` of the values lie, as far in as that allows. */
export function bordersWithout(
  { exponent, first, counts }: Histogram,
  low: number,
  high: number,
): { low: number; high: number } {
  const width = powerOfTwo(exponent);
  let start = 0;
  for (let left = low - (counts[0] ?? 0); left >= 0 && start < counts.length - 1; left -= counts[start]!)
    start++;
  let end = counts.length;
  for (let left = high - (counts[end - 1] ?? 0); left >= 0 && end > start + 1; left -= counts[end - 1]!)
    end--;
  return { low: (first + start) * width, high: (first + end) * width };
}
