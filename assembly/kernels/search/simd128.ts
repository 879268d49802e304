// What candidates for a range cost, two of them side by side in f64 lanes. Each lane takes the steps of the reference, in their
// order.

import { CANDIDATE_BYTES } from '../../num/code-error';
import {
  above, beginSpan, below, ENTRY, FILLED, filledBelow, inside, own, SPAN_BYTES, wholeBins,
} from '../../num/divergence';
import { ln64, ln64Pair } from '../../num/f64/ln';

export function code_errors_f64(
  countsPtr: usize, bins: usize, first: i32, width: f64, candidatesPtr: usize, candidates: usize, power: i32,
  outPtr: usize,
): void {
  for (let c: usize = 0; c < candidates; c += 2) {
    const a = candidatesPtr + c * CANDIDATE_BYTES;
    // The last candidate of an odd number is computed in both lanes.
    const b = c + 1 < candidates ? a + CANDIDATE_BYTES : a;
    const sums = power == 2
      ? errors(true, countsPtr, bins, first, width, a, b)
      : errors(false, countsPtr, bins, first, width, a, b);
    store<f64>(outPtr + (c << 3), f64x2.extract_lane(sums, 0));
    if (b != a) store<f64>(outPtr + (c << 3), f64x2.extract_lane(sums, 1), 8);
  }
}

@inline
function pair(a: usize, b: usize): v128 {
  return f64x2.replace_lane(f64x2.splat(load<f64>(a)), 1, load<f64>(b));
}

@inline
function errors(squared: bool, countsPtr: usize, bins: usize, first: i32, width: f64, a: usize, b: usize): v128 {
  const steps = f64x2.mul(f64x2.splat(width), pair(a, b));
  const low = pair(a + 8, b + 8);
  const high = pair(a + 16, b + 16);
  let edge = f64(first);
  let before = errorsUpTo(f64x2.mul(f64x2.splat(edge), steps), low, high, squared);
  let sums = f64x2.splat(0);
  const end = countsPtr + (bins << 3);
  for (; countsPtr < end; countsPtr += 8) {
    edge += 1;
    const after = errorsUpTo(f64x2.mul(f64x2.splat(edge), steps), low, high, squared);
    sums = f64x2.add(sums, f64x2.mul(v128.load64_splat(countsPtr), f64x2.sub(after, before)));
    before = after;
  }
  return sums;
}

/** num/code-error.ts errorUpTo. pmin and pmax differ from min and max for NaN and in the sign of zero, which shows in
 *  no difference of two of these. */
@inline
function errorsUpTo(t: v128, low: v128, high: v128, squared: bool): v128 {
  const r = f64x2.pmin(f64x2.pmax(f64x2.nearest(t), low), high);
  const d = f64x2.sub(t, r);
  if (squared) {
    const cube = f64x2.mul(f64x2.mul(d, d), d);
    return f64x2.add(f64x2.mul(r, f64x2.splat(1.0 / 12.0)), f64x2.mul(cube, f64x2.splat(1.0 / 3.0)));
  }
  const square = f64x2.mul(f64x2.mul(d, f64x2.abs(d)), f64x2.splat(0.5));
  return f64x2.add(f64x2.mul(r, f64x2.splat(0.25)), square);
}

export function kl_divergences_f64(
  prefixPtr: usize, bins: usize, candidatesPtr: usize, candidates: usize, levels: i32, outPtr: usize,
): void {
  for (let c: usize = 0; c < candidates; c += 2) {
    const a = candidatesPtr + c * SPAN_BYTES;
    const b = c + 1 < candidates ? a + SPAN_BYTES : a;
    const results = divergences(prefixPtr, bins, a, b, levels);
    store<f64>(outPtr + (c << 3), f64x2.extract_lane(results, 0));
    if (b != a) store<f64>(outPtr + (c << 3), f64x2.extract_lane(results, 1), 8);
  }
}

@inline
function both(a: f64, b: f64): v128 {
  return f64x2.replace_lane(f64x2.splat(a), 1, b);
}

/** Where one lane alone has no divergence it is computed all the same and not used. */
function divergences(prefixPtr: usize, bins: usize, a: usize, b: usize, levels: i32): v128 {
  const aFits = beginSpan(prefixPtr, bins, load<f64>(a), load<f64>(a, 8), levels);
  const aBelow = below, aAbove = above, aInside = inside, aFilled = filledBelow, aOwn = own;
  const bFits = beginSpan(prefixPtr, bins, load<f64>(b), load<f64>(b, 8), levels);
  if (!aFits && !bFits) return f64x2.splat(Infinity);
  const allBelow = both(aBelow, below);
  const allAbove = both(aAbove, above);
  const low = pair(a, b);
  const high = pair(a + 8, b + 8);
  const step = f64x2.div(f64x2.sub(high, low), f64x2.splat(f64(levels)));
  const none = f64x2.splat(0);
  let crossed = none;
  let spoiled = none;
  let sumsBefore = allBelow;
  let filledBefore = both(aFilled, filledBelow);
  for (let level = 1; level <= levels; level++) {
    const border = level == levels ? high : f64x2.add(low, f64x2.mul(step, f64x2.splat(f64(level))));
    const aBorder = f64x2.extract_lane(border, 0);
    const bBorder = f64x2.extract_lane(border, 1);
    const aWhole = wholeBins(aBorder, bins);
    const bWhole = wholeBins(bBorder, bins);
    const aAt = prefixPtr + usize(aWhole) * ENTRY;
    const bAt = prefixPtr + usize(bWhole) * ENTRY;
    const parts = f64x2.sub(border, both(f64(aWhole), f64(bWhole)));
    const sums = beforeBoth(aAt, bAt, parts);
    const filled = beforeBoth(aAt + FILLED, bAt + FILLED, parts);
    const mass = f64x2.sub(sums, sumsBefore);
    const width = f64x2.sub(filled, filledBefore);
    const counted = v128.and(f64x2.gt(mass, none), f64x2.gt(width, none));
    let added = none;
    if (level == 1) added = allBelow;
    if (level == levels) added = f64x2.add(added, allAbove);
    const term = f64x2.mul(f64x2.add(mass, added), ln64Pair(f64x2.div(mass, width)));
    crossed = f64x2.add(crossed, v128.and(term, counted));
    spoiled = v128.or(spoiled, v128.andnot(f64x2.gt(added, none), counted));
    sumsBefore = sums;
    filledBefore = filled;
  }
  const total = load<f64>(prefixPtr + bins * ENTRY);
  const squeezed = f64x2.div(f64x2.sub(both(aOwn, own), crossed), f64x2.splat(total));
  const results = f64x2.add(squeezed, both(ln64(aInside / total), ln64(inside / total)));
  const fits = i64x2.replace_lane(i64x2.splat(-i64(aFits)), 1, -i64(bFits));
  return v128.bitselect(results, f64x2.splat(Infinity), v128.andnot(fits, spoiled));
}

@inline
function beforeBoth(a: usize, b: usize, parts: v128): v128 {
  const sums = pair(a, b);
  return f64x2.add(sums, f64x2.mul(parts, f64x2.sub(pair(a + ENTRY, b + ENTRY), sums)));
}
