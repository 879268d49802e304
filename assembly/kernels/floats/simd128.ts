// Float format conversions, 128-bit SIMD: eight elements a step, the leaves of num/half.ts for the rest. The branches
// of the leaves become selects; both sides are computed.
//
// Contract of all five: len elements are read at xPtr and written at outPtr, any alignment, ranges do not overlap.
// Rounds to nearest even, NaN -> canonical NaN, overflow -> infinity.

import { bf16FromF32, f16FromF32, f32FromBf16, f32FromF16, f32FromF64 } from '../../num/half';

// Constants live in memory and are splat before the loop: V8 would build a v128.const anew in every iteration.
const C: usize = memory.data<u32>([
  0x7fffffff, // 0: all but the sign
  0x00000001, // 4
  0xc8000fff, // 8: 0xfff − F16_REBIAS: half an ulp less one, with the exponent rebiased
  0x00007c00, // 12: float16 infinity
  0x3f000000, // 16: 0.5
  0x38800000, // 20: 2^-14, smallest normal float16
  0x00007e00, // 24: float16 NaN
  0x00008000, // 28: float16 sign
  0x00007fff, // 32: bfloat16: half an ulp less one
  0x00007fc0, // 36: bfloat16 NaN
  0x7fc00000, // 40: float32 NaN
  0x7fff7fff, // 44: all but the signs of two float16
  0x7c007c00, // 48: two float16 infinities
  0x7e007e00, // 52: two float16 NaNs
  0x38000000, // 56: F16_REBIAS
  0x0f800000, // 60: float16 infinity's exponent, 31 << 23
  0x00800000, // 64: float16's smallest normal exponent, 1 << 23
  0x80000000, // 68: sign
  0x7f807f80, // 72: two bfloat16 infinities
  0x7fc07fc0, // 76: two bfloat16 NaNs
]);

@inline
function constant(offset: usize): v128 {
  return v128.load_splat<u32>(C + offset);
}

/** out[i] = float16 nearest to x[i]. */
export function convert_f32_f16(xPtr: usize, outPtr: usize, len: usize): void {
  const nonSign = constant(0);
  const one = constant(4);
  const roundAndRebias = constant(8);
  const infinity = constant(12);
  const half = constant(16);
  const minNormal = constant(20);
  const nan = constant(24);
  const sign = constant(28);
  const end = xPtr + ((len & ~7) << 2);
  while (xPtr < end) {
    const a = v128.load(xPtr);
    const b = v128.load(xPtr, 16);
    const low = f16x4(a, nonSign, one, roundAndRebias, infinity, half, minNormal, nan, sign);
    const high = f16x4(b, nonSign, one, roundAndRebias, infinity, half, minNormal, nan, sign);
    v128.store(outPtr, i16x8.narrow_i32x4_u(low, high));
    xPtr += 32;
    outPtr += 16;
  }
  for (let i: usize = 0; i < (len & 7); i++) {
    store<u16>(outPtr + (i << 1), <u16>f16FromF32(load<u32>(xPtr + (i << 2))));
  }
}

@inline
function f16x4(
  x: v128,
  nonSign: v128,
  one: v128,
  roundAndRebias: v128,
  infinity: v128,
  half: v128,
  minNormal: v128,
  nan: v128,
  sign: v128,
): v128 {
  const abs = v128.and(x, nonSign);
  const odd = v128.and(i32x4.shr_u(abs, 13), one);
  const rounded = i32x4.shr_u(i32x4.add(i32x4.add(abs, roundAndRebias), odd), 13);
  const normal = i32x4.min_s(rounded, infinity);
  const subnormal = i32x4.sub(f32x4.add(abs, half), half);
  const finite = v128.bitselect(subnormal, normal, i32x4.lt_s(abs, minNormal));
  const signed = v128.or(finite, v128.and(i32x4.shr_u(x, 16), sign));
  return v128.bitselect(nan, signed, f32x4.ne(x, x));
}

/** out[i] = the float16 x[i] as float32, exactly. */
export function convert_f16_f32(xPtr: usize, outPtr: usize, len: usize): void {
  const nonSign = constant(44);
  const infinity = constant(48);
  const nan = constant(52);
  const rebias = constant(56);
  const infinityExponent = constant(60);
  const normalExponent = constant(64);
  const minNormal = constant(20);
  const sign = constant(68);
  const end = xPtr + ((len & ~7) << 1);
  while (xPtr < end) {
    const raw = v128.load(xPtr);
    const x = v128.bitselect(nan, raw, i16x8.gt_s(v128.and(raw, nonSign), infinity));
    const low = f32x4FromF16(i32x4.extend_low_i16x8_s(x), rebias, infinityExponent, normalExponent, minNormal, sign);
    const high = f32x4FromF16(i32x4.extend_high_i16x8_s(x), rebias, infinityExponent, normalExponent, minNormal, sign);
    v128.store(outPtr, low);
    v128.store(outPtr, high, 16);
    xPtr += 16;
    outPtr += 32;
  }
  for (let i: usize = 0; i < (len & 7); i++) {
    store<u32>(outPtr + (i << 2), f32FromF16(<u32>load<u16>(xPtr + (i << 1))));
  }
}

/** `x` holds sign-extended float16 bits: the sign is bit 31, so shifting the rest left by 13 needs two steps. */
@inline
function f32x4FromF16(
  x: v128,
  rebias: v128,
  infinityExponent: v128,
  normalExponent: v128,
  minNormal: v128,
  sign: v128,
): v128 {
  const abs = i32x4.shr_u(i32x4.shl(x, 17), 4);
  // Infinity and NaN get the exponent raised a second time: 31 + 112 + 112 = 255.
  const extra = v128.and(i32x4.ge_s(abs, infinityExponent), rebias);
  const normal = i32x4.add(i32x4.add(abs, rebias), extra);
  const subnormal = f32x4.sub(i32x4.add(abs, minNormal), minNormal);
  const magnitude = v128.bitselect(subnormal, normal, i32x4.lt_s(abs, normalExponent));
  return v128.or(magnitude, v128.and(x, sign));
}

/** out[i] = bfloat16 nearest to x[i]. */
export function convert_f32_bf16(xPtr: usize, outPtr: usize, len: usize): void {
  const one = constant(4);
  const round = constant(32);
  const nan = constant(36);
  const end = xPtr + ((len & ~7) << 2);
  while (xPtr < end) {
    const low = bf16x4(v128.load(xPtr), one, round, nan);
    const high = bf16x4(v128.load(xPtr, 16), one, round, nan);
    v128.store(outPtr, i16x8.narrow_i32x4_u(low, high));
    xPtr += 32;
    outPtr += 16;
  }
  for (let i: usize = 0; i < (len & 7); i++) {
    store<u16>(outPtr + (i << 1), <u16>bf16FromF32(load<u32>(xPtr + (i << 2))));
  }
}

@inline
function bf16x4(x: v128, one: v128, round: v128, nan: v128): v128 {
  const odd = v128.and(i32x4.shr_u(x, 16), one);
  const rounded = i32x4.shr_u(i32x4.add(i32x4.add(x, round), odd), 16);
  return v128.bitselect(nan, rounded, f32x4.ne(x, x));
}

/** out[i] = the bfloat16 x[i] as float32, exactly. */
export function convert_bf16_f32(xPtr: usize, outPtr: usize, len: usize): void {
  const nonSign = constant(44);
  const infinity = constant(72);
  const nan = constant(76);
  const end = xPtr + ((len & ~7) << 1);
  while (xPtr < end) {
    const raw = v128.load(xPtr);
    const x = v128.bitselect(nan, raw, i16x8.gt_s(v128.and(raw, nonSign), infinity));
    v128.store(outPtr, i32x4.shl(i32x4.extend_low_i16x8_u(x), 16));
    v128.store(outPtr, i32x4.shl(i32x4.extend_high_i16x8_u(x), 16), 16);
    xPtr += 16;
    outPtr += 32;
  }
  for (let i: usize = 0; i < (len & 7); i++) {
    store<u32>(outPtr + (i << 2), f32FromBf16(<u32>load<u16>(xPtr + (i << 1))));
  }
}

/** out[i] = float32 nearest to the float64 x[i]. */
export function convert_f64_f32(xPtr: usize, outPtr: usize, len: usize): void {
  const nan = constant(40);
  const end = xPtr + ((len & ~3) << 3);
  while (xPtr < end) {
    const low = f32x4.demote_f64x2_zero(v128.load(xPtr));
    const high = f32x4.demote_f64x2_zero(v128.load(xPtr, 16));
    const x = v128.shuffle<u64>(low, high, 0, 2);
    v128.store(outPtr, v128.bitselect(nan, x, f32x4.ne(x, x)));
    xPtr += 32;
    outPtr += 16;
  }
  for (let i: usize = 0; i < (len & 3); i++) {
    store<u32>(outPtr + (i << 2), f32FromF64(load<f64>(xPtr + (i << 3))));
  }
}
