// One element to its code and back: the definition every kernel follows.
//
//   code  = clamp(roundHalfToEven(x / scale) + zeroPoint, qmin, qmax)      NaN -> zeroPoint
//   value = (code - zeroPoint) · scale
//
// The division is the true float32 division by the stored scale (x · (1/scale) differs near ties).

import { roundHalfToEven } from './rounding';

/** Quotients are cut to ±2^17 before rounding. This changes no code: codes, and so zero points, lie within
 *  [-32768, 65535], so a quotient of 2^17 or more gives 2^17 - 32768 > 65535 >= qmax and one of -2^17 or less
 *  gives -2^17 + 65535 < -32768 <= qmin, saturated either way. After it, no sum can leave i32. */
export const QUOTIENT_LIMIT: f32 = 131072;
export const QUOTIENT_LIMIT_PTR: usize = memory.data<f32>([131072]);

@inline
export function quantizeOne(x: f32, scale: f32, zeroPoint: i32, qmin: i32, qmax: i32): i32 {
  const quotient = x / scale;
  if (quotient != quotient) return zeroPoint;
  const code = roundHalfToEven(max(-QUOTIENT_LIMIT, min(QUOTIENT_LIMIT, quotient))) + zeroPoint;
  return max(qmin, min(qmax, code));
}

/** One rounding for the conversion when |code - zeroPoint| > 2^24 (never for 16-bit codes), one for the product. */
@inline
export function dequantizeOne(code: i32, scale: f32, zeroPoint: i32): f32 {
  return <f32>(code - zeroPoint) * scale;
}
