// The inner loops: a tile of rows of A by one panel of 8 columns, over the whole depth. Sums start at the bias and are left
// in memory, 32 bytes a row, for finish.ts: what endings need would spill accumulators here.
//
//   WIDE    4 x 8    8 accumulators, 2 registers of B, 1 of A     2 instructions for 8 products (dot, add)
//   THIN    1 x 8    the same, weights widened while they are loaded
//   DOT     6 x 8    12 accumulators, 2 of B, 1 of A              1 instruction for 16 products (vpdpbusd)
//   PAIRS   4 x 8    8 accumulators, 2 of B, 1 of A, ones         3 instructions for 16 products
//
// WIDE has its 4 rows of A interleaved: one address instead of four, and V8 decodes fewer instructions than it could
// compute. The others read rows `pitch` bytes apart; where a tile has fewer rows, the missing ones repeat the last.
// WIDE has an exit after every pair: odd depths need one of them, and they keep V8 from moving the loads of all pairs to
// the front, which would spill accumulators.

import { own } from '../../abi/own';

/** Sums of a tile: rows of 8, 192 bytes. */
@inline
export function tileSums(): usize {
  return own();
}

/** Eight elements of a row that has fewer columns, behind the sums. */
@inline
export function edgeOf(): usize {
  return own() + 192;
}

@inline
function addPairs(sum: v128, a: v128, b: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(a, b));
}

/** aPtr: a pair of depths of rows 0, 1, 2, 3, then the next pair. */
export function wideTile(aPtr: usize, panelPtr: usize, depth: usize, biasPtr: usize): void {
  let sum0 = v128.load(biasPtr);
  let sum4 = v128.load(biasPtr, 16);
  let sum1 = sum0;
  let sum5 = sum4;
  let sum2 = sum0;
  let sum6 = sum4;
  let sum3 = sum0;
  let sum7 = sum4;
  const end = panelPtr + (depth << 4);
  while (panelPtr < end) {
    const low0 = v128.load(panelPtr, 0);
    const high0 = v128.load(panelPtr, 16);
    const a00 = v128.load32_splat(aPtr, 0);
    sum0 = addPairs(sum0, a00, low0);
    sum4 = addPairs(sum4, a00, high0);
    const a01 = v128.load32_splat(aPtr, 4);
    sum1 = addPairs(sum1, a01, low0);
    sum5 = addPairs(sum5, a01, high0);
    const a02 = v128.load32_splat(aPtr, 8);
    sum2 = addPairs(sum2, a02, low0);
    sum6 = addPairs(sum6, a02, high0);
    const a03 = v128.load32_splat(aPtr, 12);
    sum3 = addPairs(sum3, a03, low0);
    sum7 = addPairs(sum7, a03, high0);
    if (panelPtr == end - 32) break;
    const low1 = v128.load(panelPtr, 32);
    const high1 = v128.load(panelPtr, 48);
    const a10 = v128.load32_splat(aPtr, 16);
    sum0 = addPairs(sum0, a10, low1);
    sum4 = addPairs(sum4, a10, high1);
    const a11 = v128.load32_splat(aPtr, 20);
    sum1 = addPairs(sum1, a11, low1);
    sum5 = addPairs(sum5, a11, high1);
    const a12 = v128.load32_splat(aPtr, 24);
    sum2 = addPairs(sum2, a12, low1);
    sum6 = addPairs(sum6, a12, high1);
    const a13 = v128.load32_splat(aPtr, 28);
    sum3 = addPairs(sum3, a13, low1);
    sum7 = addPairs(sum7, a13, high1);
    if (panelPtr == end - 64) break;
    const low2 = v128.load(panelPtr, 64);
    const high2 = v128.load(panelPtr, 80);
    const a20 = v128.load32_splat(aPtr, 32);
    sum0 = addPairs(sum0, a20, low2);
    sum4 = addPairs(sum4, a20, high2);
    const a21 = v128.load32_splat(aPtr, 36);
    sum1 = addPairs(sum1, a21, low2);
    sum5 = addPairs(sum5, a21, high2);
    const a22 = v128.load32_splat(aPtr, 40);
    sum2 = addPairs(sum2, a22, low2);
    sum6 = addPairs(sum6, a22, high2);
    const a23 = v128.load32_splat(aPtr, 44);
    sum3 = addPairs(sum3, a23, low2);
    sum7 = addPairs(sum7, a23, high2);
    if (panelPtr == end - 96) break;
    const low3 = v128.load(panelPtr, 96);
    const high3 = v128.load(panelPtr, 112);
    const a30 = v128.load32_splat(aPtr, 48);
    sum0 = addPairs(sum0, a30, low3);
    sum4 = addPairs(sum4, a30, high3);
    const a31 = v128.load32_splat(aPtr, 52);
    sum1 = addPairs(sum1, a31, low3);
    sum5 = addPairs(sum5, a31, high3);
    const a32 = v128.load32_splat(aPtr, 56);
    sum2 = addPairs(sum2, a32, low3);
    sum6 = addPairs(sum6, a32, high3);
    const a33 = v128.load32_splat(aPtr, 60);
    sum3 = addPairs(sum3, a33, low3);
    sum7 = addPairs(sum7, a33, high3);
    aPtr += 64;
    panelPtr += 128;
  }
  v128.store(tileSums(), sum0, 0);
  v128.store(tileSums(), sum4, 16);
  v128.store(tileSums(), sum1, 32);
  v128.store(tileSums(), sum5, 48);
  v128.store(tileSums(), sum2, 64);
  v128.store(tileSums(), sum6, 80);
  v128.store(tileSums(), sum3, 96);
  v128.store(tileSums(), sum7, 112);
}

/** One row. */
export function thinTile(aPtr: usize, panelPtr: usize, depth: usize, biasPtr: usize): void {
  let low0 = v128.load(biasPtr);
  let high0 = v128.load(biasPtr, 16);
  let low1 = i32x4.splat(0);
  let high1 = low1;
  for (const end = panelPtr + (depth << 3); panelPtr < end; panelPtr += 32) {
    let a = v128.load32_splat(aPtr);
    low0 = addPairs(low0, a, v128.load8x8_s(panelPtr));
    high0 = addPairs(high0, a, v128.load8x8_s(panelPtr, 8));
    a = v128.load32_splat(aPtr, 4);
    low1 = addPairs(low1, a, v128.load8x8_s(panelPtr, 16));
    high1 = addPairs(high1, a, v128.load8x8_s(panelPtr, 24));
    aPtr += 8;
  }
  v128.store(tileSums(), i32x4.add(low0, low1));
  v128.store(tileSums(), i32x4.add(high0, high1), 16);
}
