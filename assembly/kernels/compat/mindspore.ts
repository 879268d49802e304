// MindSpore Lite's choice of a threshold by divergence, float32 throughout, in its order of operations.
//
//   for each i of LEVELS … bins − 1: the bins before i are merged into LEVELS levels of i / LEVELS bins, parts of bins counting
//   in proportion, and spread back over the bins that are not 0; KL of the bins, those behind added to the last, against that

import { ln64 } from '../../num/f64/ln';

const LEVELS: i32 = 128;

/** The i of the least divergence, the first of equals, for `bins` float32 counts. scratchPtr: LEVELS + 2 · bins float32. */
export function kl_proportional_f32(countsPtr: usize, bins: i32, scratchPtr: usize): i32 {
  const expandedPtr = scratchPtr + (usize(LEVELS) << 2);
  let best = LEVELS;
  let least: f32 = f32.MAX_VALUE;
  let behind: f32 = 0;
  for (let k = LEVELS; k < bins; k++) behind += at(countsPtr, k);
  for (let i = LEVELS; i < bins; i++) {
    const last = at(countsPtr, i - 1) + behind;
    behind -= at(countsPtr, i);
    merge(countsPtr, i, scratchPtr);
    expand(countsPtr, i, scratchPtr, expandedPtr);
    const divergence = divergenceOf(countsPtr, last, expandedPtr, i);
    if (divergence < least) {
      least = divergence;
      best = i;
    }
  }
  return best;
}

@inline
function at(ptr: usize, index: i32): f32 {
  return load<f32>(ptr + (usize(index) << 2));
}

@inline
function put(ptr: usize, index: i32, value: f32): void {
  store<f32>(ptr + (usize(index) << 2), value);
}

function merge(countsPtr: usize, i: i32, levelsPtr: usize): void {
  const width = f32(i) / f32(LEVELS);
  for (let level = 0; level < LEVELS; level++) {
    const start = f32(level) * width;
    const end = start + width;
    const from = <i32>ceil<f32>(start);
    const to = <i32>floor<f32>(end);
    let sum: f32 = 0;
    // Parts are float64, as the products and sums they are in.
    if (f32(from) > start) sum = f32(f64(sum) + f64(f32(from) - start) * f64(at(countsPtr, from - 1)));
    if (f32(to) < end) sum = f32(f64(sum) + f64(end - f32(to)) * f64(at(countsPtr, to)));
    for (let k = from; k < to; k++) sum += at(countsPtr, k);
    put(levelsPtr, level, sum);
  }
}

function expand(countsPtr: usize, i: i32, levelsPtr: usize, expandedPtr: usize): void {
  memory.fill(expandedPtr, 0, usize(i) << 2);
  const width = f32(i) / f32(LEVELS);
  for (let level = 0; level < LEVELS; level++) {
    const start = f32(level) * width;
    const end = start + width;
    const from = <i32>ceil<f32>(start);
    const to = <i32>floor<f32>(end);
    const hasLeft = f32(from) > start && at(countsPtr, from - 1) != 0;
    const hasRight = f32(to) < end && at(countsPtr, to) != 0;
    const left = f32(from) - start;
    const right = f64(end - f32(to));
    let filled: f32 = hasLeft ? left : 0;
    if (hasRight) filled = f32(f64(filled) + right);
    for (let k = from; k < to; k++) if (at(countsPtr, k) != 0) filled += 1;
    if (filled == 0) continue;
    const average = at(levelsPtr, level) / filled;
    if (hasLeft) put(expandedPtr, from - 1, at(expandedPtr, from - 1) + average * left);
    if (hasRight) put(expandedPtr, to, f32(f64(at(expandedPtr, to)) + f64(average) * right));
    for (let k = from; k < to; k++) if (at(countsPtr, k) != 0) put(expandedPtr, k, at(expandedPtr, k) + average);
  }
}

/** `last` is the last count with those behind it added. */
function divergenceOf(countsPtr: usize, last: f32, expandedPtr: usize, i: i32): f32 {
  let pSum: f32 = 0;
  let qSum: f32 = 0;
  for (let k = 0; k < i - 1; k++) pSum += at(countsPtr, k);
  pSum += last;
  for (let k = 0; k < i; k++) qSum += at(expandedPtr, k);
  let sum: f32 = 0;
  for (let k = 0; k < i; k++) {
    const p = (k == i - 1 ? last : at(countsPtr, k)) / pSum;
    const q = at(expandedPtr, k) / qSum;
    if (p == 0) continue;
    sum += q == 0 ? 1 : p * f32(ln64(f64(p / q)));
  }
  return sum;
}
