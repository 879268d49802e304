// The 8-bit matrix product with the relaxed dot: one instruction sums four products of 8 bits into 32.
// A tile is 6 rows of A by one panel: 12 accumulators, 2 registers of B, 1 of A. Unrolling over K would spill.
//
//   group of B: | k0 k1 k2 k3 of column 0 | of column 1 | ... | of column 7 |     4 bytes each
//
// What the dot does with a second operand above 127 is left to the machine: vpdpbusd takes it as u8 and sums in 32
// bits, exact for every u8 · s8; pmaddubsw takes it as u8 too but saturates sums of pairs at 16 bits; ARM's sdot takes
// it as s8. A is the second operand, so this module is exact where the first holds, and only there the probe chooses it.

import { BLOCK_PANELS, GROUP_BYTES, PANEL_COLUMNS, paddedCode, panelBytes, storeRow, tailWord } from './panel';

const TILE_ROWS: usize = 6;

/** Packs B [k, n], row-major s8, into gemm_packed_bytes(n, k) bytes. */
export function gemm_pack_s8(bPtr: usize, packedPtr: usize, n: usize, k: usize): void {
  for (let column: usize = 0; column < n; column += PANEL_COLUMNS) {
    for (let row: usize = 0; row < k; row += 4) {
      for (let i: usize = 0; i < GROUP_BYTES; i++) {
        store<i8>(packedPtr + i, paddedCode(bPtr, row + (i & 3), column + (i >> 2), n, k));
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

/** accumulator += a0 · k0 + a1 · k1 + a2 · k2 + a3 · k3 for four columns. */
// @ts-ignore: decorator
@inline
function addGroup(accumulator: v128, a: v128, b: v128): v128 {
  return i32x4.relaxed_dot_i8x16_i7x16_add_s(b, a, accumulator);
}

/** 6 rows by 8 columns. C has n columns, of which this panel holds `columns`. */
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
  let low4 = i32x4.splat(0);
  let high4 = i32x4.splat(0);
  let low5 = i32x4.splat(0);
  let high5 = i32x4.splat(0);
  const aEnd = aPtr + (k & ~3);
  for (; aPtr < aEnd; aPtr += 4) {
    const columnsLow = v128.load(bPtr);
    const columnsHigh = v128.load(bPtr, 16);
    let a = v128.load32_splat(aPtr);
    low0 = addGroup(low0, a, columnsLow);
    high0 = addGroup(high0, a, columnsHigh);
    a = v128.load32_splat(aPtr + k);
    low1 = addGroup(low1, a, columnsLow);
    high1 = addGroup(high1, a, columnsHigh);
    a = v128.load32_splat(aPtr + 2 * k);
    low2 = addGroup(low2, a, columnsLow);
    high2 = addGroup(high2, a, columnsHigh);
    a = v128.load32_splat(aPtr + 3 * k);
    low3 = addGroup(low3, a, columnsLow);
    high3 = addGroup(high3, a, columnsHigh);
    a = v128.load32_splat(aPtr + 4 * k);
    low4 = addGroup(low4, a, columnsLow);
    high4 = addGroup(high4, a, columnsHigh);
    a = v128.load32_splat(aPtr + 5 * k);
    low5 = addGroup(low5, a, columnsLow);
    high5 = addGroup(high5, a, columnsHigh);
    bPtr += GROUP_BYTES;
  }
  const tail = k & 3;
  if (tail > 0) {
    const columnsLow = v128.load(bPtr);
    const columnsHigh = v128.load(bPtr, 16);
    let a = i32x4.splat(tailWord(aPtr, tail));
    low0 = addGroup(low0, a, columnsLow);
    high0 = addGroup(high0, a, columnsHigh);
    a = i32x4.splat(tailWord(aPtr + k, tail));
    low1 = addGroup(low1, a, columnsLow);
    high1 = addGroup(high1, a, columnsHigh);
    a = i32x4.splat(tailWord(aPtr + 2 * k, tail));
    low2 = addGroup(low2, a, columnsLow);
    high2 = addGroup(high2, a, columnsHigh);
    a = i32x4.splat(tailWord(aPtr + 3 * k, tail));
    low3 = addGroup(low3, a, columnsLow);
    high3 = addGroup(high3, a, columnsHigh);
    a = i32x4.splat(tailWord(aPtr + 4 * k, tail));
    low4 = addGroup(low4, a, columnsLow);
    high4 = addGroup(high4, a, columnsHigh);
    a = i32x4.splat(tailWord(aPtr + 5 * k, tail));
    low5 = addGroup(low5, a, columnsLow);
    high5 = addGroup(high5, a, columnsHigh);
  }
  storeRow(cPtr, low0, high0, columns);
  storeRow(cPtr + strideBytes, low1, high1, columns);
  storeRow(cPtr + 2 * strideBytes, low2, high2, columns);
  storeRow(cPtr + 3 * strideBytes, low3, high3, columns);
  storeRow(cPtr + 4 * strideBytes, low4, high4, columns);
  storeRow(cPtr + 5 * strideBytes, low5, high5, columns);
}

/** One row by 8 columns, where A has fewer rows than a tile. */
function singleRow(aPtr: usize, bPtr: usize, cPtr: usize, k: usize, columns: usize): void {
  let low0 = i32x4.splat(0);
  let high0 = i32x4.splat(0);
  const aEnd = aPtr + (k & ~3);
  for (; aPtr < aEnd; aPtr += 4) {
    const columnsLow = v128.load(bPtr);
    const columnsHigh = v128.load(bPtr, 16);
    const a = v128.load32_splat(aPtr);
    low0 = addGroup(low0, a, columnsLow);
    high0 = addGroup(high0, a, columnsHigh);
    bPtr += GROUP_BYTES;
  }
  const tail = k & 3;
  if (tail > 0) {
    const columnsLow = v128.load(bPtr);
    const columnsHigh = v128.load(bPtr, 16);
    const a = i32x4.splat(tailWord(aPtr, tail));
    low0 = addGroup(low0, a, columnsLow);
    high0 = addGroup(high0, a, columnsHigh);
  }
  storeRow(cPtr, low0, high0, columns);
}
