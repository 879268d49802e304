// Operators of two tensors of codes under one scale each, broadcast: both as float32, the operator, the result as codes.
//
//   code = clamp(roundHalfToEven(((a − za) · sa ∘ (b − zb) · sb) / sy) + zy, codeMin, codeMax)      NaN -> zy
//
// every operation in float32. Signed codes are read as unsigned ones, their zero points moved along. Bit-equal to
// reference/qlinear.ts; out may be an operand that does not repeat.

import { BinaryCodes } from '../../abi/binary-codes';
import { nextRow, rowLength, rowOffset, rowStep } from '../../layout/broadcast';
import { codes4, quotientFloor, roundingMagic } from '../../num/lanes';
import { MAGIC_BITS } from '../../num/rounding';

let flip: i32 = 0;
let multiplies: bool = false;
/** Whether nothing can be NaN. */
let tame: bool = false;

/** out = a ∘ b. `block` says how they are broadcast (layout/broadcast.ts). */
export function binary_codes_u8(aPtr: usize, bPtr: usize, outPtr: usize, codesPtr: usize, block: usize): void {
  const codes = changetype<BinaryCodes>(codesPtr);
  const length = <usize>rowLength(block);
  const aStep = rowStep(block, 0);
  const bStep = rowStep(block, 1);
  flip = codes.signed != 0 ? 128 : 0;
  multiplies = codes.op == 1;
  tame = isTame(codes);
  do {
    row(aPtr + rowOffset(block, 0), bPtr + rowOffset(block, 1), outPtr, length, aStep, bStep, codes);
    outPtr += length;
  } while (nextRow(block));
}

/** NaN would be the sum of two infinities, the product of one and 0, or a quotient of two infinities or zeros. */
function isTame(codes: BinaryCodes): bool {
  const scale = abs(load<f32>(codes.yScale));
  const most = abs(load<f32>(codes.aScale)) + abs(load<f32>(codes.bScale));
  return scale > 0 && scale <= f32.MAX_VALUE && most <= f32.MAX_VALUE / 1024;
}

/** A row; of an operand whose step is 0 one element stands for all. A last vector that ends at the edge computes some
 *  elements twice, from operands that were read before all others: out may be one of them. */
function row(
  aPtr: usize, bPtr: usize, outPtr: usize, length: usize, aStep: u32, bStep: u32, codes: BinaryCodes,
): void {
  const aScales = v128.load32_splat(codes.aScale);
  const bScales = v128.load32_splat(codes.bScale);
  const yScales = v128.load32_splat(codes.yScale);
  const aZeros = i16x8.splat(<i16>(codes.aZeroPoint + flip));
  const bZeros = i16x8.splat(<i16>(codes.bZeroPoint + flip));
  const flips = i8x16.splat(<i8>flip);
  const shift = i32x4.splat(MAGIC_BITS - codes.yZeroPoint - flip);
  const least = i8x16.splat(<i8>(codes.codeMin + flip));
  const most = i8x16.splat(<i8>(codes.codeMax + flip));
  const last: usize = length < 16 ? 0 : length - 16;
  const few = length < 16;
  let a = aStep == 0 || few ? v128.load8_splat(aPtr) : v128.load(aPtr + last);
  let b = bStep == 0 || few ? v128.load8_splat(bPtr) : v128.load(bPtr + last);
  const lastA = a;
  const lastB = b;
  let i: usize = 0;
  while (true) {
    if (few) {
      a = v128.load8_splat(aPtr + i * aStep);
      b = v128.load8_splat(bPtr + i * bStep);
    } else if (i >= last) {
      i = last;
      a = lastA;
      b = lastB;
    } else {
      if (aStep != 0) a = v128.load(aPtr + i);
      if (bStep != 0) b = v128.load(bPtr + i);
    }
    const x = v128.xor(a, flips);
    const y = v128.xor(b, flips);
    let p = i16x8.sub(i16x8.extend_low_i8x16_u(x), aZeros);
    let q = i16x8.sub(i16x8.extend_low_i8x16_u(y), bZeros);
    const code0 = four(i32x4.extend_low_i16x8_s(p), i32x4.extend_low_i16x8_s(q), aScales, bScales, yScales, shift);
    const code1 = four(i32x4.extend_high_i16x8_s(p), i32x4.extend_high_i16x8_s(q), aScales, bScales, yScales, shift);
    const low = i16x8.narrow_i32x4_s(code0, code1);
    p = i16x8.sub(i16x8.extend_high_i8x16_u(x), aZeros);
    q = i16x8.sub(i16x8.extend_high_i8x16_u(y), bZeros);
    const code2 = four(i32x4.extend_low_i16x8_s(p), i32x4.extend_low_i16x8_s(q), aScales, bScales, yScales, shift);
    const code3 = four(i32x4.extend_high_i16x8_s(p), i32x4.extend_high_i16x8_s(q), aScales, bScales, yScales, shift);
    const all = i8x16.narrow_i16x8_u(low, i16x8.narrow_i32x4_s(code2, code3));
    const result = v128.xor(i8x16.min_u(most, i8x16.max_u(least, all)), flips);
    if (few) {
      v128.store8_lane(outPtr + i, result, 0);
      if (++i == length) return;
    } else {
      v128.store(outPtr + i, result);
      if (i == last) return;
      i += 16;
    }
  }
}

/** Codes, not yet saturated, of four pairs of integers. */
// @ts-ignore: decorator
@inline
function four(a: v128, b: v128, aScales: v128, bScales: v128, yScales: v128, shift: v128): v128 {
  const x = f32x4.mul(f32x4.convert_i32x4_s(a), aScales);
  const y = f32x4.mul(f32x4.convert_i32x4_s(b), bScales);
  const value = multiplies ? f32x4.mul(x, y) : f32x4.add(x, y);
  if (!tame) return codes4(value, yScales, shift, quotientFloor(), roundingMagic());
  const quotient = f32x4.pmax(quotientFloor(), f32x4.div(value, yScales));
  return i32x4.sub(f32x4.add(quotient, roundingMagic()), shift);
}
