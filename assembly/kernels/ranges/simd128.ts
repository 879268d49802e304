// Running min and max per scale over 128-bit lanes, run by run (layout/runs.ts). Bit-equal to reference/ranges.ts.
// Reads exactly `count` elements and the min and max of the scales they use, at any alignment.
//
// pmin and pmax are single instructions (f32x4.min and .max are eight on x86); they drop NaN, so finiteness has its
// own track: x - x is +0 for a finite x and NaN for NaN or an infinity, hence the OR of all x - x is zero exactly when
// all are finite. Which zero pmin keeps depends on the order; the final + 0 turns -0 into +0.

import { ScaleLayout } from '../../abi/scales';
import { beginRuns, nextRun, runLength, runScale } from '../../layout/runs';

export { affine_scales, symmetric_scales } from './scales';

/** OR of x - x over the call. */
let spoiled: v128 = i32x4.splat(0);

export function range_f32(xPtr: usize, count: u32, start: u32, minPtr: usize, maxPtr: usize, layout: ScaleLayout): i32 {
  const sharedScale = layout.inner == 1;
  spoiled = i32x4.splat(0);
  beginRuns(start, layout);
  while (count != 0) {
    const length = runLength(count);
    const at = usize(runScale()) << 2;
    if (sharedScale) rangeRun(xPtr, length, minPtr + at, maxPtr + at);
    else rangeRow(xPtr, length, minPtr + at, maxPtr + at);
    nextRun();
    xPtr += usize(length) << 2;
    count -= length;
  }
  return i32(!v128.any_true(spoiled));
}

/** A run whose elements share one scale: four accumulators of each kind hide the latency of pmin and pmax. */
function rangeRun(xPtr: usize, count: u32, minPtr: usize, maxPtr: usize): void {
  let min0 = v128.load32_splat(minPtr);
  let max0 = v128.load32_splat(maxPtr);
  let bad = spoiled;
  let k: u32 = 0;
  if (count >= 16) {
    let min1 = min0, min2 = min0, min3 = min0;
    let max1 = max0, max2 = max0, max3 = max0;
    for (; k + 16 <= count; k += 16) {
      const x = xPtr + (usize(k) << 2);
      const a = v128.load(x), b = v128.load(x, 16), c = v128.load(x, 32), d = v128.load(x, 48);
      min0 = f32x4.pmin(min0, a);
      max0 = f32x4.pmax(max0, a);
      min1 = f32x4.pmin(min1, b);
      max1 = f32x4.pmax(max1, b);
      min2 = f32x4.pmin(min2, c);
      max2 = f32x4.pmax(max2, c);
      min3 = f32x4.pmin(min3, d);
      max3 = f32x4.pmax(max3, d);
      const badAB = v128.or(f32x4.sub(a, a), f32x4.sub(b, b));
      bad = v128.or(bad, v128.or(badAB, v128.or(f32x4.sub(c, c), f32x4.sub(d, d))));
    }
    min0 = f32x4.pmin(f32x4.pmin(min0, min1), f32x4.pmin(min2, min3));
    max0 = f32x4.pmax(f32x4.pmax(max0, max1), f32x4.pmax(max2, max3));
  }
  for (; k + 4 <= count; k += 4) {
    const a = v128.load(xPtr + (usize(k) << 2));
    min0 = f32x4.pmin(min0, a);
    max0 = f32x4.pmax(max0, a);
    bad = v128.or(bad, f32x4.sub(a, a));
  }
  for (; k < count; k++) {
    const a = v128.load32_splat(xPtr + (usize(k) << 2));
    min0 = f32x4.pmin(min0, a);
    max0 = f32x4.pmax(max0, a);
    bad = v128.or(bad, f32x4.sub(a, a));
  }
  spoiled = bad;
  min0 = f32x4.pmin(min0, v128.shuffle<i32>(min0, min0, 2, 3, 0, 1));
  max0 = f32x4.pmax(max0, v128.shuffle<i32>(max0, max0, 2, 3, 0, 1));
  min0 = f32x4.pmin(min0, v128.shuffle<i32>(min0, min0, 1, 0, 3, 2));
  max0 = f32x4.pmax(max0, v128.shuffle<i32>(max0, max0, 1, 0, 3, 2));
  store<f32>(minPtr, f32x4.extract_lane(min0, 0) + 0);
  store<f32>(maxPtr, f32x4.extract_lane(max0, 0) + 0);
}

/** A run whose elements use consecutive scales. */
function rangeRow(xPtr: usize, count: u32, minPtr: usize, maxPtr: usize): void {
  const zero = f32x4.splat(0);
  let bad = spoiled;
  let k: u32 = 0;
  for (; k + 4 <= count; k += 4) {
    const at = usize(k) << 2;
    const a = v128.load(xPtr + at);
    v128.store(minPtr + at, f32x4.add(f32x4.pmin(v128.load(minPtr + at), a), zero));
    v128.store(maxPtr + at, f32x4.add(f32x4.pmax(v128.load(maxPtr + at), a), zero));
    bad = v128.or(bad, f32x4.sub(a, a));
  }
  for (; k < count; k++) {
    const at = usize(k) << 2;
    const a = v128.load32_splat(xPtr + at);
    store<f32>(minPtr + at, f32x4.extract_lane(f32x4.pmin(v128.load32_splat(minPtr + at), a), 0) + 0);
    store<f32>(maxPtr + at, f32x4.extract_lane(f32x4.pmax(v128.load32_splat(maxPtr + at), a), 0) + 0);
    bad = v128.or(bad, f32x4.sub(a, a));
  }
  spoiled = bad;
}
