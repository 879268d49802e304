// All that is kept of a tensor, as plain data: exact numbers, so that parts merge to the same state in any order.
// A collector (collector.ts) fills it, stateBytes.ts writes it.

import { OctavoError } from '../../errors.js';
import type { Bins } from '../../wasm/kernels/execute/observe.js';
import { exactMean } from './exactSum.js';
import { Extremes } from './extremes.js';
import { gridOf } from './grid.js';
import type { TensorStats } from './stats.js';

/** Sums over samples, in units of 2^-149 (exactSum.ts). */
export interface SampleSums {
  /** Of each one's largest |x|. */
  readonly absMax: bigint;
  /** Of each one's quantiles 0.0001 and 0.9999. */
  readonly low: bigint;
  readonly high: bigint;
}

/** State of one tensor. Before the first element everything is 0 and empty. */
export interface TensorState {
  readonly samples: number;
  readonly count: number;
  readonly zeros: number;
  readonly min: number;
  readonly max: number;
  /** On gridOf(min, max), a count for each of its bins. */
  readonly counts: Float64Array;
  readonly extremes: Extremes;
  readonly sums: SampleSums;
}

export const EMPTY_STATE: TensorState = {
  samples: 0,
  count: 0,
  zeros: 0,
  min: 0,
  max: 0,
  counts: new Float64Array(0),
  extremes: new Extremes(),
  sums: { absMax: 0n, low: 0n, high: 0n },
};

/** The state of what `a` and `b` have seen together. Associative and commutative, to the byte.
 *  @throws OctavoError `LIMIT_EXCEEDED` above 2^53 elements */
export function mergeStates(a: TensorState, b: TensorState): TensorState {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const [min, max] = [Math.min(a.min, b.min), Math.max(a.max, b.max)];
  const grid = gridOf(min, max);
  const counts = new Float64Array(grid.bins);
  for (const each of [a, b]) addTo(counts, grid, each);
  return {
    samples: a.samples + b.samples,
    count: requireExact(a.count + b.count),
    zeros: a.zeros + b.zeros,
    min,
    max,
    counts,
    extremes: a.extremes.merge(b.extremes),
    sums: {
      absMax: a.sums.absMax + b.sums.absMax,
      low: a.sums.low + b.sums.low,
      high: a.sums.high + b.sums.high,
    },
  };
}

/** Whole numbers are exact in a float64 up to here. */
export function requireExact(count: number): number {
  if (count <= Number.MAX_SAFE_INTEGER) return count;
  throw new OctavoError('LIMIT_EXCEEDED', 'statistics of a tensor hold 2^53 elements at most');
}

function addTo(counts: Float64Array, grid: Bins, { min, max, counts: added }: TensorState): void {
  const { exponent, first } = gridOf(min, max);
  // Bin numbers have 23 bits: shifted by 31, all that is left of them is their sign, as by more.
  const shift = Math.min(31, grid.exponent - exponent);
  for (let i = 0; i < added.length; i++) {
    counts[((first + i) >> shift) - grid.first]! += added[i]!;
  }
}

/** What methods and reports read. */
export function statsOf(state: TensorState): TensorStats {
  const { samples, count, zeros, min, max, counts, extremes, sums } = state;
  const { exponent, first } = count === 0 ? { exponent: 0, first: 0 } : gridOf(min, max);
  return {
    samples,
    count,
    zeros,
    min,
    max,
    histogram: { exponent, first, counts },
    extremes: [...extremes],
    meanAbsMax: exactMean(sums.absMax, samples),
    meanQuantiles: { low: exactMean(sums.low, samples), high: exactMean(sums.high, samples) },
  };
}
