// How far the distribution of codes is from that of values: the Kullback-Leibler divergence of a histogram from what is left of it
// when the bins [low, high) are squeezed into `levels` equal levels. Sums over bins come from prefix sums, so that a candidate
// costs as many steps as it has levels, however many bins there are.
//
//   P: the bins of [low, high), those outside added to the outermost ones
//   Q: without those added, each level spread evenly over its parts that are not empty, normalised
//
//   KL(P‖Q) = (Σ_bins p ln p − Σ_levels p · ln(q / filled)) / total + ln(inside / total)
//
// with p and q the counts of a level in P and Q. Levels end within bins: a bin's count is spread evenly over it. `filled` is the
// width of a level that is not empty, in bins.

import { ln64 } from './f64/ln';

/** Bytes of the prefix sums at one border of bins: counts, filled width, count · ln count, float64 each. */
export const ENTRY: usize = 24;
export const FILLED: usize = 8;
export const LOGS: usize = 16;

/** Bytes of a candidate: low and high, float64 numbers of borders. */
export const SPAN_BYTES: usize = 16;

/** The sums of one field before a border `part` of the bin at `at` further on. */
@inline
export function before(at: usize, part: f64): f64 {
  const sum = load<f64>(at);
  return sum + part * (load<f64>(at, ENTRY) - sum);
}

@inline
export function wholeBins(border: f64, bins: usize): i32 {
  return min<i32>(<i32>border, <i32>bins - 1);
}

@inline
function fieldBefore(prefixPtr: usize, bins: usize, border: f64, field: usize): f64 {
  const whole = wholeBins(border, bins);
  return before(prefixPtr + usize(whole) * ENTRY + field, border - f64(whole));
}

/** Of the candidate that {@link beginSpan} was given: counts below low, from low on, and from high on. */
export let below: f64 = 0;
export let inside: f64 = 0;
export let above: f64 = 0;
/** Filled width below low. */
export let filledBelow: f64 = 0;
/** Σ_bins p ln p. */
export let own: f64 = 0;

/** Whether the candidate has a divergence: a level is as wide as a bin, and no count is added to an empty bin. */
export function beginSpan(prefixPtr: usize, bins: usize, low: f64, high: f64, levels: i32): bool {
  const total = load<f64>(prefixPtr + bins * ENTRY);
  below = fieldBefore(prefixPtr, bins, low, 0);
  const upTo = fieldBefore(prefixPtr, bins, high, 0);
  inside = upTo - below;
  above = total - upTo;
  filledBelow = fieldBefore(prefixPtr, bins, low, FILLED);
  if (!(high - low >= f64(levels)) || !(inside > 0)) return false;
  const firstBin = fieldBefore(prefixPtr, bins, low + 1, 0) - below;
  const lastBin = upTo - fieldBefore(prefixPtr, bins, high - 1, 0);
  if ((below > 0 && !(firstBin > 0)) || (above > 0 && !(lastBin > 0))) return false;
  const logs = fieldBefore(prefixPtr, bins, high, LOGS) - fieldBefore(prefixPtr, bins, low, LOGS);
  own = logs + grown(firstBin, below) + grown(lastBin, above);
  return true;
}

/** By how much count · ln count grows with `added` elements more. */
@inline
function grown(count: f64, added: f64): f64 {
  return added > 0 ? (count + added) * ln64(count + added) - count * ln64(count) : 0;
}
