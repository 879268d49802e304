// The inner loop of float matrix products and convolutions: a tile of 4 rows by 8 columns, 8 accumulators, over one
// packed panel of B. The rows of A are given by addresses, `taps` sets of them: a matrix has one tap, a convolution one
// a kernel position, so that nothing is copied into matrix form.
//
//   table:  row 0, 1, 2, 3 of tap 0 | row 0, 1, 2, 3 of tap 1 | ...     each the address of `depth` floats
//   panel:  tap 0: depth x 8 floats | tap 1: depth x 8 floats | ...
//
// Every sum starts at start[row, column] (0 without one) and adds its products in the order of taps and depth, one by
// one: the result depends on neither the tile nor the row's place in it.
//
// Four steps of depth are unrolled, with an exit between them. The exits serve depths that are no multiple of 4; and they
// keep V8 from moving the loads of all steps to the front, which would spill accumulators.

import { clampLanes } from './clamp';
import { loadColumns, loadUpper, storeColumns } from './columns';
import { multiplyAdd } from './strict-or-relaxed';

/** Rows of a tile. */
// @ts-ignore: decorator
@inline export const TILE_ROWS: usize = 4;

/** Columns of a tile and of a packed panel. */
// @ts-ignore: decorator
@inline export const TILE_COLUMNS: usize = 8;

/** Bytes of the row addresses of one tap. */
// @ts-ignore: decorator
@inline export const TABLE_TAP_BYTES: usize = 16;

/** One tile.
 *  @param rows - of C that exist (1-4); the rest repeat the last one, whose address their entries of the table hold
 *  @param columns - of C that exist (1-8)
 *  @param startPtr - of the tile's first element, or 0; rows are startBytes apart */
export function floatTile(
  tablePtr: usize, taps: usize, depth: usize, panelPtr: usize,
  cPtr: usize, cBytes: usize, rows: usize, columns: usize,
  startPtr: usize, startBytes: usize, low: f32, high: f32,
): void {
  const second: usize = rows > 1 ? 1 : 0;
  const third: usize = rows > 2 ? 2 : second;
  const fourth: usize = rows > 3 ? 3 : third;
  let low0 = f32x4.splat(0);
  let high0 = low0;
  let low1 = low0;
  let high1 = low0;
  let low2 = low0;
  let high2 = low0;
  let low3 = low0;
  let high3 = low0;
  if (startPtr != 0) {
    low0 = loadColumns(startPtr, columns);
    high0 = loadUpper(startPtr, columns);
    low1 = low2 = low3 = low0;
    high1 = high2 = high3 = high0;
    if (startBytes != 0) {
      low1 = loadColumns(startPtr + second * startBytes, columns);
      high1 = loadUpper(startPtr + second * startBytes, columns);
      low2 = loadColumns(startPtr + third * startBytes, columns);
      high2 = loadUpper(startPtr + third * startBytes, columns);
      low3 = loadColumns(startPtr + fourth * startBytes, columns);
      high3 = loadUpper(startPtr + fourth * startBytes, columns);
    }
  }
  for (const tableEnd = tablePtr + taps * TABLE_TAP_BYTES; tablePtr < tableEnd; tablePtr += TABLE_TAP_BYTES) {
    let a0 = <usize>load<u32>(tablePtr);
    let a1 = <usize>load<u32>(tablePtr, 4);
    let a2 = <usize>load<u32>(tablePtr, 8);
    let a3 = <usize>load<u32>(tablePtr, 12);
    const panelEnd = panelPtr + (depth << 5);
    while (panelPtr < panelEnd) {
      const bLow0 = v128.load(panelPtr);
      const bHigh0 = v128.load(panelPtr, 16);
      const x00 = v128.load32_splat(a0);
      low0 = multiplyAdd(low0, x00, bLow0);
      high0 = multiplyAdd(high0, x00, bHigh0);
      const x01 = v128.load32_splat(a1);
      low1 = multiplyAdd(low1, x01, bLow0);
      high1 = multiplyAdd(high1, x01, bHigh0);
      const x02 = v128.load32_splat(a2);
      low2 = multiplyAdd(low2, x02, bLow0);
      high2 = multiplyAdd(high2, x02, bHigh0);
      const x03 = v128.load32_splat(a3);
      low3 = multiplyAdd(low3, x03, bLow0);
      high3 = multiplyAdd(high3, x03, bHigh0);
      if (panelPtr == panelEnd - 32) break;
      const bLow1 = v128.load(panelPtr, 32);
      const bHigh1 = v128.load(panelPtr, 48);
      const x10 = v128.load32_splat(a0, 4);
      low0 = multiplyAdd(low0, x10, bLow1);
      high0 = multiplyAdd(high0, x10, bHigh1);
      const x11 = v128.load32_splat(a1, 4);
      low1 = multiplyAdd(low1, x11, bLow1);
      high1 = multiplyAdd(high1, x11, bHigh1);
      const x12 = v128.load32_splat(a2, 4);
      low2 = multiplyAdd(low2, x12, bLow1);
      high2 = multiplyAdd(high2, x12, bHigh1);
      const x13 = v128.load32_splat(a3, 4);
      low3 = multiplyAdd(low3, x13, bLow1);
      high3 = multiplyAdd(high3, x13, bHigh1);
      if (panelPtr == panelEnd - 64) break;
      const bLow2 = v128.load(panelPtr, 64);
      const bHigh2 = v128.load(panelPtr, 80);
      const x20 = v128.load32_splat(a0, 8);
      low0 = multiplyAdd(low0, x20, bLow2);
      high0 = multiplyAdd(high0, x20, bHigh2);
      const x21 = v128.load32_splat(a1, 8);
      low1 = multiplyAdd(low1, x21, bLow2);
      high1 = multiplyAdd(high1, x21, bHigh2);
      const x22 = v128.load32_splat(a2, 8);
      low2 = multiplyAdd(low2, x22, bLow2);
      high2 = multiplyAdd(high2, x22, bHigh2);
      const x23 = v128.load32_splat(a3, 8);
      low3 = multiplyAdd(low3, x23, bLow2);
      high3 = multiplyAdd(high3, x23, bHigh2);
      if (panelPtr == panelEnd - 96) break;
      const bLow3 = v128.load(panelPtr, 96);
      const bHigh3 = v128.load(panelPtr, 112);
      const x30 = v128.load32_splat(a0, 12);
      low0 = multiplyAdd(low0, x30, bLow3);
      high0 = multiplyAdd(high0, x30, bHigh3);
      const x31 = v128.load32_splat(a1, 12);
      low1 = multiplyAdd(low1, x31, bLow3);
      high1 = multiplyAdd(high1, x31, bHigh3);
      const x32 = v128.load32_splat(a2, 12);
      low2 = multiplyAdd(low2, x32, bLow3);
      high2 = multiplyAdd(high2, x32, bHigh3);
      const x33 = v128.load32_splat(a3, 12);
      low3 = multiplyAdd(low3, x33, bLow3);
      high3 = multiplyAdd(high3, x33, bHigh3);
      a0 += 16;
      a1 += 16;
      a2 += 16;
      a3 += 16;
      panelPtr += 128;
    }
    panelPtr = panelEnd;
  }
  const lowest = f32x4.splat(low);
  const highest = f32x4.splat(high);
  low0 = clampLanes(low0, lowest, highest);
  high0 = clampLanes(high0, lowest, highest);
  low1 = clampLanes(low1, lowest, highest);
  high1 = clampLanes(high1, lowest, highest);
  low2 = clampLanes(low2, lowest, highest);
  high2 = clampLanes(high2, lowest, highest);
  low3 = clampLanes(low3, lowest, highest);
  high3 = clampLanes(high3, lowest, highest);
  if (columns == TILE_COLUMNS) {
    v128.store(cPtr, low0);
    v128.store(cPtr, high0, 16);
    v128.store(cPtr + second * cBytes, low1);
    v128.store(cPtr + second * cBytes, high1, 16);
    v128.store(cPtr + third * cBytes, low2);
    v128.store(cPtr + third * cBytes, high2, 16);
    v128.store(cPtr + fourth * cBytes, low3);
    v128.store(cPtr + fourth * cBytes, high3, 16);
    return;
  }
  storeColumns(cPtr, low0, high0, columns);
  storeColumns(cPtr + second * cBytes, low1, high1, columns);
  storeColumns(cPtr + third * cBytes, low2, high2, columns);
  storeColumns(cPtr + fourth * cBytes, low3, high3, columns);
}
