// Vectors of i32 codes to storage: T is i8, u8, i16 or u16 and every lane already lies within T, so the saturation
// of the narrowing instructions never acts.

/** Writes the four codes of `a` at `qPtr`. */
@inline
export function storeCodes4<T>(qPtr: usize, a: v128): void {
  if (sizeof<T>() == 2) {
    v128.store64_lane(qPtr, narrow16<T>(a, a), 0);
  } else {
    const wide = i16x8.narrow_i32x4_s(a, a);
    v128.store32_lane(qPtr, narrow8<T>(wide, wide), 0);
  }
}

/** Writes the sixteen codes of `a`, `b`, `c`, `d` at `qPtr`. */
@inline
export function storeCodes16<T>(qPtr: usize, a: v128, b: v128, c: v128, d: v128): void {
  if (sizeof<T>() == 2) {
    v128.store(qPtr, narrow16<T>(a, b));
    v128.store(qPtr, narrow16<T>(c, d), 16);
  } else {
    v128.store(qPtr, narrow8<T>(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d)));
  }
}

@inline
function narrow16<T>(a: v128, b: v128): v128 {
  return isSigned<T>() ? i16x8.narrow_i32x4_s(a, b) : i16x8.narrow_i32x4_u(a, b);
}

@inline
function narrow8<T>(a: v128, b: v128): v128 {
  return isSigned<T>() ? i8x16.narrow_i16x8_s(a, b) : i8x16.narrow_i16x8_u(a, b);
}
