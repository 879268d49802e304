// Conversions between float32 and the 16-bit floats, on bit patterns. Rounding is to nearest, ties to even; overflow
// gives infinity; subnormals are exact. Every NaN becomes the canonical one (positive, quiet, no payload), because
// WebAssembly leaves the NaN bits of arithmetic open and output bytes must not depend on the engine.
//
//   float32   s eeeeeeee mmmmmmmmmmmmmmmmmmmmmmm   bias 127
//   bfloat16  s eeeeeeee mmmmmmm                   bias 127, the upper half of a float32
//   float16   s eeeee mmmmmmmmmm                   bias 15

export const F32_NAN: u32 = 0x7fc00000;
export const F16_NAN: u32 = 0x7e00;
export const BF16_NAN: u32 = 0x7fc0;

export const F32_INFINITY: u32 = 0x7f800000;
export const F16_INFINITY: u32 = 0x7c00;
export const BF16_INFINITY: u32 = 0x7f80;

/** (127 − 15) << 23: what the exponent biases differ by, at the exponent's place in a float32. */
export const F16_REBIAS: u32 = 112 << 23;
/** 2^-14, the smallest normal float16, as float32 bits. */
export const F16_MIN_NORMAL: u32 = 113 << 23;
/** 0.5 as float32 bits. Its unit in the last place, 2^-24, is the float16 subnormal step. */
export const HALF: u32 = 126 << 23;

/** The float16 nearest to the float32 with these bits. */
@inline
export function f16FromF32(bits: u32): u32 {
  const abs = bits & 0x7fffffff;
  const sign = (bits >> 16) & 0x8000;
  if (abs > F32_INFINITY) return F16_NAN;
  if (abs < F16_MIN_NORMAL) {
    // |x| + 0.5 lies in [0.5, 1), so the addition itself rounds to multiples of 2^-24.
    return sign | (reinterpret<u32>(reinterpret<f32>(abs) + reinterpret<f32>(HALF)) - HALF);
  }
  // Drops 13 mantissa bits; the carry of the rounding runs into the exponent, up to and past infinity.
  const rounded = (abs - F16_REBIAS + 0xfff + ((abs >> 13) & 1)) >> 13;
  return sign | min(rounded, F16_INFINITY);
}

/** The float32 equal to the float16 with these bits. */
@inline
export function f32FromF16(half: u32): u32 {
  const abs = half & 0x7fff;
  const sign = (half & 0x8000) << 16;
  if (abs > F16_INFINITY) return F32_NAN;
  if (abs == F16_INFINITY) return sign | F32_INFINITY;
  // A subnormal's mantissa is set under the exponent of 2^-14, whose implicit one is then taken off again: exact.
  if (abs < 0x400) {
    const raised = reinterpret<f32>((abs << 13) + F16_MIN_NORMAL);
    return sign | reinterpret<u32>(raised - reinterpret<f32>(F16_MIN_NORMAL));
  }
  return sign | ((abs << 13) + F16_REBIAS);
}

/** The bfloat16 nearest to the float32 with these bits. */
@inline
export function bf16FromF32(bits: u32): u32 {
  if ((bits & 0x7fffffff) > F32_INFINITY) return BF16_NAN;
  return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}

/** The float32 equal to the bfloat16 with these bits. */
@inline
export function f32FromBf16(half: u32): u32 {
  return (half & 0x7fff) > BF16_INFINITY ? F32_NAN : half << 16;
}

/** The float32 nearest to `x`, as bits. */
@inline
export function f32FromF64(x: f64): u32 {
  return x != x ? F32_NAN : reinterpret<u32>(<f32>x);
}
