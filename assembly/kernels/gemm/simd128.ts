// The 8-bit matrix product with strict SIMD: both operands widened to 16 bits, i32x4.dot_i16x8_s sums pairs of depths.
// A tile is 4 rows of A by one panel: 8 accumulators, 4 registers of B, 2 of A, so nothing spills.
//
//   group of B: | (k0 k1) of columns 0-3 | (k0 k1) of 4-7 | (k2 k3) of 0-3 | (k2 k3) of 4-7 |     8 bytes each
//
// Exact: |a · b| <= 255 · 128, a pair sums below 2^16, and the host keeps k <= 65793, so 32 bits hold every sum.

import { BLOCK_PANELS, GROUP_BYTES, PANEL_COLUMNS, paddedCode, panelBytes, storeRow, tailWord } from './panel';

const TILE_ROWS: usize = 4;

/** Packs B [k, n], row-major s8, into gemm_packed_bytes(n, k) bytes. */
export function gemm_pack_s8(bPtr: usize, packedPtr: usize, n: usize, k: usize): void {
  for (let column: usize = 0; column < n; column += PANEL_COLUMNS) {
    for (let row: usize = 0; row < k; row += 4) {
      for (let i: usize = 0; i < GROUP_BYTES; i++) {
        const depth = row + ((i >> 4) << 1) + (i & 1);
        store<i8>(packedPtr + i, paddedCode(bPtr, depth, column + ((i >> 1) & 7), n, k));
      }
      packedPtr += GROUP_BYTES;
    }
  }
}

/** C[row, column] = sum over k of A[row, k] · B[k, column].
 *  A [m, k] u8 and C [m, n] i32 row-major, B as gemm_pack_s8 of this module packed it. Any alignment; no overlap. */
export function gemm_u8_s8_i32(aPtr: usize, packedPtr: usize, cPtr: usize, m: usize, n: usize, k: usize): void {
  const blockColumns = BLOCK_PANELS * PANEL_COLUMNS;
  for (let block: usize = 0; block < n; block += blockColumns) {
    const blockEnd = min(block + blockColumns, n);
    if (m < TILE_ROWS) {
      for (let row: usize = 0; row < m; row++) walkRow(aPtr, packedPtr, cPtr, row, n, k, block, blockEnd);
      continue;
    }
    for (let row: usize = 0; row < m; row += TILE_ROWS) {
      // The last tile overlaps the one before: its rows are computed again, to the same values.
      walkTile(aPtr, packedPtr, cPtr, min(row, m - TILE_ROWS), n, k, block, blockEnd);
    }
  }
}

// @ts-ignore: decorator
@inline
function walkTile(aPtr: usize, packedPtr: usize, cPtr: usize, row: usize, n: usize, k: usize, start: usize, end: usize): void {
  let panelPtr = packedPtr + (start / PANEL_COLUMNS) * panelBytes(k);
  for (let column = start; column < end; column += PANEL_COLUMNS) {
    tile(aPtr + row * k, panelPtr, cPtr + ((row * n + column) << 2), n, k, min(PANEL_COLUMNS, n - column));
    panelPtr += panelBytes(k);
  }
}

// @ts-ignore: decorator
@inline
function walkRow(aPtr: usize, packedPtr: usize, cPtr: usize, row: usize, n: usize, k: usize, start: usize, end: usize): void {
  let panelPtr = packedPtr + (start / PANEL_COLUMNS) * panelBytes(k);
  for (let column = start; column < end; column += PANEL_COLUMNS) {
    singleRow(aPtr + row * k, panelPtr, cPtr + ((row * n + column) << 2), k, min(PANEL_COLUMNS, n - column));
    panelPtr += panelBytes(k);
  }
}

/** Four bytes of A, widened: (a0 a1 a2 a3 a0 a1 a2 a3). */
// @ts-ignore: decorator
@inline
function widen(word: v128): v128 {
  return i16x8.extend_low_i8x16_u(word);
}

/** accumulator += a0 · k0 + a1 · k1 for four columns. */
// @ts-ignore: decorator
@inline
function addFirstPair(accumulator: v128, a: v128, b: v128): v128 {
  return i32x4.add(accumulator, i32x4.dot_i16x8_s(v128.shuffle<i32>(a, a, 0, 0, 0, 0), b));
}

/** accumulator += a2 · k2 + a3 · k3 for four columns. */
// @ts-ignore: decorator
@inline
function addSecondPair(accumulator: v128, a: v128, b: v128): v128 {
  return i32x4.add(accumulator, i32x4.dot_i16x8_s(v128.shuffle<i32>(a, a, 1, 1, 1, 1), b));
}

/** 4 rows by 8 columns. C has n columns, of which this panel holds `columns`. */
function tile(aPtr: usize, bPtr: usize, cPtr: usize, n: usize, k: usize, columns: usize): void {
  const strideBytes = n << 2;
  let low0 = i32x4.splat(0);
  let high0 = i32x4.splat(0);
  let low1 = i32x4.splat(0);
  let high1 = i32x4.splat(0);
  let low2 = i32x4.splat(0);
  let high2 = i32x4.splat(0);
  let low3 = i32x4.splat(0);
  let high3 = i32x4.splat(0);
  const aEnd = aPtr + (k & ~3);
  for (; aPtr < aEnd; aPtr += 4) {
    const firstLow = v128.load8x8_s(bPtr);
    const firstHigh = v128.load8x8_s(bPtr, 8);
    const secondLow = v128.load8x8_s(bPtr, 16);
    const secondHigh = v128.load8x8_s(bPtr, 24);
    let a = widen(v128.load32_splat(aPtr));
    low0 = addSecondPair(addFirstPair(low0, a, firstLow), a, secondLow);
    high0 = addSecondPair(addFirstPair(high0, a, firstHigh), a, secondHigh);
    a = widen(v128.load32_splat(aPtr + k));
    low1 = addSecondPair(addFirstPair(low1, a, firstLow), a, secondLow);
    high1 = addSecondPair(addFirstPair(high1, a, firstHigh), a, secondHigh);
    a = widen(v128.load32_splat(aPtr + 2 * k));
    low2 = addSecondPair(addFirstPair(low2, a, firstLow), a, secondLow);
    high2 = addSecondPair(addFirstPair(high2, a, firstHigh), a, secondHigh);
    a = widen(v128.load32_splat(aPtr + 3 * k));
    low3 = addSecondPair(addFirstPair(low3, a, firstLow), a, secondLow);
    high3 = addSecondPair(addFirstPair(high3, a, firstHigh), a, secondHigh);
    bPtr += GROUP_BYTES;
  }
  const tail = k & 3;
  if (tail > 0) {
    const firstLow = v128.load8x8_s(bPtr);
    const firstHigh = v128.load8x8_s(bPtr, 8);
    const secondLow = v128.load8x8_s(bPtr, 16);
    const secondHigh = v128.load8x8_s(bPtr, 24);
    let a = widen(i32x4.splat(tailWord(aPtr, tail)));
    low0 = addSecondPair(addFirstPair(low0, a, firstLow), a, secondLow);
    high0 = addSecondPair(addFirstPair(high0, a, firstHigh), a, secondHigh);
    a = widen(i32x4.splat(tailWord(aPtr + k, tail)));
    low1 = addSecondPair(addFirstPair(low1, a, firstLow), a, secondLow);
    high1 = addSecondPair(addFirstPair(high1, a, firstHigh), a, secondHigh);
    a = widen(i32x4.splat(tailWord(aPtr + 2 * k, tail)));
    low2 = addSecondPair(addFirstPair(low2, a, firstLow), a, secondLow);
    high2 = addSecondPair(addFirstPair(high2, a, firstHigh), a, secondHigh);
    a = widen(i32x4.splat(tailWord(aPtr + 3 * k, tail)));
    low3 = addSecondPair(addFirstPair(low3, a, firstLow), a, secondLow);
    high3 = addSecondPair(addFirstPair(high3, a, firstHigh), a, secondHigh);
  }
  storeRow(cPtr, low0, high0, columns);
  storeRow(cPtr + strideBytes, low1, high1, columns);
  storeRow(cPtr + 2 * strideBytes, low2, high2, columns);
  storeRow(cPtr + 3 * strideBytes, low3, high3, columns);
}

/** One row by 8 columns, where A has fewer rows than a tile. */
function singleRow(aPtr: usize, bPtr: usize, cPtr: usize, k: usize, columns: usize): void {
  let low0 = i32x4.splat(0);
  let high0 = i32x4.splat(0);
  const aEnd = aPtr + (k & ~3);
  for (; aPtr < aEnd; aPtr += 4) {
    const firstLow = v128.load8x8_s(bPtr);
    const firstHigh = v128.load8x8_s(bPtr, 8);
    const secondLow = v128.load8x8_s(bPtr, 16);
    const secondHigh = v128.load8x8_s(bPtr, 24);
    const a = widen(v128.load32_splat(aPtr));
    low0 = addSecondPair(addFirstPair(low0, a, firstLow), a, secondLow);
    high0 = addSecondPair(addFirstPair(high0, a, firstHigh), a, secondHigh);
    bPtr += GROUP_BYTES;
  }
  const tail = k & 3;
  if (tail > 0) {
    const firstLow = v128.load8x8_s(bPtr);
    const firstHigh = v128.load8x8_s(bPtr, 8);
    const secondLow = v128.load8x8_s(bPtr, 16);
    const secondHigh = v128.load8x8_s(bPtr, 24);
    const a = widen(i32x4.splat(tailWord(aPtr, tail)));
    low0 = addSecondPair(addFirstPair(low0, a, firstLow), a, secondLow);
    high0 = addSecondPair(addFirstPair(high0, a, firstHigh), a, secondHigh);
  }
  storeRow(cPtr, low0, high0, columns);
}
