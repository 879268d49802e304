// kl: the range that keeps most of what the distribution of values tells: the least Kullback-Leibler divergence of the
// histogram from itself squeezed into as many levels as there are codes (assembly/num/divergence.ts). Symmetric codes
// look at |x|; zeros, which are exact, are left out, and a peak beside 0 as far as it stands out.

import { type Span, withDivergences } from '../../wasm/kernels/execute/search.js';
import { folded, nonZeros, upToZero, withoutPeak } from './histograms.js';
import type { ActivationMethod, ActivationRange, CodeRule } from './method.js';
import { searchedRange, searchRange } from './rangeSearch.js';
import { withZero } from './ranges.js';

/** More bins cost time and tell less of each. */
const MOST_BINS = 4096;

export const kl: ActivationMethod = (engine, stats, rule) => {
  const values = upToZero(nonZeros(stats), MOST_BINS);
  const levels = levelsOf(rule);
  const { first, width, counts } = withoutPeak(rule.symmetric ? folded(values) : values, levels);
  const filled = filledBorders(counts);
  const full = searchedRange(stats, rule);
  // The outermost bins belong to the range that holds everything, wherever in them the last values are.
  const lowBorder = (x: number): number => (x <= full.min ? 0 : x / width - first);
  const highBorder = (x: number): number =>
    x >= Math.max(-full.min, full.max) || x === full.max ? counts.length : x / width - first;
  // What is clipped is added to the outermost bins, which therefore must not be empty: a range ends where values do.
  const spanOf = ({ min, max }: ActivationRange): Span => {
    const low = rule.symmetric ? 0 : lowBorder(min);
    const high = highBorder(rule.symmetric ? Math.max(-min, max) : max);
    return {
      low: rule.symmetric || counts[Math.floor(low)]! > 0 ? low : filled.above[Math.floor(low)]!,
      high: counts[Math.ceil(high) - 1]! > 0 ? high : filled.below[Math.ceil(high)]!,
    };
  };
  const found = withDivergences(engine, counts, levels, (divergences) =>
    searchRange(stats, rule, (ranges) => divergences(ranges.map(spanOf))),
  );
  if (found.min === found.max) return found;
  const { low, high } = spanOf(found);
  const end = (first + high) * width;
  const start = rule.symmetric ? -end : (first + low) * width;
  return withZero(Math.max(full.min, start), Math.min(full.max, end));
};

/** For each border of bins, the next one down that has a filled bin below it, and the next one up that has one above it. */
function filledBorders(counts: Float64Array): { below: Int32Array; above: Int32Array } {
  const below = new Int32Array(counts.length + 1);
  const above = new Int32Array(counts.length + 1).fill(counts.length);
  for (let k = 0; k < counts.length; k++) below[k + 1] = counts[k]! > 0 ? k + 1 : below[k]!;
  for (let k = counts.length - 1; k >= 0; k--) above[k] = counts[k]! > 0 ? k : above[k + 1]!;
  return { below, above };
}

/** Codes for the values that are looked at: symmetric ones have a sign. */
const levelsOf = ({ qmin, qmax, symmetric }: CodeRule): number =>
  symmetric ? qmax - (qmin >= 0 ? Math.ceil((qmin + qmax) / 2) : 0) + 1 : qmax - qmin + 1;
