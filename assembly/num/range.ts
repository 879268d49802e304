// From a range of values to a scale and zero point, for codes in [qmin, qmax].
//
//   symmetric  scale = max(-low, high) / (qmax - zeroPoint), zeroPoint given
//   affine     scale = (high - low) / (qmax - qmin), zeroPoint = clamp(roundHalfToEven(qmin - low / scale), qmin, qmax)
//
// where [low, high] is [rangeMin, rangeMax] widened to hold 0. The affine arithmetic is f64, in which high - low and the quotient
// cannot overflow, up to the float32 that is stored; the zero point follows from that float32. Only then is the scale
// lowered, by less than half a step at the end of the range, if the value of an outermost code would overflow.

/** Smallest normal float32, 2^-126: a smaller scale would lose digits. */
export const SMALLEST_SCALE: f32 = f32.MIN_NORMAL_VALUE;

/** The lower end widened to hold 0; +0 when it is the end. */
@inline
export function widenedLow(rangeMin: f32): f32 {
  return rangeMin < 0 ? rangeMin : 0;
}

@inline
export function widenedHigh(rangeMax: f32): f32 {
  return rangeMax > 0 ? rangeMax : 0;
}

/** The largest scale whose product with `steps` does not overflow float32, so that every code has a finite value. */
export function largestScale(steps: i32): f32 {
  const scale = f32.MAX_VALUE / f32(steps);
  // Rounded up, it is one bit pattern too large.
  return scale * f32(steps) <= f32.MAX_VALUE ? scale : reinterpret<f32>(reinterpret<i32>(scale) - 1);
}

/** 1 for a range without width. */
@inline
export function symmetricScale(rangeMin: f32, rangeMax: f32, steps: i32): f32 {
  const low = -widenedLow(rangeMin);
  const high = widenedHigh(rangeMax);
  const reach = low > high ? low : high;
  return reach > 0 ? max(SMALLEST_SCALE, min(largestScale(steps), reach / f32(steps))) : 1;
}

/** 1 for a range without width. */
@inline
export function affineScale(rangeMin: f32, rangeMax: f32, qmin: i32, qmax: i32): f32 {
  const low = widenedLow(rangeMin);
  const high = widenedHigh(rangeMax);
  const scale = f32((f64(high) - f64(low)) / f64(qmax - qmin));
  return high > low ? max(SMALLEST_SCALE, min(f32.MAX_VALUE, scale)) : 1;
}

@inline
export function affineZeroPoint(rangeMin: f32, scale: f32, qmin: i32, qmax: i32): i32 {
  const code = nearest<f64>(f64(qmin) - f64(widenedLow(rangeMin)) / f64(scale));
  return i32(max<f64>(qmin, min<f64>(qmax, code)));
}

/** The scale, lowered where the code furthest from the zero point would be infinite. */
@inline
export function finiteScale(scale: f32, zeroPoint: i32, qmin: i32, qmax: i32): f32 {
  return min(scale, largestScale(max(qmax - zeroPoint, zeroPoint - qmin)));
}
