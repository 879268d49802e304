// A 32-bit sum to its code, by one float32 multiplication: what the integer operators of ONNX and onnxruntime end with.
//
//   code = clamp(roundHalfToEven(fl(fl(sum) · multiplier)) + zeroPoint, qmin, qmax)      NaN -> zeroPoint
//
// NaN arises from an infinite or NaN multiplier only.

import { QUOTIENT_LIMIT } from './code';
import { roundHalfToEven } from './rounding';

/** Smallest and largest code of T, i8 or u8. */
@inline
export function lowestCode<T>(): i32 {
  return isSigned<T>() ? -128 : 0;
}

@inline
export function highestCode<T>(): i32 {
  return isSigned<T>() ? 127 : 255;
}

/** One sum; T tells the range of codes. */
@inline
export function requantizeOne<T>(sum: i32, multiplier: f32, zeroPoint: i32): i32 {
  const scaled = <f32>sum * multiplier;
  if (scaled != scaled) return zeroPoint;
  const code = roundHalfToEven(max(-QUOTIENT_LIMIT, min(QUOTIENT_LIMIT, scaled))) + zeroPoint;
  return max(lowestCode<T>(), min(highestCode<T>(), code));
}

/** Four values already scaled, rounded and shifted, not yet saturated: codes4 of lanes.ts after its division.
 *  `shift` is MAGIC_BITS - zeroPoint. */
@inline
export function roundedCodes4(scaled: v128, shift: v128, floor: v128, magic: v128): v128 {
  const numbers = v128.and(scaled, f32x4.eq(scaled, scaled));
  return i32x4.sub(f32x4.add(f32x4.pmax(floor, numbers), magic), shift);
}
