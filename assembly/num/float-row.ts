// One row times packed panels: bound by reading B, so three panels are walked side by side, 6 chains of sums at once:
// fewer wait for additions, with more V8 spills.
// The sums are those of the tile (float-tile.ts), in the same order.

import { clampLanes } from './clamp';
import { loadColumns, loadUpper, storeColumns } from './columns';
import { TILE_COLUMNS } from './float-tile';
import { multiplyAdd } from './strict-or-relaxed';

/** Columns of three panels. */
// @ts-ignore: decorator
@inline const WIDE_COLUMNS: usize = 3 * TILE_COLUMNS;

/** c[column] = clamp(start[column] + sum over k of a[k] · B[k, column]) for `columns` columns from panelPtr on. */
export function floatRow(
  aPtr: usize, k: usize, panelPtr: usize, cPtr: usize, columns: usize, startPtr: usize, low: f32, high: f32,
): void {
  const panel = k << 5;
  while (columns >= WIDE_COLUMNS) {
    threePanels(aPtr, k, panelPtr, cPtr, startPtr, low, high);
    panelPtr += 3 * panel;
    cPtr += 96;
    if (startPtr != 0) startPtr += 96;
    columns -= WIDE_COLUMNS;
  }
  while (columns > 0) {
    const here = min(columns, TILE_COLUMNS);
    onePanel(aPtr, k, panelPtr, cPtr, here, startPtr, low, high);
    panelPtr += panel;
    cPtr += 32;
    if (startPtr != 0) startPtr += 32;
    columns -= here;
  }
}

function threePanels(aPtr: usize, k: usize, panelPtr: usize, cPtr: usize, startPtr: usize, low: f32, high: f32): void {
  const panel = k << 5;
  let panel1 = panelPtr + panel;
  let panel2 = panel1 + panel;
  let c0 = f32x4.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  let c4 = c0;
  let c5 = c0;
  if (startPtr != 0) {
    c0 = v128.load(startPtr);
    c1 = v128.load(startPtr, 16);
    c2 = v128.load(startPtr, 32);
    c3 = v128.load(startPtr, 48);
    c4 = v128.load(startPtr, 64);
    c5 = v128.load(startPtr, 80);
  }
  for (const end = panelPtr + panel; panelPtr < end; panelPtr += 32) {
    const a = v128.load32_splat(aPtr);
    c0 = multiplyAdd(c0, a, v128.load(panelPtr));
    c1 = multiplyAdd(c1, a, v128.load(panelPtr, 16));
    c2 = multiplyAdd(c2, a, v128.load(panel1));
    c3 = multiplyAdd(c3, a, v128.load(panel1, 16));
    c4 = multiplyAdd(c4, a, v128.load(panel2));
    c5 = multiplyAdd(c5, a, v128.load(panel2, 16));
    aPtr += 4;
    panel1 += 32;
    panel2 += 32;
  }
  const lowest = f32x4.splat(low);
  const highest = f32x4.splat(high);
  v128.store(cPtr, clampLanes(c0, lowest, highest));
  v128.store(cPtr, clampLanes(c1, lowest, highest), 16);
  v128.store(cPtr, clampLanes(c2, lowest, highest), 32);
  v128.store(cPtr, clampLanes(c3, lowest, highest), 48);
  v128.store(cPtr, clampLanes(c4, lowest, highest), 64);
  v128.store(cPtr, clampLanes(c5, lowest, highest), 80);
}

function onePanel(
  aPtr: usize, k: usize, panelPtr: usize, cPtr: usize, columns: usize, startPtr: usize, low: f32, high: f32,
): void {
  let c0 = f32x4.splat(0);
  let c1 = c0;
  if (startPtr != 0) {
    c0 = loadColumns(startPtr, columns);
    c1 = loadUpper(startPtr, columns);
  }
  for (const end = panelPtr + (k << 5); panelPtr < end; panelPtr += 32) {
    const a = v128.load32_splat(aPtr);
    c0 = multiplyAdd(c0, a, v128.load(panelPtr));
    c1 = multiplyAdd(c1, a, v128.load(panelPtr, 16));
    aPtr += 4;
  }
  const lowest = f32x4.splat(low);
  const highest = f32x4.splat(high);
  storeColumns(cPtr, clampLanes(c0, lowest, highest), clampLanes(c1, lowest, highest), columns);
}
