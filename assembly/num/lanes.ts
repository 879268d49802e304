// quantizeOne of code.ts on four lanes, up to the saturation that narrowing does.
//
// Only the lower end of the quotient is cut, at -QUOTIENT_LIMIT (code.ts proves that this changes no code). The upper
// end needs no cut: for y > 2^22 the sum y + MAGIC is still a positive float that grows with y, bit patterns of
// positive floats are ordered like their values, and so bits(y + MAGIC) - MAGIC_BITS >= 2^22, +Inf included. It is
// no longer y rounded, but it saturates as y does.

import { MAGIC_PTR } from './rounding';
import { QUOTIENT_LIMIT_PTR } from './code';

/** -QUOTIENT_LIMIT in every lane. Load it before a loop: V8 would rebuild a constant splat in every round. */
@inline
export function quotientFloor(): v128 {
  return f32x4.neg(v128.load32_splat(QUOTIENT_LIMIT_PTR));
}

/** MAGIC in every lane; as i32 lanes it reads MAGIC_BITS. */
@inline
export function roundingMagic(): v128 {
  return v128.load32_splat(MAGIC_PTR);
}

/** roundHalfToEven(x / scale) + zeroPoint as i32 lanes, not yet saturated; NaN -> zeroPoint, also the NaN
 *  of 0 / 0 and Inf / Inf.
 *  `shift` is MAGIC_BITS - zeroPoint. */
@inline
export function codes4(x: v128, scale: v128, shift: v128, floor: v128, magic: v128): v128 {
  const quotient = f32x4.div(x, scale);
  const numbers = v128.and(quotient, f32x4.eq(quotient, quotient));
  return i32x4.sub(f32x4.add(f32x4.pmax(floor, numbers), magic), shift);
}
