// Scales and zero points from ranges, four at a time; the affine ones in two halves of f64 lanes. Formula: num/range.ts.

import { affineScale, affineZeroPoint, finiteScale, largestScale, SMALLEST_SCALE, symmetricScale } from '../../num/range';

/** Scales brought into [SMALLEST_SCALE, largest], and 1 where `wide` is not set. */
@inline
function storableScales(scales: v128, largest: v128, wide: v128): v128 {
  const bounded = f32x4.pmax(f32x4.pmin(scales, largest), f32x4.splat(SMALLEST_SCALE));
  return v128.bitselect(bounded, f32x4.splat(1), wide);
}

export function symmetric_scales(minPtr: usize, maxPtr: usize, count: u32, scalePtr: usize, steps: i32): void {
  const zero = f32x4.splat(0);
  const divisor = f32x4.splat(f32(steps));
  const largest = f32x4.splat(largestScale(steps));
  let s: u32 = 0;
  for (; s + 4 <= count; s += 4) {
    const at = usize(s) << 2;
    const low = f32x4.neg(f32x4.pmin(zero, v128.load(minPtr + at)));
    const high = f32x4.pmax(zero, v128.load(maxPtr + at));
    const reach = v128.bitselect(low, high, f32x4.gt(low, high));
    v128.store(scalePtr + at, storableScales(f32x4.div(reach, divisor), largest, f32x4.gt(reach, zero)));
  }
  for (; s < count; s++) {
    const at = usize(s) << 2;
    store<f32>(scalePtr + at, symmetricScale(load<f32>(minPtr + at), load<f32>(maxPtr + at), steps));
  }
}

export function affine_scales(
  minPtr: usize, maxPtr: usize, count: u32, scalePtr: usize, zeroPointPtr: usize, qmin: i32, qmax: i32,
): void {
  let s: u32 = 0;
  for (; s + 4 <= count; s += 4) {
    const at = usize(s) << 2;
    affineScales4(minPtr + at, maxPtr + at, scalePtr + at, zeroPointPtr + at, qmin, qmax);
  }
  for (; s < count; s++) {
    const at = usize(s) << 2;
    const low = load<f32>(minPtr + at);
    const scale = affineScale(low, load<f32>(maxPtr + at), qmin, qmax);
    const zeroPoint = affineZeroPoint(low, scale, qmin, qmax);
    store<f32>(scalePtr + at, finiteScale(scale, zeroPoint, qmin, qmax));
    store<i32>(zeroPointPtr + at, zeroPoint);
  }
}

@inline
function affineScales4(
  minPtr: usize, maxPtr: usize, scalePtr: usize, zeroPointPtr: usize, qmin: i32, qmax: i32,
): void {
  const zero = f32x4.splat(0);
  const low = f32x4.pmin(zero, v128.load(minPtr));
  const high = f32x4.pmax(zero, v128.load(maxPtr));
  const lowA = f64x2.promote_low_f32x4(low);
  const lowB = f64x2.promote_low_f32x4(upperHalf(low));
  const steps = f64x2.splat(f64(qmax - qmin));
  const scaleA = f64x2.div(f64x2.sub(f64x2.promote_low_f32x4(high), lowA), steps);
  const scaleB = f64x2.div(f64x2.sub(f64x2.promote_low_f32x4(upperHalf(high)), lowB), steps);
  const unbounded = joinLow(f32x4.demote_f64x2_zero(scaleA), f32x4.demote_f64x2_zero(scaleB));
  const scales = storableScales(unbounded, f32x4.splat(f32.MAX_VALUE), f32x4.gt(high, low));
  const codesA = affineZeroPoints2(lowA, f64x2.promote_low_f32x4(scales), qmin, qmax);
  const codesB = affineZeroPoints2(lowB, f64x2.promote_low_f32x4(upperHalf(scales)), qmin, qmax);
  const zeroPoints = joinLow(codesA, codesB);
  v128.store(scalePtr, finiteScales(scales, zeroPoints, qmin, qmax));
  v128.store(zeroPointPtr, zeroPoints);
}

/** num/range.ts finiteScale, with largestScale spelled out in lanes. */
@inline
function finiteScales(scales: v128, zeroPoints: v128, qmin: i32, qmax: i32): v128 {
  const above = i32x4.sub(i32x4.splat(qmax), zeroPoints);
  const below = i32x4.sub(zeroPoints, i32x4.splat(qmin));
  const steps = f32x4.convert_i32x4_s(i32x4.max_s(above, below));
  const maximum = f32x4.splat(f32.MAX_VALUE);
  const quotient = f32x4.div(maximum, steps);
  // A mask is -1 as an integer: added where the quotient was rounded up.
  const largest = i32x4.add(quotient, f32x4.gt(f32x4.mul(quotient, steps), maximum));
  return f32x4.pmin(scales, largest);
}

/** Two zero points as i32 in the low lanes. */
@inline
function affineZeroPoints2(low: v128, scales: v128, qmin: i32, qmax: i32): v128 {
  const smallest = f64x2.splat(f64(qmin));
  const codes = f64x2.nearest(f64x2.sub(smallest, f64x2.div(low, scales)));
  const clamped = f64x2.max(smallest, f64x2.min(f64x2.splat(f64(qmax)), codes));
  return i32x4.trunc_sat_f64x2_s_zero(clamped);
}

/** Lanes 2 and 3 moved to 0 and 1. */
@inline
function upperHalf(a: v128): v128 {
  return v128.shuffle<i64>(a, a, 1, 1);
}

/** Lanes 0 and 1 of a, then of b. */
@inline
function joinLow(a: v128, b: v128): v128 {
  return v128.shuffle<i64>(a, b, 0, 2);
}
