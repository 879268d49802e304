// onnxruntime's choice of thresholds by divergence over a histogram around 0. For each half width i from levels / 2 up to half of the
// bins, of the bins from bins / 2 − i up to bins / 2 + i:
//
//   p: them, with those outside added to the outermost; smoothed
//   q: merged into `levels` levels of whole bins and spread over those of p that are not empty, cut to whole numbers; the last
//      bins, which fill no level, are added to its count, but get none of it; smoothed
//
// Smoothing gives an empty bin 0.0001 and takes as much from the others. Sums are float64 where onnxruntime's are float32.

import { ln64 } from '../../num/f64/ln';

const EPSILON: f64 = 0.0001;

/** The index i − levels / 2 of the first least divergence, for `bins` float64 counts. scratchPtr: `bins` + 1 float64. */
export function kl_around_zero_f64(countsPtr: usize, bins: i32, levels: i32, scratchPtr: usize): i32 {
  const middle = bins / 2;
  let best = 0;
  let least: f64 = Infinity;
  for (let i = levels / 2; i <= middle; i++) {
    const start = middle - i;
    const end = min<i32>(middle + i + 1, bins);
    const divergence = divergenceOf(countsPtr, bins, start, end, levels, scratchPtr);
    if (divergence < least) {
      least = divergence;
      best = i - levels / 2;
    }
  }
  return best;
}

@inline
function at(ptr: usize, index: i32): f64 {
  return load<f64>(ptr + (usize(index) << 3));
}

function sumOf(ptr: usize, start: i32, end: i32): f64 {
  let sum: f64 = 0;
  for (let k = start; k < end; k++) sum += at(ptr, k);
  return sum;
}

/** Counts of p: those of the histogram with what lies outside. */
@inline
function reference(countsPtr: usize, k: i32, start: i32, end: i32, below: f64, above: f64): f64 {
  return at(countsPtr, k) + (k == start ? below : 0) + (k == end - 1 ? above : 0);
}

function divergenceOf(countsPtr: usize, bins: i32, start: i32, end: i32, levels: i32, qPtr: usize): f64 {
  const below = sumOf(countsPtr, 0, start);
  const above = sumOf(countsPtr, end, bins);
  const size = end - start;
  const width = size / levels;
  memory.fill(qPtr, 0, usize(size) << 3);
  let pEmpty = 0;
  for (let k = start; k < end; k++) pEmpty += i32(reference(countsPtr, k, start, end, below, above) == 0);
  for (let level = 0; level < levels; level++) {
    const from = start + level * width;
    let sum = sumOf(countsPtr, from, from + width);
    if (level == levels - 1) sum += sumOf(countsPtr, from + width, end);
    let filled: f64 = 0;
    for (let k = from; k < from + width; k++) {
      filled += f64(reference(countsPtr, k, start, end, below, above) != 0);
    }
    if (filled == 0) continue;
    for (let k = from; k < from + width; k++) store<f64>(qPtr + (usize(k - start) << 3), trunc<f64>(sum / filled));
  }
  let qEmpty = 0;
  for (let k = 0; k < size; k++) qEmpty += i32(at(qPtr, k) == 0);
  if (pEmpty == size || qEmpty == size) return Infinity;
  const pShare = EPSILON * f64(pEmpty) / f64(size - pEmpty);
  const qShare = EPSILON * f64(qEmpty) / f64(size - qEmpty);
  if (pShare >= 1 || qShare >= 1) return Infinity;
  const pSum = smoothedSum(countsPtr, start, end, below, above, pShare, true, qPtr);
  const qSum = smoothedSum(countsPtr, start, end, below, above, qShare, false, qPtr);
  let divergence: f64 = 0;
  for (let k = start; k < end; k++) {
    const p = smoothed(reference(countsPtr, k, start, end, below, above), pShare) / pSum;
    const q = smoothed(at(qPtr, k - start), qShare) / qSum;
    divergence += p * ln64(p / q);
  }
  return divergence;
}

@inline
function smoothed(count: f64, share: f64): f64 {
  return f64(count == 0 ? f32(EPSILON) : f32(count) - f32(share));
}

function smoothedSum(
  countsPtr: usize, start: i32, end: i32, below: f64, above: f64, share: f64, ofP: bool, qPtr: usize,
): f64 {
  let sum: f64 = 0;
  for (let k = start; k < end; k++) {
    sum += smoothed(ofP ? reference(countsPtr, k, start, end, below, above) : at(qPtr, k - start), share);
  }
  return sum;
}
