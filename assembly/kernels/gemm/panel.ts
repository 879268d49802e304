// What the variants of the 8-bit matrix product share: the size of packed B, words of A, rows of C.
//
// B [K, N] is packed in panels of 8 columns, K in groups of 4, both padded with zeros:
//
//   panel 0: columns 0-7       panel 1: columns 8-15      ...
//   | k 0-3 | k 4-7 | ...      | k 0-3 | k 4-7 | ...          32 bytes a group
//
// The order inside a group is each variant's own, so packed bytes go only to the module that packed them. Panels are
// independent: a product of the columns [8i, 8j) alone is one of the panels i to j − 1.

/** Columns of a panel. */
// @ts-ignore: decorator
@inline export const PANEL_COLUMNS: usize = 8;

/** Rows of B in a group. */
// @ts-ignore: decorator
@inline export const GROUP_DEPTH: usize = 4;

/** Bytes of a group. */
// @ts-ignore: decorator
@inline export const GROUP_BYTES: usize = 32;

/** Panels walked for each tile of rows before the next panels: 64 columns of B stay in the first cache. */
// @ts-ignore: decorator
@inline export const BLOCK_PANELS: usize = 8;

/** Bytes of one packed panel of depth k. */
// @ts-ignore: decorator
@inline
export function panelBytes(k: usize): usize {
  return ((k + GROUP_DEPTH - 1) / GROUP_DEPTH) * GROUP_BYTES;
}

/** Bytes of packed B [k, n]. */
export function gemm_packed_bytes(n: usize, k: usize): usize {
  return ((n + PANEL_COLUMNS - 1) / PANEL_COLUMNS) * panelBytes(k);
}

/** B[row, column], or the zero of the padding. */
// @ts-ignore: decorator
@inline
export function paddedCode(bPtr: usize, row: usize, column: usize, n: usize, k: usize): i8 {
  return row < k && column < n ? load<i8>(bPtr + row * n + column) : 0;
}

/** The last `count` (1-3) bytes of a row of A, low byte first, above them zeros: reads nothing past the row. */
// @ts-ignore: decorator
@inline
export function tailWord(aPtr: usize, count: usize): i32 {
  let word = <u32>load<u8>(aPtr);
  if (count > 1) word |= <u32>load<u8>(aPtr, 1) << 8;
  if (count > 2) word |= <u32>load<u8>(aPtr, 2) << 16;
  return word;
}

/** Writes a row of a tile: `low` holds columns 0-3, `high` 4-7; only the first `columns` exist. */
export function storeRow(cPtr: usize, low: v128, high: v128, columns: usize): void {
  if (columns == PANEL_COLUMNS) {
    v128.store(cPtr, low);
    v128.store(cPtr, high, 16);
    return;
  }
  if (columns >= 4) {
    v128.store(cPtr, low);
    cPtr += 16;
    low = high;
    columns -= 4;
  }
  if (columns > 0) v128.store_lane<i32>(cPtr, low, 0);
  if (columns > 1) v128.store_lane<i32>(cPtr, low, 1, 4);
  if (columns > 2) v128.store_lane<i32>(cPtr, low, 2, 8);
}
