// Kernels of 3 x 3 by dots of four bytes: the codes of four rows of x at one column and channel lie side by side, and serve two
// rows of pixels, with weights in two places:
//
//   codes              x0 x1 x2 x3            rows 0 to 3
//   row 0 of pixels    a  d  g  0             weights of kernel column 0, then those of columns 1 and 2
//   row 1 of pixels    0  a  d  g
//
// Relaxed SIMD: only where its dot of u8 and s8 is exact, which the host finds out, and for weights of 8 bits. Codes of s8 are
// moved by 128, and their zero point with them.

import { DOT_PAIR_BYTES } from './pack';
import { HEAD_BYTES, storeRows, Sweep, Work } from './work';

// @ts-ignore: decorator
@inline
function dot(sums: v128, codes: v128, weights: v128): v128 {
  return i32x4.relaxed_dot_i8x16_i7x16_add_s(weights, codes, sums);
}

/** Four rows of eight channels, a code of each row in turn: the first four channels, or the last. */
// @ts-ignore: decorator
@inline
function fours(row01: v128, row23: v128, last: bool): v128 {
  return last
    ? i16x8.shuffle(row01, row23, 4, 12, 5, 13, 6, 14, 7, 15)
    : i16x8.shuffle(row01, row23, 0, 8, 1, 9, 2, 10, 3, 11);
}

// @ts-ignore: decorator
@inline
function rows(ptr: usize, below: usize, flips: v128): v128 {
  const a = v128.load64_zero(ptr);
  const b = v128.load64_zero(below);
  return v128.xor(flips, i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
}

/** As sweepBlock of pixels.ts: `first` and `second` are the sums of the pixels that wait for their third and second column. */
export function dotBlock(work: Work, sweep: Sweep, record: usize, channel: usize, flip: i32): void {
  const flips = i8x16.splat(<i8>flip);
  const step = work.channels;
  const pad = sweep.pad + channel;
  const dots = record + HEAD_BYTES + DOT_PAIR_BYTES;
  let ptr0 = sweep.row0 + channel;
  let ptr1 = sweep.row1 + channel;
  let ptr2 = sweep.row2 + channel;
  let ptr3 = sweep.row3 + channel;
  let out0 = sweep.out0 + channel;
  let out1 = sweep.step1 == 0 ? sweep.out1 : sweep.out1 + channel;
  let end = ptr0 + sweep.inside;
  const padded = sweep.before != 0;
  let row01 = rows(padded ? pad : ptr0, padded ? pad : ptr1, flips);
  let row23 = rows(padded ? pad : ptr2, padded ? pad : ptr3, flips);
  let bias = v128.load(dots);
  let x = fours(row01, row23, false);
  let first0 = bias;
  let first2 = bias;
  let second0 = dot(bias, x, v128.load(dots, 32));
  let second2 = dot(bias, x, v128.load(dots, 64));
  bias = v128.load(dots, 16);
  x = fours(row01, row23, true);
  let first1 = bias;
  let first3 = bias;
  let second1 = dot(bias, x, v128.load(dots, 48));
  let second3 = dot(bias, x, v128.load(dots, 80));
  if (!padded) {
    ptr0 += step;
    ptr1 += step;
    ptr2 += step;
    ptr3 += step;
  }
  let skip = true;
  let last = sweep.after == 0;
  while (true) {
    row01 = rows(ptr0, ptr1, flips);
    row23 = rows(ptr2, ptr3, flips);
    x = fours(row01, row23, false);
    const code0 = dot(first0, x, v128.load(dots, 160));
    const code2 = dot(first2, x, v128.load(dots, 192));
    first0 = dot(second0, x, v128.load(dots, 96));
    first2 = dot(second2, x, v128.load(dots, 128));
    bias = v128.load(dots);
    second0 = dot(bias, x, v128.load(dots, 32));
    second2 = dot(bias, x, v128.load(dots, 64));
    x = fours(row01, row23, true);
    const code1 = dot(first1, x, v128.load(dots, 176));
    const code3 = dot(first3, x, v128.load(dots, 208));
    first1 = dot(second1, x, v128.load(dots, 112));
    first3 = dot(second3, x, v128.load(dots, 144));
    bias = v128.load(dots, 16);
    second1 = dot(bias, x, v128.load(dots, 48));
    second3 = dot(bias, x, v128.load(dots, 80));
    if (!skip) {
      storeRows(code0, code1, code2, code3, record, out0, out1);
      out0 += step;
      out1 += sweep.step1;
    }
    skip = false;
    ptr0 += step;
    if (ptr0 < end) {
      ptr1 += step;
      ptr2 += step;
      ptr3 += step;
      continue;
    }
    if (last) return;
    last = true;
    end = 0;
    ptr0 = ptr1 = ptr2 = ptr3 = pad;
  }
}
