// Float format conversions, 128-bit SIMD: eight elements a step, the leaves of num/half.ts for the rest. Where a
// leaf branches, both sides are computed, and a minimum, maximum or select takes the right one.
//
// Contract of all five: len elements are read at xPtr and written at outPtr, any alignment, ranges do not overlap.
// Rounds to nearest even, NaN -> canonical NaN, overflow -> infinity.

import { bf16FromF32, f16FromF32, f32FromBf16, f32FromF16, f32FromF64 } from '../../num/half';

// Constants live in memory and are splat before the loop: V8 would build a v128.const anew in every iteration.
const C: usize = memory.data<u32>([
  0x7fffffff, // 0: all but the sign
  0x00000001, // 4
  0xc8000fff, // 8: 0xfff − F16_REBIAS: half an ulp less one, with the exponent rebiased
  0x7c007c00, // 12: two float16 infinities
  0x3f000000, // 16: 0.5
  0x38800000, // 20: 2^-14, smallest normal float16
  0x7f800000, // 24: infinity
  0x80008000, // 28: two 16-bit signs
  0x7fff7fff, // 32: all but those
  0x7bff7bff, // 36: two times 65504, the largest finite float16
  0x38000000, // 40: F16_REBIAS
  0x00007fff, // 44: bfloat16: half an ulp less one
  0x00007fc0, // 48: bfloat16 NaN
  0x7f807f80, // 52: two bfloat16 infinities
  0x7fc07fc0, // 56: two bfloat16 NaNs
  0x7fc00000, // 60: float32 NaN
]);

@inline
function constant(offset: usize): v128 {
  return v128.load_splat<u32>(C + offset);
}

/** out[i] = float16 nearest to x[i]. Eight elements with a NaN among them go through the leaf. */
export function convert_f32_f16(xPtr: usize, outPtr: usize, len: usize): void {
  const nonSign = constant(0);
  const one = constant(4);
  const roundAndRebias = constant(8);
  const infinity = constant(12);
  const half = constant(16);
  const minNormal = constant(20);
  const infinity32 = constant(24);
  const signs = constant(28);
  const end = xPtr + ((len & ~7) << 2);
  while (xPtr < end) {
    const a = v128.load(xPtr);
    const b = v128.load(xPtr, 16);
    const absA = v128.and(a, nonSign);
    const absB = v128.and(b, nonSign);
    if (v128.any_true(i32x4.gt_s(i32x4.max_s(absA, absB), infinity32))) {
      f16Leaves(xPtr, outPtr, 8);
    } else {
      const low = f16x4(absA, one, roundAndRebias, half, minNormal);
      const high = f16x4(absB, one, roundAndRebias, half, minNormal);
      const magnitudes = i16x8.min_u(i16x8.narrow_i32x4_u(low, high), infinity);
      const upper = i16x8.narrow_i32x4_s(i32x4.shr_s(a, 16), i32x4.shr_s(b, 16));
      v128.store(outPtr, v128.or(magnitudes, v128.and(upper, signs)));
    }
    xPtr += 32;
    outPtr += 16;
  }
  f16Leaves(xPtr, outPtr, len & 7);
}

/** Magnitudes, before they are cut at infinity. Of the two candidates the larger is right:
 *  below 2^-14 the subnormal form counts steps of 2^-24 and the normal one lacks the implicit bit or is negative;
 *  from 2^-14 on the subnormal form is held at 2^-14, 0x400, which the normal one reaches or passes. */
@inline
function f16x4(abs: v128, one: v128, roundAndRebias: v128, half: v128, minNormal: v128): v128 {
  const odd = v128.and(i32x4.shr_u(abs, 13), one);
  const normal = i32x4.shr_s(i32x4.add(i32x4.add(abs, roundAndRebias), odd), 13);
  const subnormal = i32x4.sub(f32x4.add(i32x4.min_s(abs, minNormal), half), half);
  return i32x4.max_s(normal, subnormal);
}

function f16Leaves(xPtr: usize, outPtr: usize, len: usize): void {
  for (let i: usize = 0; i < len; i++) {
    store<u16>(outPtr + (i << 1), <u16>f16FromF32(load<u32>(xPtr + (i << 2))));
  }
}

/** out[i] = the float16 x[i] as float32, exactly. Eight elements with a NaN or infinity among them go through the
 *  leaf. */
export function convert_f16_f32(xPtr: usize, outPtr: usize, len: usize): void {
  const nonSign = constant(32);
  const maxFinite = constant(36);
  const rebias = constant(40);
  const minNormal = constant(20);
  const zero = i32x4.splat(0);
  const end = xPtr + ((len & ~7) << 1);
  while (xPtr < end) {
    const x = v128.load(xPtr);
    const abs = v128.and(x, nonSign);
    if (v128.any_true(i16x8.gt_s(abs, maxFinite))) {
      f32Leaves(xPtr, outPtr, 8);
    } else {
      const sign = v128.xor(x, abs);
      v128.store(outPtr, v128.or(f32x4FromF16(lowWords(zero, abs), rebias, minNormal), lowWords(zero, sign)));
      v128.store(outPtr, v128.or(f32x4FromF16(highWords(zero, abs), rebias, minNormal), highWords(zero, sign)), 16);
    }
    xPtr += 16;
    outPtr += 32;
  }
  f32Leaves(xPtr, outPtr, len & 7);
}

/** Magnitudes of finite float16, given in the upper halves of the lanes. With v the value of the bits as a normal
 *  number (2^-15 · (1 + m/1024) for a mantissa m without exponent), the candidates are v and 2v − 2^-14, and the
 *  smaller is right: v from 2^-14 on; below, 2v − 2^-14 = m · 2^-24, the subnormal. */
@inline
function f32x4FromF16(upper: v128, rebias: v128, minNormal: v128): v128 {
  const bits = i32x4.shr_u(upper, 3);
  const normal = i32x4.add(bits, rebias);
  const subnormal = f32x4.sub(i32x4.add(bits, minNormal), minNormal);
  return i32x4.min_s(normal, subnormal);
}

@inline
function lowWords(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

@inline
function highWords(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

function f32Leaves(xPtr: usize, outPtr: usize, len: usize): void {
  for (let i: usize = 0; i < len; i++) {
    store<u32>(outPtr + (i << 2), f32FromF16(<u32>load<u16>(xPtr + (i << 1))));
  }
}

/** out[i] = bfloat16 nearest to x[i]. */
export function convert_f32_bf16(xPtr: usize, outPtr: usize, len: usize): void {
  const one = constant(4);
  const round = constant(44);
  const nan = constant(48);
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
  const nonSign = constant(32);
  const infinity = constant(52);
  const nan = constant(56);
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
  const nan = constant(60);
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
