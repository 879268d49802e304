// Multiply and add four float32 lanes: the one place where the strict and the relaxed build of a float kernel differ.

/** sum + a · b. Strict: the product is rounded, then the sum. Relaxed: as the machine likes, mostly fused. */
// @ts-ignore: decorator
@inline
export function multiplyAdd(sum: v128, a: v128, b: v128): v128 {
  // Known when compiling: one branch remains.
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum);
  return f32x4.add(sum, f32x4.mul(a, b));
}
