// The float32 matrix product C = clamp(start + A · B): B packed in panels of 8 columns, A read where it lies, tiles of 4
// rows by 8 columns (num/float-tile.ts). Every sum takes its products in the order of k, whatever m, n and the blocks.
//
//   for each block of panels that stays in the second cache
//     for each 4 rows of A, which stay in the first
//       for each panel of the block: one tile

import { own } from '../../abi/own';
import { packedBytes, packPanel, panelBytes } from '../../num/float-panel';
import { floatRow } from '../../num/float-row';
import { floatTile, TILE_COLUMNS, TILE_ROWS } from '../../num/float-tile';

/** Bytes of packed B walked for every tile of rows before the next ones. */
const BLOCK_BYTES: usize = 262144;

/** Rows at the end that are done one by one: a tile of 4 costs as much as about 3 single rows. */
const SINGLE_ROWS: usize = 2;

/** Bytes of packed B [k, n]. */
export function gemm_f32_packed_bytes(n: usize, k: usize): usize {
  return packedBytes(n, k);
}

/** Packs columns [first, end) of B [k, n]: element [row, column] lies at b[row · rowStride + column · columnStride].
 *  first is a multiple of 64; so is end, or n. */
export function gemm_f32_pack(
  bPtr: usize, rowStride: usize, columnStride: usize, packedPtr: usize, n: usize, k: usize, first: usize, end: usize,
): void {
  packedPtr += (first / TILE_COLUMNS) * panelBytes(k);
  for (let column = first; column < end; column += TILE_COLUMNS) {
    const columns = min(TILE_COLUMNS, n - column);
    packedPtr = packPanel(bPtr + ((column * columnStride) << 2), rowStride, columnStride, k, columns, packedPtr);
  }
}

/** C[row, column] = clamp(start[row, column] + sum over k of A[row, k] · B[k, column], low, high), for columns
 *  [first, end) as in gemm_f32_pack. A [m, k] and C [m, n] have rows of lda and ldc floats, B is packed. start: rows of
 *  ldStart floats (0: one row for all), or address 0 for zeros; it may be C itself, not overlap it otherwise. */
export function gemm_f32(
  aPtr: usize, lda: usize, packedPtr: usize, cPtr: usize, ldc: usize, m: usize, n: usize, k: usize,
  startPtr: usize, ldStart: usize, low: f32, high: f32, first: usize, end: usize,
): void {
  const blockColumns = max(BLOCK_BYTES / max(panelBytes(k), 1), 1) * TILE_COLUMNS;
  for (let column = first; column < end; column += blockColumns) {
    const columns = min(blockColumns, end - column);
    const start = startPtr == 0 ? 0 : startPtr + (column << 2);
    const packed = packedPtr + (column / TILE_COLUMNS) * panelBytes(k);
    block(aPtr, lda << 2, packed, cPtr + (column << 2), ldc << 2, m, columns, k, start, ldStart << 2, low, high);
  }
}

/** All rows by the columns of one block. Here and below the strides count bytes. */
function block(
  aPtr: usize, aBytes: usize, packedPtr: usize, cPtr: usize, cBytes: usize, m: usize, columns: usize, k: usize,
  startPtr: usize, startBytes: usize, low: f32, high: f32,
): void {
  while (m > SINGLE_ROWS) {
    const rows = min(m, TILE_ROWS);
    fillTable(own(), aPtr, aBytes, rows);
    tiles(packedPtr, cPtr, cBytes, rows, columns, k, startPtr, startBytes, low, high);
    aPtr += rows * aBytes;
    cPtr += rows * cBytes;
    if (startPtr != 0) startPtr += rows * startBytes;
    m -= rows;
  }
  for (; m > 0; m--) {
    floatRow(aPtr, k, packedPtr, cPtr, columns, startPtr, low, high);
    aPtr += aBytes;
    cPtr += cBytes;
    if (startPtr != 0) startPtr += startBytes;
  }
}

/** Addresses of the rows of a tile. */
function fillTable(table: usize, aPtr: usize, aBytes: usize, rows: usize): void {
  for (let row: usize = 0; row < TILE_ROWS; row++) store<u32>(table + (row << 2), aPtr + min(row, rows - 1) * aBytes);
}

/** One tile of rows, panel by panel. */
function tiles(
  packedPtr: usize, cPtr: usize, cBytes: usize, rows: usize, columns: usize, k: usize,
  startPtr: usize, startBytes: usize, low: f32, high: f32,
): void {
  const table = own();
  for (let column: usize = 0; column < columns; column += TILE_COLUMNS) {
    const here = min(TILE_COLUMNS, columns - column);
    const start = startPtr == 0 ? 0 : startPtr + (column << 2);
    floatTile(table, 1, k, packedPtr, cPtr + (column << 2), cBytes, rows, here, start, startBytes, low, high);
    packedPtr += panelBytes(k);
  }
}
