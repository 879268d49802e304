// Rows of A in scratch: how many at once, and where. Behind them some rows of codes have room, as WIDE gathers them before they
// are interleaved.
//
//   rows, i16, or as tiles | 64 bytes, of which tiles write 32 | codes of some rows | 32 bytes, because vectors are written over
//                                                                                     the ends of runs

import { thread } from '../../abi/own';
import { depthOf, paddedColumns, ProductArgs, shapeOf } from '../../abi/product-args';

/** Rows of A that the form WIDE interleaves. */
export const WIDE_ROWS: usize = 4;

/** Rows of codes that WIDE gathers before it interleaves them. */
export const GATHERED_ROWS: usize = 16;

/** Rows of A at hand at once: whole tiles of 4 and of 6, about 96 KB, so that they stay in the second cache. */
const CHUNK_BYTES: usize = 98304;
const CHUNK_STEP: usize = 12;
const MOST_ROWS: usize = 48;

/** Depth filled up with zeros to whole groups of 4. */
@inline
export function paddedDepth(k: usize): usize {
  return (k + 3) & ~3;
}

/** Rows of A of padded depth `depth` that are gathered at once. */
export function chunkRows(depth: usize): usize {
  const steps = CHUNK_BYTES / max((depth << 1) * CHUNK_STEP, 1);
  return min(max(steps, 1) * CHUNK_STEP, MOST_ROWS);
}

/** Bytes from one row of gathered codes to the next: interleaving reads eights of them. */
@inline
export function codesPitch(depth: usize): usize {
  return (depth + 7) & ~7;
}

/** Bytes of rows of A, and behind them. */
@inline
function rowsBytes(rows: usize, depth: usize): usize {
  return (rows * depth << 1) + 64 + min(rows, GATHERED_ROWS) * codesPitch(depth) + 32;
}

/** Where WIDE gathers codes behind `rows` rows. */
@inline
export function codesAfter(rowsPtr: usize, rows: usize, depth: usize): usize {
  return rowsPtr + (((rows + WIDE_ROWS - 1) & ~(WIDE_ROWS - 1)) * depth << 1) + 64;
}

/** Bytes from where one thread gathers its rows of A, of depth k, to where the next does. */
export function product_int_rows_bytes(k: usize): usize {
  const depth = paddedDepth(k);
  return (rowsBytes(chunkRows(depth), depth) + 63) & ~63;
}

/** Where this thread gathers rows of A. */
export function rowsOf(args: ProductArgs): usize {
  const shape = shapeOf(args);
  const columns = paddedColumns(shape.groups, shape.groupOutputs) << 3;
  return args.scratch + columns + thread() * product_int_rows_bytes(depthOf(shape));
}

/** Bytes of scratch, on one thread, for at most `positions` rows of A. */
export function product_int_scratch_bytes(groups: usize, outputs: usize, k: usize, positions: usize): usize {
  const depth = paddedDepth(k);
  const rows = (min(positions, chunkRows(depth)) + WIDE_ROWS - 1) & ~(WIDE_ROWS - 1);
  return (paddedColumns(groups, outputs) << 3) + rowsBytes(rows, depth);
}
