// What a reduction does with one element: shared by the SIMD kernels' tails, the scalar kernels and the references.
//
// Sums and products of float32 run in float64. The square of a float32 is exact there, and n additions lose at most n · 2^-53
// of the sum of magnitudes, so a result is the true one rounded to float32, but for cancellation.

/** Codes of the operations, as the host gives them. */
export const SUM: i32 = 0;
export const SUM_ABS: i32 = 1;
export const SUM_SQUARE: i32 = 2;
export const PRODUCT: i32 = 3;
export const MAX: i32 = 4;
export const MIN: i32 = 5;

/** The element as it enters a sum. */
@inline
export function mapped<A>(x: A, op: i32): A {
  if (op == SUM_SQUARE) return (x * x) as A;
  if (isFloat<A>()) return op == SUM_ABS ? abs<A>(x) : x;
  if (isSigned<A>()) return op == SUM_ABS && x < (0 as A) ? ((0 as A) - x) as A : x;
  return x;
}

@inline
export function joined<A>(a: A, b: A, op: i32): A {
  return op == PRODUCT ? ((a * b) as A) : ((a + b) as A);
}

/** The greater (op MAX) or smaller one; `a` where they are equal. A NaN stays: NaN as `a` is never replaced, NaN as `x`
 *  always wins. */
@inline
export function extreme<T>(a: T, x: T, op: i32): T {
  const better = op == MAX ? a < x : x < a;
  if (isFloat<T>()) return better || x != x ? x : a;
  return better ? x : a;
}

/** What an empty maximum or minimum is. */
@inline
export function lowest<T>(op: i32): T {
  if (isFloat<T>()) return (op == MAX ? -Infinity : Infinity) as T;
  if (!isSigned<T>()) return op == MAX ? (0 as T) : ((~(0 as T)) as T);
  const least = (1 as T) << ((sizeof<T>() as T) * 8 - 1);
  return op == MAX ? (least as T) : ((~least) as T);
}
