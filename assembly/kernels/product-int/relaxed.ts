// The tiles that need relaxed SIMD (see tiles.ts). What the machine makes of their dots is for the probe to find out
// (ts-host/wasm): where they are not exact, no weights are packed in these forms.

import { constantsOf, ProductArgs } from '../../abi/product-args';
import { endsAsCodes, finishTile, storeRows, storeTwo } from './finish';
import { tileSums } from './tiles';

export const DOT_ROWS: usize = 6;
export const PAIRS_ROWS: usize = 4;

/** s16 ones. */
const ONES: usize = memory.data<i16>([1, 1, 1, 1, 1, 1, 1, 1]);

@inline
function addDot(sum: v128, a: v128, b: v128): v128 {
  return i32x4.relaxed_dot_i8x16_i7x16_add_s(b, a, sum);
}

/** A tile of DOT, finished. */
export function dotTile(
  args: ProductArgs, aPtr: usize, pitch: usize, rows: usize, panelPtr: usize, depth: usize, biasPtr: usize,
  columns: usize, outPtr: usize, stride: usize, multipliersPtr: usize, addendPtr: usize,
): void {
  let a1 = aPtr + (rows > 1 ? pitch : 0);
  let a2 = a1 + (rows > 2 ? pitch : 0);
  let a3 = a2 + (rows > 3 ? pitch : 0);
  let a4 = a3 + (rows > 4 ? pitch : 0);
  let a5 = a4 + (rows > 5 ? pitch : 0);
  let low0 = v128.load(biasPtr);
  let high0 = v128.load(biasPtr, 16);
  let low1 = low0;
  let high1 = high0;
  let low2 = low0;
  let high2 = high0;
  let low3 = low0;
  let high3 = high0;
  let low4 = low0;
  let high4 = high0;
  let low5 = low0;
  let high5 = high0;
  for (const end = panelPtr + (depth << 3); panelPtr < end; panelPtr += 32) {
    const columnsLow = v128.load(panelPtr);
    const columnsHigh = v128.load(panelPtr, 16);
    let a = v128.load32_splat(aPtr);
    low0 = addDot(low0, a, columnsLow);
    high0 = addDot(high0, a, columnsHigh);
    a = v128.load32_splat(a1);
    low1 = addDot(low1, a, columnsLow);
    high1 = addDot(high1, a, columnsHigh);
    a = v128.load32_splat(a2);
    low2 = addDot(low2, a, columnsLow);
    high2 = addDot(high2, a, columnsHigh);
    a = v128.load32_splat(a3);
    low3 = addDot(low3, a, columnsLow);
    high3 = addDot(high3, a, columnsHigh);
    a = v128.load32_splat(a4);
    low4 = addDot(low4, a, columnsLow);
    high4 = addDot(high4, a, columnsHigh);
    a = v128.load32_splat(a5);
    low5 = addDot(low5, a, columnsLow);
    high5 = addDot(high5, a, columnsHigh);
    aPtr += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
    a4 += 4;
    a5 += 4;
  }
  if (rows == DOT_ROWS && endsAsCodes(args, columns)) {
    const constants = constantsOf(args);
    storeRows(low0, high0, low1, high1, low2, high2, low3, high3, outPtr, stride, multipliersPtr, constants);
    storeTwo(low4, high4, low5, high5, outPtr + (stride << 2), stride, multipliersPtr, constants);
    return;
  }
  v128.store(tileSums(), low0);
  v128.store(tileSums(), high0, 16);
  v128.store(tileSums(), low1, 32);
  v128.store(tileSums(), high1, 48);
  v128.store(tileSums(), low2, 64);
  v128.store(tileSums(), high2, 80);
  v128.store(tileSums(), low3, 96);
  v128.store(tileSums(), high3, 112);
  v128.store(tileSums(), low4, 128);
  v128.store(tileSums(), high4, 144);
  v128.store(tileSums(), low5, 160);
  v128.store(tileSums(), high5, 176);
  finishTile(args, rows, columns, outPtr, stride, multipliersPtr, addendPtr);
}

/** One row of DOT. */
export function dotRow(aPtr: usize, panelPtr: usize, depth: usize, biasPtr: usize): void {
  let low = v128.load(biasPtr);
  let high = v128.load(biasPtr, 16);
  for (const end = panelPtr + (depth << 3); panelPtr < end; panelPtr += 32) {
    const a = v128.load32_splat(aPtr);
    low = addDot(low, a, v128.load(panelPtr));
    high = addDot(high, a, v128.load(panelPtr, 16));
    aPtr += 4;
  }
  v128.store(tileSums(), low);
  v128.store(tileSums(), high, 16);
}

@inline
function addQuads(sum: v128, a: v128, b: v128, ones: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(i16x8.relaxed_dot_i8x16_i7x16_s(b, a), ones));
}

/** A tile of PAIRS, finished. */
export function pairsTile(
  args: ProductArgs, aPtr: usize, pitch: usize, rows: usize, panelPtr: usize, depth: usize, biasPtr: usize,
  columns: usize, outPtr: usize, stride: usize, multipliersPtr: usize, addendPtr: usize,
): void {
  let a1 = aPtr + (rows > 1 ? pitch : 0);
  let a2 = a1 + (rows > 2 ? pitch : 0);
  let a3 = a2 + (rows > 3 ? pitch : 0);
  const ones = v128.load(ONES);
  let low0 = v128.load(biasPtr);
  let high0 = v128.load(biasPtr, 16);
  let low1 = low0;
  let high1 = high0;
  let low2 = low0;
  let high2 = high0;
  let low3 = low0;
  let high3 = high0;
  for (const end = panelPtr + (depth << 3); panelPtr < end; panelPtr += 32) {
    const columnsLow = v128.load(panelPtr);
    const columnsHigh = v128.load(panelPtr, 16);
    let a = v128.load32_splat(aPtr);
    low0 = addQuads(low0, a, columnsLow, ones);
    high0 = addQuads(high0, a, columnsHigh, ones);
    a = v128.load32_splat(a1);
    low1 = addQuads(low1, a, columnsLow, ones);
    high1 = addQuads(high1, a, columnsHigh, ones);
    a = v128.load32_splat(a2);
    low2 = addQuads(low2, a, columnsLow, ones);
    high2 = addQuads(high2, a, columnsHigh, ones);
    a = v128.load32_splat(a3);
    low3 = addQuads(low3, a, columnsLow, ones);
    high3 = addQuads(high3, a, columnsHigh, ones);
    aPtr += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
  }
  if (rows == PAIRS_ROWS && endsAsCodes(args, columns)) {
    storeRows(low0, high0, low1, high1, low2, high2, low3, high3, outPtr, stride, multipliersPtr, constantsOf(args));
    return;
  }
  v128.store(tileSums(), low0);
  v128.store(tileSums(), high0, 16);
  v128.store(tileSums(), low1, 32);
  v128.store(tileSums(), high1, 48);
  v128.store(tileSums(), low2, 64);
  v128.store(tileSums(), high2, 80);
  v128.store(tileSums(), low3, 96);
  v128.store(tileSums(), high3, 112);
  finishTile(args, rows, columns, outPtr, stride, multipliersPtr, addendPtr);
}
