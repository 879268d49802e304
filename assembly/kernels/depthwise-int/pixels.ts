// The inner loops of depthwise convolution on codes. Two vectors of codes at two kernel positions are interleaved, widened
// to i16 and multiplied by a pair of weights (pack.ts); sums are i32, exact, and end as codes at once.
//
//   listed      one pixel or two, over a list of addresses, two a pair: any kernel, padding
//   swept       two rows of pixels of a kernel 3 x 3 that moves by 1: what a column of x adds to three pixels of each row is
//               added while it is in registers

import { BLOCK, PAIR_BYTES } from './pack';
import { eight, pairsHigh, pairsLow, plus } from './pairs';
import { dotBlock } from './relaxed';
import { ended4, ended8, HEAD_BYTES, stored, storeRows, Sweep, Work } from './work';

/** Bytes of a pair in a list. */
// @ts-ignore: decorator
@inline export const ENTRY_BYTES: usize = 8;

// @ts-ignore: decorator
@inline
function storeEight(sum0: v128, sum1: v128, record: usize, outPtr: usize): void {
  const codes = ended8(sum0, sum1, record);
  v128.store64_lane(outPtr, stored(i8x16.narrow_i16x8_u(codes, codes), record), 0);
}

// @ts-ignore: decorator
@inline
function storeSixteen(sum0: v128, sum1: v128, sum2: v128, sum3: v128, record: usize, next: usize, outPtr: usize): void {
  const codes = i8x16.narrow_i16x8_u(ended8(sum0, sum1, record), ended8(sum2, sum3, next));
  v128.store(outPtr, stored(codes, record));
}

/** All channels of one pixel, or, with `two`, of it and of the one whose codes are `step` bytes further. The listed addresses,
 *  moved by `offset`, are those of channel 0. */
export function listedPixels<T>(work: Work, offset: usize, outPtr: usize, two: bool, step: usize): void {
  const channels = work.channels;
  const recordBytes = work.recordBytes;
  let record = work.records;
  let channel: usize = 0;
  for (; channel + 2 * BLOCK <= channels; channel += 2 * BLOCK) {
    if (two) sixteenOfTwo<T>(work, record, offset + channel, step, outPtr + channel);
    else sixteenListed<T>(work, record, offset + channel, outPtr + channel);
    record += 2 * recordBytes;
  }
  for (; channel < channels; channel += BLOCK) {
    const start = min(channel, channels - BLOCK);
    eightListed<T>(work, record, offset + start, outPtr + start);
    if (two) eightListed<T>(work, record, offset + step + start, outPtr + channels + start);
    record += recordBytes;
  }
}

function sixteenOfTwo<T>(work: Work, record: usize, offset: usize, step: usize, outPtr: usize): void {
  const listEnd = work.listEnd;
  const recordBytes = work.recordBytes;
  const next = record + recordBytes;
  let sum0 = v128.load(record);
  let sum1 = v128.load(record, 16);
  let sum2 = v128.load(next);
  let sum3 = v128.load(next, 16);
  let sum4 = sum0;
  let sum5 = sum1;
  let sum6 = sum2;
  let sum7 = sum3;
  let weights = record + HEAD_BYTES;
  let others = next + HEAD_BYTES;
  for (let ptr = work.list; ptr < listEnd; ptr += ENTRY_BYTES) {
    const first = <usize>load<u32>(ptr) + offset;
    const second = <usize>load<u32>(ptr, 4) + offset;
    let a = eight<T>(first);
    let b = eight<T>(second);
    let c = eight<T>(first + step);
    let d = eight<T>(second + step);
    let w = v128.load(weights);
    sum0 = plus(sum0, pairsLow(a, b), w);
    sum4 = plus(sum4, pairsLow(c, d), w);
    w = v128.load(weights, 16);
    sum1 = plus(sum1, pairsHigh(a, b), w);
    sum5 = plus(sum5, pairsHigh(c, d), w);
    a = eight<T>(first + 8);
    b = eight<T>(second + 8);
    c = eight<T>(first + step + 8);
    d = eight<T>(second + step + 8);
    w = v128.load(others);
    sum2 = plus(sum2, pairsLow(a, b), w);
    sum6 = plus(sum6, pairsLow(c, d), w);
    w = v128.load(others, 16);
    sum3 = plus(sum3, pairsHigh(a, b), w);
    sum7 = plus(sum7, pairsHigh(c, d), w);
    weights += PAIR_BYTES;
    others += PAIR_BYTES;
  }
  storeSixteen(sum0, sum1, sum2, sum3, record, next, outPtr);
  storeSixteen(sum4, sum5, sum6, sum7, record, next, outPtr + work.channels);
}

function sixteenListed<T>(work: Work, record: usize, offset: usize, outPtr: usize): void {
  const listEnd = work.listEnd;
  const next = record + work.recordBytes;
  let sum0 = v128.load(record);
  let sum1 = v128.load(record, 16);
  let sum2 = v128.load(next);
  let sum3 = v128.load(next, 16);
  let weights = record + HEAD_BYTES;
  let others = next + HEAD_BYTES;
  for (let ptr = work.list; ptr < listEnd; ptr += ENTRY_BYTES) {
    const first = <usize>load<u32>(ptr) + offset;
    const second = <usize>load<u32>(ptr, 4) + offset;
    let a = eight<T>(first);
    let b = eight<T>(second);
    sum0 = plus(sum0, pairsLow(a, b), v128.load(weights));
    sum1 = plus(sum1, pairsHigh(a, b), v128.load(weights, 16));
    a = eight<T>(first + 8);
    b = eight<T>(second + 8);
    sum2 = plus(sum2, pairsLow(a, b), v128.load(others));
    sum3 = plus(sum3, pairsHigh(a, b), v128.load(others, 16));
    weights += PAIR_BYTES;
    others += PAIR_BYTES;
  }
  storeSixteen(sum0, sum1, sum2, sum3, record, next, outPtr);
}

function eightListed<T>(work: Work, record: usize, offset: usize, outPtr: usize): void {
  const listEnd = work.listEnd;
  let sum0 = v128.load(record);
  let sum1 = v128.load(record, 16);
  let weights = record + HEAD_BYTES;
  for (let ptr = work.list; ptr < listEnd; ptr += ENTRY_BYTES) {
    const a = eight<T>(<usize>load<u32>(ptr) + offset);
    const b = eight<T>(<usize>load<u32>(ptr, 4) + offset);
    sum0 = plus(sum0, pairsLow(a, b), v128.load(weights));
    sum1 = plus(sum1, pairsHigh(a, b), v128.load(weights, 16));
    weights += PAIR_BYTES;
  }
  storeEight(sum0, sum1, record, outPtr);
}

/** Fewer channels than a block, beside which nothing may be read: one by one. */
export function fewChannels<T>(work: Work, offset: usize, outPtr: usize): void {
  for (let channel: usize = 0; channel < work.channels; channel++) {
    const record = work.records + (channel << 2);
    let sum = load<i32>(record);
    let weights = record + HEAD_BYTES;
    for (let ptr = work.list; ptr < work.listEnd; ptr += ENTRY_BYTES) {
      sum += <i32>load<T>(<usize>load<u32>(ptr) + offset + channel) * <i32>load<i16>(weights);
      sum += <i32>load<T>(<usize>load<u32>(ptr, 4) + offset + channel) * <i32>load<i16>(weights, 2);
      weights += PAIR_BYTES;
    }
    const code = ended4(i32x4.splat(sum), v128.load32_splat(record + 32), work.records);
    const narrow = i16x8.narrow_i32x4_s(code, code);
    v128.store8_lane(outPtr + channel, stored(i8x16.narrow_i16x8_u(narrow, narrow), work.records), 0);
  }
}

/** All channels of two rows of before + columns inside + after − 2 pixels. */
export function sweptPixels<T>(work: Work, sweep: Sweep): void {
  const channels = work.channels;
  let record = work.records;
  for (let channel: usize = 0; channel < channels; channel += BLOCK) {
    const start = min(channel, channels - BLOCK);
    if (ASC_FEATURE_RELAXED_SIMD && work.dots) dotBlock(work, sweep, record, start, isSigned<T>() ? 128 : 0);
    else sweepBlock<T>(work, sweep, record, start);
    record += work.recordBytes;
  }
}

// Of each row of pixels, the one that waits for its third column has the sums first, the one that waits for its second column
// has the sums second. With the pairs of a column
//
//   down   (row 0, row 1)                    side   (row 2 of the column before, row 2)
//
// the pairs of weights a d, b e, c f, g h, - i of pack.ts go to them as
//
//   code   = first + down · cf + side · -i
//   first  = second + down · be + side · gh
//   second = bias + down · ad

// @ts-ignore: decorator
@inline
function sweepBlock<T>(work: Work, sweep: Sweep, record: usize, channel: usize): void {
  const step = work.channels;
  const pad = sweep.pad + channel;
  let ptr0 = sweep.row0 + channel;
  let ptr1 = sweep.row1 + channel;
  let ptr2 = sweep.row2 + channel;
  let ptr3 = sweep.row3 + channel;
  let out0 = sweep.out0 + channel;
  let out1 = sweep.step1 == 0 ? sweep.out1 : sweep.out1 + channel;
  let end = ptr0 + sweep.inside;
  const padded = sweep.before != 0;
  let row0 = eight<T>(padded ? pad : ptr0);
  let row1 = eight<T>(padded ? pad : ptr1);
  let row2 = eight<T>(padded ? pad : ptr2);
  let row3 = eight<T>(padded ? pad : ptr3);
  let before2 = row2;
  let before3 = row3;
  let w = v128.load(record, HEAD_BYTES);
  let bias = v128.load(record);
  let first0 = bias;
  let first2 = bias;
  let second0 = plus(bias, pairsLow(row0, row1), w);
  let second2 = plus(bias, pairsLow(row1, row2), w);
  w = v128.load(record, HEAD_BYTES + 16);
  bias = v128.load(record, 16);
  let first1 = bias;
  let first3 = bias;
  let second1 = plus(bias, pairsHigh(row0, row1), w);
  let second3 = plus(bias, pairsHigh(row1, row2), w);
  if (!padded) {
    ptr0 += step;
    ptr1 += step;
    ptr2 += step;
    ptr3 += step;
  }
  // Nothing is stored for the second column, and a third of padding follows those of x.
  let skip = true;
  let last = sweep.after == 0;
  while (true) {
    row0 = eight<T>(ptr0);
    row1 = eight<T>(ptr1);
    row2 = eight<T>(ptr2);
    row3 = eight<T>(ptr3);
    let down0 = pairsLow(row0, row1);
    let side0 = pairsLow(before2, row2);
    let down2 = pairsLow(row1, row2);
    let side2 = pairsLow(before3, row3);
    w = v128.load(record, HEAD_BYTES + 64);
    let code0 = plus(first0, down0, w);
    let code2 = plus(first2, down2, w);
    w = v128.load(record, HEAD_BYTES + 128);
    code0 = plus(code0, side0, w);
    code2 = plus(code2, side2, w);
    w = v128.load(record, HEAD_BYTES + 32);
    first0 = plus(second0, down0, w);
    first2 = plus(second2, down2, w);
    w = v128.load(record, HEAD_BYTES + 96);
    first0 = plus(first0, side0, w);
    first2 = plus(first2, side2, w);
    w = v128.load(record, HEAD_BYTES);
    bias = v128.load(record);
    second0 = plus(bias, down0, w);
    second2 = plus(bias, down2, w);
    down0 = pairsHigh(row0, row1);
    side0 = pairsHigh(before2, row2);
    down2 = pairsHigh(row1, row2);
    side2 = pairsHigh(before3, row3);
    before2 = row2;
    before3 = row3;
    w = v128.load(record, HEAD_BYTES + 80);
    let code1 = plus(first1, down0, w);
    let code3 = plus(first3, down2, w);
    w = v128.load(record, HEAD_BYTES + 144);
    code1 = plus(code1, side0, w);
    code3 = plus(code3, side2, w);
    w = v128.load(record, HEAD_BYTES + 48);
    first1 = plus(second1, down0, w);
    first3 = plus(second3, down2, w);
    w = v128.load(record, HEAD_BYTES + 112);
    first1 = plus(first1, side0, w);
    first3 = plus(first3, side2, w);
    w = v128.load(record, HEAD_BYTES + 16);
    bias = v128.load(record, 16);
    second1 = plus(bias, down0, w);
    second3 = plus(bias, down2, w);
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
