// The search of mse, emd and kl for the range that costs least: shares of the full range from coarse to fine, first of both
// ends together, then, where the ends are free, of each by itself.
//
//   both ends, then either: 7/8 to the power of 0 … 31 of the full range, down to 1.6 % of it
//   either, then both: 31/32 and 127/128 to the power of −4 … 4 of the best so far
//
// Of equals the first wins, which is the widest. Only sums, products and quotients of float64: the same everywhere.

import type { ActivationRange, CodeRule } from './method.js';
import { fullRange, isOneSided } from './ranges.js';
import type { TensorStats } from './stats.js';

/** What each of the ranges costs; Infinity for one that cannot be had. */
export type RangeCost = (ranges: readonly ActivationRange[]) => ArrayLike<number>;

const COARSE = 7 / 8;
const COARSE_STEPS = 32;
const FINE = [31 / 32, 127 / 128] as const;
const FINE_STEPS = 4;

export function searchRange(stats: TensorStats, rule: CodeRule, cost: RangeCost): ActivationRange {
  const full = searchedRange(stats, rule);
  if (full.min === full.max) return full;
  const tied = rule.symmetric || isOneSided(full);
  let best: Candidate = { range: full, cost: Infinity };
  const shares = powers(COARSE, 0, COARSE_STEPS - 1);
  for (const { low, high } of tied ? [BOTH] : [BOTH, HIGH, LOW]) {
    const { min, max } = best.range;
    const tried = shares.map((share) => ({
      min: low ? full.min * share + 0 : min,
      max: high ? full.max * share + 0 : max,
    }));
    best = cheapest(best, tried, cost);
  }
  for (const ratio of FINE) {
    const factors = powers(ratio, -FINE_STEPS, FINE_STEPS);
    for (const { low, high } of tied ? [BOTH] : [HIGH, LOW, BOTH]) {
      const { min, max } = best.range;
      const tried = factors.map((factor) => ({
        min: Math.max(full.min, low ? min * factor + 0 : min),
        max: Math.min(full.max, high ? max * factor + 0 : max),
      }));
      best = cheapest(best, tried, cost);
    }
  }
  return best.range;
}

/** Symmetric codes cover both sides alike, whatever was seen there. */
export function searchedRange(stats: TensorStats, { symmetric }: CodeRule): ActivationRange {
  const full = fullRange(stats);
  const reach = Math.max(-full.min, full.max);
  return symmetric && !isOneSided(full) ? { min: -reach, max: reach } : full;
}

interface Candidate {
  readonly range: ActivationRange;
  readonly cost: number;
}

const BOTH = { low: true, high: true };
const LOW = { low: true, high: false };
const HIGH = { low: false, high: true };

function cheapest(best: Candidate, ranges: readonly ActivationRange[], cost: RangeCost): Candidate {
  const costs = cost(ranges);
  return ranges.reduce(
    (least, range, i) => (costs[i]! < least.cost ? { range, cost: costs[i]! } : least),
    best,
  );
}

/** ratio^from … ratio^to, by multiplication. */
function powers(ratio: number, from: number, to: number): number[] {
  const power = (n: number): number => (n < 0 ? 1 / power(-n) : n === 0 ? 1 : power(n - 1) * ratio);
  return Array.from({ length: to - from + 1 }, (_, i) => power(from + i));
}
