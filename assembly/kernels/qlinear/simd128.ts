// Operators of two tensors of codes under one scale each, broadcast, with the scales put together first:
//
//   sum       y = (a − za) · f + (b − zb) · g      f = sa / sy, g = sb / sy
//   product   y = (a − za)(b − zb) · f             f = sa · sb / sy; the product of codes is exact: |.| <= 255²
//   code = clamp(roundHalfToEven(y) + zy, codeMin, codeMax)
//
// every operation in float32; factors are finite (abi/binary-codes.ts), so y is a number. Signed codes are read as unsigned ones, their zero points moved along. Bit-equal to
// reference/qlinear.ts; out may be an operand that does not repeat.

import { BinaryCodes, productFactor, sumFactor } from '../../abi/binary-codes';
import { nextRow, rowLength, rowOffset, rowStep } from '../../layout/broadcast';
import { quotientFloor, roundingMagic } from '../../num/lanes';
import { MAGIC_BITS } from '../../num/rounding';

let flip: i32 = 0;
let multiplies: bool = false;
let firstFactor: f32 = 0;
let secondFactor: f32 = 0;

/** out = a ∘ b. `block` says how they are broadcast (layout/broadcast.ts). */
export function binary_codes_u8(aPtr: usize, bPtr: usize, outPtr: usize, codesPtr: usize, block: usize): void {
  const codes = changetype<BinaryCodes>(codesPtr);
  const length = <usize>rowLength(block);
  const aStep = rowStep(block, 0);
  const bStep = rowStep(block, 1);
  flip = codes.signed != 0 ? 128 : 0;
  multiplies = codes.op == 1;
  firstFactor = multiplies ? productFactor(codes) : sumFactor(codes, codes.aScale);
  secondFactor = multiplies ? 0 : sumFactor(codes, codes.bScale);
  do {
    row(aPtr + rowOffset(block, 0), bPtr + rowOffset(block, 1), outPtr, length, aStep, bStep, codes);
    outPtr += length;
  } while (nextRow(block));
}

/** A row; of an operand whose step is 0 one element stands for all. The last vector ends at the edge and computes some
 *  elements twice, from operands that are read before all others: out may be one of them. */
function row(
  aPtr: usize, bPtr: usize, outPtr: usize, length: usize, aStep: u32, bStep: u32, codes: BinaryCodes,
): void {
  const flips = i8x16.splat(<i8>flip);
  const aZeros = i16x8.splat(<i16>(codes.aZeroPoint + flip));
  const bZeros = i16x8.splat(<i16>(codes.bZeroPoint + flip));
  const p = f32x4.splat(firstFactor);
  const q = f32x4.splat(secondFactor);
  const shift = i32x4.splat(MAGIC_BITS - codes.yZeroPoint - flip);
  const least = i8x16.splat(<i8>(codes.codeMin + flip));
  const most = i8x16.splat(<i8>(codes.codeMax + flip));
  if (length < 16) {
    for (let i: usize = 0; i < length; i++) {
      const a = v128.load8_splat(aPtr + i * aStep);
      const b = v128.load8_splat(bPtr + i * bStep);
      const result = sixteen(a, b, flips, aZeros, bZeros, p, q, shift, least, most);
      v128.store8_lane(outPtr + i, result, 0);
    }
    return;
  }
  const last = length - 16;
  const lastA = aStep == 0 ? v128.load8_splat(aPtr) : v128.load(aPtr + last);
  const lastB = bStep == 0 ? v128.load8_splat(bPtr) : v128.load(bPtr + last);
  for (let i: usize = 0; i < last; i += 16) {
    const a = aStep == 0 ? lastA : v128.load(aPtr + i);
    const b = bStep == 0 ? lastB : v128.load(bPtr + i);
    v128.store(outPtr + i, sixteen(a, b, flips, aZeros, bZeros, p, q, shift, least, most));
  }
  v128.store(outPtr + last, sixteen(lastA, lastB, flips, aZeros, bZeros, p, q, shift, least, most));
}

/** Codes of sixteen pairs of codes. */
// @ts-ignore: decorator
@inline
function sixteen(
  a: v128, b: v128, flips: v128, aZeros: v128, bZeros: v128, p: v128, q: v128, shift: v128, least: v128, most: v128,
): v128 {
  const x = v128.xor(a, flips);
  const y = v128.xor(b, flips);
  const a0 = i16x8.sub(i16x8.extend_low_i8x16_u(x), aZeros);
  const b0 = i16x8.sub(i16x8.extend_low_i8x16_u(y), bZeros);
  const a1 = i16x8.sub(i16x8.extend_high_i8x16_u(x), aZeros);
  const b1 = i16x8.sub(i16x8.extend_high_i8x16_u(y), bZeros);
  const all = multiplies
    ? i8x16.narrow_i16x8_u(products(a0, b0, p, shift), products(a1, b1, p, shift))
    : i8x16.narrow_i16x8_u(sums(a0, b0, p, q, shift), sums(a1, b1, p, q, shift));
  return v128.xor(i8x16.min_u(most, i8x16.max_u(least, all)), flips);
}

/** Codes of eight pairs, saturated to 16 bits. */
// @ts-ignore: decorator
@inline
function products(a: v128, b: v128, p: v128, shift: v128): v128 {
  const low = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extmul_low_i16x8_s(a, b)), p);
  const high = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extmul_high_i16x8_s(a, b)), p);
  return i16x8.narrow_i32x4_s(four(low, shift), four(high, shift));
}

// @ts-ignore: decorator
@inline
function sums(a: v128, b: v128, p: v128, q: v128, shift: v128): v128 {
  const low = f32x4.add(
    f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(a)), p),
    f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(b)), q),
  );
  const high = f32x4.add(
    f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(a)), p),
    f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(b)), q),
  );
  return i16x8.narrow_i32x4_s(four(low, shift), four(high, shift));
}

/** Codes of four numbers, not yet saturated. */
// @ts-ignore: decorator
@inline
function four(y: v128, shift: v128): v128 {
  return i32x4.sub(f32x4.add(f32x4.pmax(quotientFloor(), y), roundingMagic()), shift);
}
