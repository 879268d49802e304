// Packing a float32 matrix B [k, n] into panels of 8 columns, which the float tiles read front to back:
//
//   panel 0: columns 0-7             panel 1: columns 8-15      ...      the last one filled up with zeros
//   | row 0: 8 floats | row 1 | ...  | row 0: 8 floats | ...
//
// B is given by its two strides, so that transposed matrices and weights of convolutions need no copy in between.

import { loadColumns, loadUpper } from './columns';
import { TILE_COLUMNS } from './float-tile';

/** Bytes of one panel of depth k. */
// @ts-ignore: decorator
@inline
export function panelBytes(k: usize): usize {
  return k << 5;
}

/** Bytes of packed B [k, n]. */
// @ts-ignore: decorator
@inline
export function packedBytes(n: usize, k: usize): usize {
  return ((n + TILE_COLUMNS - 1) / TILE_COLUMNS) * panelBytes(k);
}

/** Packs one panel: `columns` (1-8) columns of B from bPtr on. Strides count elements.
 *  @returns the address after it */
export function packPanel(
  bPtr: usize, rowStride: usize, columnStride: usize, k: usize, columns: usize, panelPtr: usize,
): usize {
  if (columnStride == 1) return packRows(bPtr, rowStride << 2, k, columns, panelPtr);
  const rowBytes = rowStride << 2;
  const columnBytes = columnStride << 2;
  for (let column: usize = 0; column < TILE_COLUMNS; column++) {
    packColumn(bPtr + column * columnBytes, rowBytes, k, column < columns, panelPtr + (column << 2));
  }
  return panelPtr + panelBytes(k);
}

function packRows(bPtr: usize, rowBytes: usize, k: usize, columns: usize, panelPtr: usize): usize {
  for (const end = panelPtr + panelBytes(k); panelPtr < end; panelPtr += 32) {
    v128.store(panelPtr, loadColumns(bPtr, columns));
    v128.store(panelPtr, loadUpper(bPtr, columns), 16);
    bPtr += rowBytes;
  }
  return panelPtr;
}

function packColumn(bPtr: usize, rowBytes: usize, k: usize, exists: bool, panelPtr: usize): void {
  for (const end = panelPtr + panelBytes(k); panelPtr < end; panelPtr += 32) {
    store<u32>(panelPtr, exists ? load<u32>(bPtr) : 0);
    bPtr += rowBytes;
  }
}
