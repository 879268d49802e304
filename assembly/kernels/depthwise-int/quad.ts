// Four neighbouring pixels of a kernel 5 columns wide that moves by 1: a column of x is read once for all it meets.
//
//   column of x    0      1      2       3        4        5      6     7
//   meets column   0     1 0    2 1 0   3 2 1 0  4 3 2 1   4 3 2  4 3   4     of the kernel, in pixels 0 to 3
//
// Kernel rows go by two (pack.ts); of a last single one, neighbouring columns are the pairs. Between columns stands a return that is never
// taken, as there are 8 channels or more: V8 would else compute pixel after pixel, keep all columns for that and spill them.

import { BLOCK, PAIR_BYTES } from './pack';
import { eight, pairsHigh, pairsLow, plus } from './pairs';
import { HEAD_BYTES, storeRows, Work } from './work';

/** Columns of the kernels served here, and pixels at once. */
// @ts-ignore: decorator
@inline export const QUAD_COLUMNS: i32 = 5;
// @ts-ignore: decorator
@inline export const QUAD: i32 = 4;

/** All channels of four pixels.
 *  @param lines - addresses of the first column under each row of the kernel; moved by `offset`, channel 0 of the first pixel's */
export function quadPixels<T>(work: Work, lines: usize, rows: i32, offset: usize, outPtr: usize): void {
  const channels = work.channels;
  let record = work.records;
  for (let channel: usize = 0; channel < channels; channel += BLOCK) {
    const start = min(channel, channels - BLOCK);
    quadBlock<T>(lines, rows, offset + start, record, channels, outPtr + start);
    record += work.recordBytes;
  }
}

function quadBlock<T>(lines: usize, rows: i32, base: usize, record: usize, step: usize, outPtr: usize): void {
  let low0 = v128.load(record);
  let high0 = v128.load(record, 16);
  let low1 = low0;
  let high1 = high0;
  let low2 = low0;
  let high2 = high0;
  let low3 = low0;
  let high3 = high0;
  let weights = record + HEAD_BYTES;
  for (; rows > 1; rows -= 2) {
    let upper = <usize>load<u32>(lines) + base;
    let lower = <usize>load<u32>(lines, 4) + base;
    lines += 8;
    let a = eight<T>(upper);
    let b = eight<T>(lower);
    let low = pairsLow(a, b);
    let high = pairsHigh(a, b);
    low0 = plus(low0, low, v128.load(weights, 0));
    high0 = plus(high0, high, v128.load(weights, 16));
    upper += step;
    lower += step;
    if (step == 1) return;
    a = eight<T>(upper);
    b = eight<T>(lower);
    low = pairsLow(a, b);
    high = pairsHigh(a, b);
    low0 = plus(low0, low, v128.load(weights, 32));
    high0 = plus(high0, high, v128.load(weights, 48));
    low1 = plus(low1, low, v128.load(weights, 0));
    high1 = plus(high1, high, v128.load(weights, 16));
    upper += step;
    lower += step;
    if (step == 2) return;
    a = eight<T>(upper);
    b = eight<T>(lower);
    low = pairsLow(a, b);
    high = pairsHigh(a, b);
    low0 = plus(low0, low, v128.load(weights, 64));
    high0 = plus(high0, high, v128.load(weights, 80));
    low1 = plus(low1, low, v128.load(weights, 32));
    high1 = plus(high1, high, v128.load(weights, 48));
    low2 = plus(low2, low, v128.load(weights, 0));
    high2 = plus(high2, high, v128.load(weights, 16));
    upper += step;
    lower += step;
    if (step == 3) return;
    a = eight<T>(upper);
    b = eight<T>(lower);
    low = pairsLow(a, b);
    high = pairsHigh(a, b);
    low0 = plus(low0, low, v128.load(weights, 96));
    high0 = plus(high0, high, v128.load(weights, 112));
    low1 = plus(low1, low, v128.load(weights, 64));
    high1 = plus(high1, high, v128.load(weights, 80));
    low2 = plus(low2, low, v128.load(weights, 32));
    high2 = plus(high2, high, v128.load(weights, 48));
    low3 = plus(low3, low, v128.load(weights, 0));
    high3 = plus(high3, high, v128.load(weights, 16));
    upper += step;
    lower += step;
    if (step == 4) return;
    a = eight<T>(upper);
    b = eight<T>(lower);
    low = pairsLow(a, b);
    high = pairsHigh(a, b);
    low0 = plus(low0, low, v128.load(weights, 128));
    high0 = plus(high0, high, v128.load(weights, 144));
    low1 = plus(low1, low, v128.load(weights, 96));
    high1 = plus(high1, high, v128.load(weights, 112));
    low2 = plus(low2, low, v128.load(weights, 64));
    high2 = plus(high2, high, v128.load(weights, 80));
    low3 = plus(low3, low, v128.load(weights, 32));
    high3 = plus(high3, high, v128.load(weights, 48));
    upper += step;
    lower += step;
    if (step == 5) return;
    a = eight<T>(upper);
    b = eight<T>(lower);
    low = pairsLow(a, b);
    high = pairsHigh(a, b);
    low1 = plus(low1, low, v128.load(weights, 128));
    high1 = plus(high1, high, v128.load(weights, 144));
    low2 = plus(low2, low, v128.load(weights, 96));
    high2 = plus(high2, high, v128.load(weights, 112));
    low3 = plus(low3, low, v128.load(weights, 64));
    high3 = plus(high3, high, v128.load(weights, 80));
    upper += step;
    lower += step;
    if (step == 6) return;
    a = eight<T>(upper);
    b = eight<T>(lower);
    low = pairsLow(a, b);
    high = pairsHigh(a, b);
    low2 = plus(low2, low, v128.load(weights, 128));
    high2 = plus(high2, high, v128.load(weights, 144));
    low3 = plus(low3, low, v128.load(weights, 96));
    high3 = plus(high3, high, v128.load(weights, 112));
    upper += step;
    lower += step;
    if (step == 7) return;
    a = eight<T>(upper);
    b = eight<T>(lower);
    low = pairsLow(a, b);
    high = pairsHigh(a, b);
    low3 = plus(low3, low, v128.load(weights, 128));
    high3 = plus(high3, high, v128.load(weights, 144));
    weights += QUAD_COLUMNS * PAIR_BYTES;
  }
  if (rows == 1) {
    let ptr = <usize>load<u32>(lines) + base;
    let before = eight<T>(ptr);
    ptr += step;
    let column = eight<T>(ptr);
    let low = pairsLow(before, column);
    let high = pairsHigh(before, column);
    low0 = plus(low0, low, v128.load(weights, 0));
    high0 = plus(high0, high, v128.load(weights, 16));
    before = column;
    ptr += step;
    if (step == 2) return;
    column = eight<T>(ptr);
    low = pairsLow(before, column);
    high = pairsHigh(before, column);
    low1 = plus(low1, low, v128.load(weights, 0));
    high1 = plus(high1, high, v128.load(weights, 16));
    before = column;
    ptr += step;
    if (step == 3) return;
    column = eight<T>(ptr);
    low = pairsLow(before, column);
    high = pairsHigh(before, column);
    low0 = plus(low0, low, v128.load(weights, 32));
    high0 = plus(high0, high, v128.load(weights, 48));
    low2 = plus(low2, low, v128.load(weights, 0));
    high2 = plus(high2, high, v128.load(weights, 16));
    before = column;
    ptr += step;
    if (step == 4) return;
    column = eight<T>(ptr);
    low = pairsLow(before, column);
    high = pairsHigh(before, column);
    low0 = plus(low0, low, v128.load(weights, 64));
    high0 = plus(high0, high, v128.load(weights, 80));
    low1 = plus(low1, low, v128.load(weights, 32));
    high1 = plus(high1, high, v128.load(weights, 48));
    low3 = plus(low3, low, v128.load(weights, 0));
    high3 = plus(high3, high, v128.load(weights, 16));
    before = column;
    ptr += step;
    if (step == 5) return;
    column = eight<T>(ptr);
    low = pairsLow(before, column);
    high = pairsHigh(before, column);
    low1 = plus(low1, low, v128.load(weights, 64));
    high1 = plus(high1, high, v128.load(weights, 80));
    low2 = plus(low2, low, v128.load(weights, 32));
    high2 = plus(high2, high, v128.load(weights, 48));
    before = column;
    ptr += step;
    if (step == 6) return;
    column = eight<T>(ptr);
    low = pairsLow(before, column);
    high = pairsHigh(before, column);
    low2 = plus(low2, low, v128.load(weights, 64));
    high2 = plus(high2, high, v128.load(weights, 80));
    low3 = plus(low3, low, v128.load(weights, 32));
    high3 = plus(high3, high, v128.load(weights, 48));
    before = column;
    ptr += step;
    if (step == 7) return;
    column = eight<T>(ptr);
    low = pairsLow(before, column);
    high = pairsHigh(before, column);
    low3 = plus(low3, low, v128.load(weights, 64));
    high3 = plus(high3, high, v128.load(weights, 80));
  }
  storeRows(low0, high0, low1, high1, record, outPtr, outPtr + step);
  outPtr += step << 1;
  storeRows(low2, high2, low3, high3, record, outPtr, outPtr + step);
}
