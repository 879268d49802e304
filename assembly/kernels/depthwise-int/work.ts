// What the loops of pixels.ts and relaxed.ts have in common: where things are, and how sums of eight channels end.

import { DepthwiseCodes } from '../../abi/depthwise-codes';
import { MAGIC_BITS, MAGIC } from '../../num/rounding';

/** What the pixels of one call share. */
@unmanaged
export class Work {
  list: usize;
  listEnd: usize;
  /** Of block 0. A record is bias i32 [8] | multipliers float32 [8] | what sums end with | pairs of weights; the zero point
   *  of x is taken off the bias, and multipliers are finite. */
  records: usize;
  recordBytes: usize;
  channels: usize;
  /** Whether records hold weights for dots too (relaxed.ts). */
  dots: bool;
}

/** Bytes of a record before its pairs. */
// @ts-ignore: decorator
@inline export const HEAD_BYTES: usize = 144;

/** Writes what sums end with, into a record: lowest of what is rounded, MAGIC, what is taken off its bits, the highest code
 *  and the bits flipped in it. In between codes are unsigned. They are loaded where they are used: live over a loop, they
 *  would spill sums. */
export function writeEnding(record: usize, codes: DepthwiseCodes): void {
  const flip = codes.ySigned != 0 ? 128 : 0;
  v128.store(record, f32x4.splat(<f32>(codes.codeMin - codes.yZeroPoint)), 64);
  v128.store(record, f32x4.splat(MAGIC), 80);
  v128.store(record, i32x4.splat(MAGIC_BITS - codes.yZeroPoint - flip), 96);
  v128.store(record, i8x16.splat(<i8>(codes.codeMax + flip)), 112);
  v128.store(record, i8x16.splat(<i8>flip), 128);
}

/** roundHalfToEven(fl(sum) · multiplier) + zeroPoint, not below codeMin, of four sums. That is an integer, so to clamp before
 *  rounding is to clamp after it; above, num/lanes.ts says why nothing has to be cut. Multipliers are finite, so nothing is
 *  NaN. */
// @ts-ignore: decorator
@inline
export function ended4(sums: v128, multipliers: v128, record: usize): v128 {
  const scaled = f32x4.pmax(v128.load(record, 64), f32x4.mul(f32x4.convert_i32x4_s(sums), multipliers));
  return i32x4.sub(f32x4.add(scaled, v128.load(record, 80)), v128.load(record, 96));
}

/** Eight codes as i16, of the sums of a block. */
// @ts-ignore: decorator
@inline
export function ended8(first: v128, second: v128, record: usize): v128 {
  return i16x8.narrow_i32x4_s(ended4(first, v128.load(record, 32), record), ended4(second, v128.load(record, 48), record));
}

/** Codes as they are stored. */
// @ts-ignore: decorator
@inline
export function stored(codes: v128, record: usize): v128 {
  return v128.xor(i8x16.min_u(codes, v128.load(record, 112)), v128.load(record, 128));
}

/** Eight channels of two pixels. */
// @ts-ignore: decorator
@inline
export function storeRows(
  sum0: v128, sum1: v128, sum2: v128, sum3: v128, record: usize, out0: usize, out1: usize,
): void {
  const codes = stored(i8x16.narrow_i16x8_u(ended8(sum0, sum1, record), ended8(sum2, sum3, record)), record);
  v128.store64_lane(out0, codes, 0);
  v128.store64_lane(out1, codes, 1);
}

/** Four rows of x under two rows of pixels. The columns are `channels` bytes apart; a column of padding in front or behind is
 *  read at `pad`. */
@unmanaged
export class Sweep {
  /** Addresses of the first column inside x. */
  row0: usize;
  row1: usize;
  row2: usize;
  row3: usize;
  /** 0 or 1 columns of padding. */
  before: u32;
  after: u32;
  /** Bytes of the columns inside x. */
  inside: usize;
  pad: usize;
  /** Where the two rows of pixels begin; bytes from one pixel to the next of the second, 0 if there is none and its place is
   *  one for all. */
  out0: usize;
  out1: usize;
  step1: usize;
}
