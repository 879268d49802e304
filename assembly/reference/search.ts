// What candidates for a range cost, from a histogram: expected errors, and divergences of distributions. Normative: kernels/search
// equals it bit for bit.

import { CANDIDATE_BYTES, errorUpTo } from '../num/code-error';
import { above, before, beginSpan, below, ENTRY, FILLED, filledBelow, inside, own, SPAN_BYTES, wholeBins } from '../num/divergence';
import { ln64 } from '../num/f64/ln';

/** For each candidate { 1 / scale, low, high } (num/code-error.ts), writes
 *
 *    Σ counts[k] · (Ep((first + k + 1) · width / scale) − Ep((first + k) · width / scale))
 *
 *  in the order of bins; power 1 or 2. */
export function code_errors_f64(
  countsPtr: usize, bins: usize, first: i32, width: f64, candidatesPtr: usize, candidates: usize, power: i32,
  outPtr: usize,
): void {
  const squared = power == 2;
  for (let c: usize = 0; c < candidates; c++) {
    const at = candidatesPtr + c * CANDIDATE_BYTES;
    const step = width * load<f64>(at);
    const low = load<f64>(at, 8);
    const high = load<f64>(at, 16);
    let sum: f64 = 0;
    let before = errorUpTo(f64(first) * step, low, high, squared);
    for (let k: usize = 0; k < bins; k++) {
      const after = errorUpTo(f64(first + <i32>k + 1) * step, low, high, squared);
      sum += load<f64>(countsPtr + (k << 3)) * (after - before);
      before = after;
    }
    store<f64>(outPtr + (c << 3), sum);
  }
}

/** For each candidate { low, high }, 0 <= low < high <= bins, writes the divergence (num/divergence.ts); Infinity where it has
 *  none. */
export function kl_divergences_f64(
  prefixPtr: usize, bins: usize, candidatesPtr: usize, candidates: usize, levels: i32, outPtr: usize,
): void {
  for (let c: usize = 0; c < candidates; c++) {
    const at = candidatesPtr + c * SPAN_BYTES;
    store<f64>(outPtr + (c << 3), divergence(prefixPtr, bins, load<f64>(at), load<f64>(at, 8), levels));
  }
}

function divergence(prefixPtr: usize, bins: usize, low: f64, high: f64, levels: i32): f64 {
  if (!beginSpan(prefixPtr, bins, low, high, levels)) return Infinity;
  const step = (high - low) / f64(levels);
  let crossed: f64 = 0;
  let sumBefore = below;
  let filledBefore = filledBelow;
  for (let level = 1; level <= levels; level++) {
    const border = level == levels ? high : low + step * f64(level);
    const whole = wholeBins(border, bins);
    const at = prefixPtr + usize(whole) * ENTRY;
    const sum = before(at, border - f64(whole));
    const filled = before(at + FILLED, border - f64(whole));
    const mass = sum - sumBefore;
    const width = filled - filledBefore;
    const added = (level == 1 ? below : 0) + (level == levels ? above : 0);
    if (mass > 0 && width > 0) crossed += (mass + added) * ln64(mass / width);
    else if (added > 0) return Infinity;
    sumBefore = sum;
    filledBefore = filled;
  }
  return (own - crossed) / load<f64>(prefixPtr + bins * ENTRY) + ln64(inside / load<f64>(prefixPtr + bins * ENTRY));
}
