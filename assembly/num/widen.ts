// Codes of storage type T (i8, u8, i16 or u16) as i32 lanes.

/** Eight codes as i16 lanes, sign or zero extended: of 16-bit codes the bits as they are. Reads exactly eight codes. */
@inline
export function loadCodes8<T>(qPtr: usize): v128 {
  if (sizeof<T>() == 2) return v128.load(qPtr);
  return isSigned<T>() ? v128.load8x8_s(qPtr) : v128.load8x8_u(qPtr);
}

/** The first four of loadCodes8 as i32 lanes. */
@inline
export function lowCodes4<T>(codes: v128): v128 {
  return isSigned<T>() ? i32x4.extend_low_i16x8_s(codes) : i32x4.extend_low_i16x8_u(codes);
}

/** The last four of loadCodes8 as i32 lanes. */
@inline
export function highCodes4<T>(codes: v128): v128 {
  return isSigned<T>() ? i32x4.extend_high_i16x8_s(codes) : i32x4.extend_high_i16x8_u(codes);
}

/** Four codes as i32 lanes. Reads exactly four codes. */

@inline
export function loadCodes4<T>(qPtr: usize): v128 {
  if (sizeof<T>() == 2) {
    return isSigned<T>() ? v128.load16x4_s(qPtr) : v128.load16x4_u(qPtr);
  }
  const codes = v128.load32_zero(qPtr);
  return isSigned<T>()
    ? i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(codes))
    : i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(codes));
}
