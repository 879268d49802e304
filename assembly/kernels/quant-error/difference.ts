// What the kernels of the family share: the difference that quantization makes, four at a time, and its sums.
//
// The code itself is never made: with y the rounded and clamped quotient, code - zeroPoint = y, so the value is
// y · scale. Rounding by adding and subtracting MAGIC needs |y| <= 2^22: y is clamped on both sides first, to
// [qmin - zeroPoint, qmax - zeroPoint]; these are integers, so clamping before rounding changes nothing.

/** x - dequantize(quantize(x)) on four lanes, NaN for NaN. */
@inline
export function difference4(x: v128, scale: v128, low: v128, high: v128, magic: v128): v128 {
  const clamped = f32x4.pmin(high, f32x4.pmax(low, f32x4.div(x, scale)));
  const rounded = f32x4.sub(f32x4.add(clamped, magic), magic);
  return f32x4.sub(x, f32x4.mul(rounded, scale));
}

/** The last 1 to 3 elements of a run, the other lanes 0. A 0 has no error, and + 0 changes no sum. */
@inline
export function loadTail(xPtr: usize, count: u32): v128 {
  if (count == 1) return v128.load32_zero(xPtr);
  const two = v128.load64_zero(xPtr);
  return count == 2 ? two : v128.load32_lane(xPtr, two, 2, 8);
}

/** Lanes 0 and 1 as f64. */
@inline
export function wideLow(a: v128): v128 {
  return f64x2.promote_low_f32x4(a);
}

/** Lanes 2 and 3 as f64. */
@inline
export function wideHigh(a: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(a, a, 1, 1));
}

/** Squares of lanes 0 and 1 as f64. */
@inline
export function squaresLow(a: v128): v128 {
  const wide = wideLow(a);
  return f64x2.mul(wide, wide);
}

/** Squares of lanes 2 and 3 as f64. */
@inline
export function squaresHigh(a: v128): v128 {
  const wide = wideHigh(a);
  return f64x2.mul(wide, wide);
}

/** ((p0 + p4) + (p2 + p6)) + ((p1 + p5) + (p3 + p7)) */
@inline
export function sumOfPartials(p01: v128, p23: v128, p45: v128, p67: v128): f64 {
  const sum = f64x2.add(f64x2.add(p01, p45), f64x2.add(p23, p67));
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
