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

/** What elements are computed with, in vectors that are loaded where they are used. */
@unmanaged
class Lanes {
  flips: v128;
  /** i16. */
  aZeros: v128;
  bZeros: v128;
  aScales: v128;
  bScales: v128;
  yScales: v128;
  /** MAGIC_BITS less the zero point. */
  shift: v128;
  least: v128;
  most: v128;
}

const LANES = memory.data(144, 16);

let multiplies: bool = false;

/** out = a ∘ b. `block` says how they are broadcast (layout/broadcast.ts). */
export function binary_codes_u8(aPtr: usize, bPtr: usize, outPtr: usize, codesPtr: usize, block: usize): void {
  const codes = changetype<BinaryCodes>(codesPtr);
  prepare(codes);
  const length = <usize>rowLength(block);
  const aStep = rowStep(block, 0);
  const bStep = rowStep(block, 1);
  do {
    row(aPtr + rowOffset(block, 0), bPtr + rowOffset(block, 1), outPtr, length, aStep, bStep);
    outPtr += length;
  } while (nextRow(block));
}

function prepare(codes: BinaryCodes): void {
  const flip = codes.signed != 0 ? 128 : 0;
  const lanes = changetype<Lanes>(LANES);
  multiplies = codes.op == 1;
  lanes.flips = i8x16.splat(<i8>flip);
  lanes.aZeros = i16x8.splat(<i16>(codes.aZeroPoint + flip));
  lanes.bZeros = i16x8.splat(<i16>(codes.bZeroPoint + flip));
  lanes.aScales = v128.load32_splat(codes.aScale);
  lanes.bScales = v128.load32_splat(codes.bScale);
  lanes.yScales = v128.load32_splat(codes.yScale);
  lanes.shift = i32x4.splat(MAGIC_BITS - codes.yZeroPoint - flip);
  lanes.least = i8x16.splat(<i8>(codes.codeMin + flip));
  lanes.most = i8x16.splat(<i8>(codes.codeMax + flip));
}

/** A row; of an operand whose step is 0 one element stands for all. A last vector that ends at the edge computes some
 *  elements twice, from operands that were read before all others: out may be one of them. */
function row(aPtr: usize, bPtr: usize, outPtr: usize, length: usize, aStep: u32, bStep: u32): void {
  if (length < 16) {
    for (let i: usize = 0; i < length; i++) {
      result(v128.load8_splat(aPtr + i * aStep), v128.load8_splat(bPtr + i * bStep), outPtr + i, 1);
    }
    return;
  }
  const last = length - 16;
  let a = aStep == 0 ? v128.load8_splat(aPtr) : v128.load(aPtr + last);
  let b = bStep == 0 ? v128.load8_splat(bPtr) : v128.load(bPtr + last);
  const lastA = a;
  const lastB = b;
  for (let i: usize = 0; i < last; i += 16) {
    if (aStep != 0) a = v128.load(aPtr + i);
    if (bStep != 0) b = v128.load(bPtr + i);
    result(a, b, outPtr + i, 16);
  }
  result(lastA, lastB, outPtr + last, 16);
}

/** Stores the results of sixteen codes, or of the first of them. */
// @ts-ignore: decorator
@inline
function result(a: v128, b: v128, outPtr: usize, count: i32): void {
  const lanes = changetype<Lanes>(LANES);
  const x = v128.xor(a, lanes.flips);
  const y = v128.xor(b, lanes.flips);
  const xLow = i16x8.sub(i16x8.extend_low_i8x16_u(x), lanes.aZeros);
  const xHigh = i16x8.sub(i16x8.extend_high_i8x16_u(x), lanes.aZeros);
  const yLow = i16x8.sub(i16x8.extend_low_i8x16_u(y), lanes.bZeros);
  const yHigh = i16x8.sub(i16x8.extend_high_i8x16_u(y), lanes.bZeros);
  const low = i8x16.narrow_i16x8_u(
    i16x8.narrow_i32x4_s(four(i32x4.extend_low_i16x8_s(xLow), i32x4.extend_low_i16x8_s(yLow)),
                         four(i32x4.extend_high_i16x8_s(xLow), i32x4.extend_high_i16x8_s(yLow))),
    i16x8.narrow_i32x4_s(four(i32x4.extend_low_i16x8_s(xHigh), i32x4.extend_low_i16x8_s(yHigh)),
                         four(i32x4.extend_high_i16x8_s(xHigh), i32x4.extend_high_i16x8_s(yHigh))),
  );
  const codes = v128.xor(i8x16.min_u(lanes.most, i8x16.max_u(lanes.least, low)), lanes.flips);
  if (count == 16) v128.store(outPtr, codes);
  else v128.store8_lane(outPtr, codes, 0);
}

/** Codes, not yet saturated, of four pairs of integers. */
// @ts-ignore: decorator
@inline
function four(a: v128, b: v128): v128 {
  const lanes = changetype<Lanes>(LANES);
  const x = f32x4.mul(f32x4.convert_i32x4_s(a), lanes.aScales);
  const y = f32x4.mul(f32x4.convert_i32x4_s(b), lanes.bScales);
  const value = multiplies ? f32x4.mul(x, y) : f32x4.add(x, y);
  return codes4(value, lanes.yScales, lanes.shift, quotientFloor(), roundingMagic());
}
