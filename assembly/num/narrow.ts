// Vectors of i32 codes to storage. T is i8, u8, i16 or u16; narrowing saturates to T, in one or two steps with the same
// end: i32 -> i16 keeps what lies within i8 or u8 and leaves the rest outside of it.

/** a, b as eight i16 or u16 lanes. */
@inline
function narrow16<T>(a: v128, b: v128): v128 {
  return isSigned<T>() ? i16x8.narrow_i32x4_s(a, b) : i16x8.narrow_i32x4_u(a, b);
}

/** a, b, c, d as sixteen i8 or u8 lanes. */
@inline
function narrow8<T>(a: v128, b: v128, c: v128, d: v128): v128 {
  const low = i16x8.narrow_i32x4_s(a, b);
  const high = i16x8.narrow_i32x4_s(c, d);
  return isSigned<T>() ? i8x16.narrow_i16x8_s(low, high) : i8x16.narrow_i16x8_u(low, high);
}

@inline
function clampCodes<T>(codes: v128, qmins: v128, qmaxs: v128): v128 {
  return v128.max<T>(qmins, v128.min<T>(qmaxs, codes));
}

/** Writes the code of lane 0 of `a` at `qPtr`, clamped to [qmin, qmax], which are given as T in every lane. */
@inline
export function storeCode<T>(qPtr: usize, a: v128, qmins: v128, qmaxs: v128): void {
  if (sizeof<T>() == 2) v128.store16_lane(qPtr, clampCodes<T>(narrow16<T>(a, a), qmins, qmaxs), 0);
  else v128.store8_lane(qPtr, clampCodes<T>(narrow8<T>(a, a, a, a), qmins, qmaxs), 0);
}

/** Writes the four codes of `a` likewise. */
@inline
export function storeCodes4<T>(qPtr: usize, a: v128, qmins: v128, qmaxs: v128): void {
  if (sizeof<T>() == 2) {
    v128.store64_lane(qPtr, clampCodes<T>(narrow16<T>(a, a), qmins, qmaxs), 0);
  } else {
    v128.store32_lane(qPtr, clampCodes<T>(narrow8<T>(a, a, a, a), qmins, qmaxs), 0);
  }
}

/** Writes the sixteen codes of `a`, `b`, `c`, `d` likewise. */
@inline
export function storeCodes16<T>(qPtr: usize, a: v128, b: v128, c: v128, d: v128, qmins: v128, qmaxs: v128): void {
  if (sizeof<T>() == 2) {
    v128.store(qPtr, clampCodes<T>(narrow16<T>(a, b), qmins, qmaxs));
    v128.store(qPtr, clampCodes<T>(narrow16<T>(c, d), qmins, qmaxs), 16);
  } else {
    v128.store(qPtr, clampCodes<T>(narrow8<T>(a, b, c, d), qmins, qmaxs));
  }
}
