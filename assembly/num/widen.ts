// Four codes of storage type T (i8, u8, i16 or u16) as i32 lanes. Reads exactly four codes.

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
