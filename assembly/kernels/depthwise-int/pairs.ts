// Codes of two kernel positions side by side, and their products with a pair of weights (pack.ts).

/** Eight codes as i16. */
// @ts-ignore: decorator
@inline
export function eight<T>(ptr: usize): v128 {
  return isSigned<T>() ? v128.load8x8_s(ptr) : v128.load8x8_u(ptr);
}

/** The first four lanes of a and b, a lane of each in turn. */
// @ts-ignore: decorator
@inline
export function pairsLow(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

/** The last four. */
// @ts-ignore: decorator
@inline
export function pairsHigh(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** sums + the products of pairs of codes, i16, with pairs of weights. */
// @ts-ignore: decorator
@inline
export function plus(sums: v128, codes: v128, weights: v128): v128 {
  return i32x4.add(sums, i32x4.dot_i16x8_s(codes, weights));
}
