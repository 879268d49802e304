// Rows of A in scratch: how many at once, and where. Behind them are 4 rows more, in which WIDE lays rows before they are
// interleaved.

import { thread } from '../../abi/own';
import { depthOf, paddedColumns, ProductArgs, shapeOf } from '../../abi/product-args';

/** Rows of A that the form WIDE interleaves. */
export const WIDE_ROWS: usize = 4;

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

/** Bytes from where one thread gathers its rows of A, of depth k, to where the next does. */
export function product_int_rows_bytes(k: usize): usize {
  const depth = paddedDepth(k);
  return (((chunkRows(depth) + WIDE_ROWS) * depth << 1) + 95) & ~63;
}

/** Where this thread gathers rows of A. */
export function rowsOf(args: ProductArgs): usize {
  const shape = shapeOf(args);
  const columns = paddedColumns(shape.groups, shape.groupOutputs) << 3;
  return args.scratch + columns + thread() * product_int_rows_bytes(depthOf(shape));
}

/** Bytes of scratch, on one thread, for at most `positions` rows of A, and for the rows of a tile before they are interleaved. 32
 *  more, because vectors are written over the ends of runs. */
export function product_int_scratch_bytes(groups: usize, outputs: usize, k: usize, positions: usize): usize {
  const depth = paddedDepth(k);
  const rows = (min(positions, chunkRows(depth)) + WIDE_ROWS - 1) & ~(WIDE_ROWS - 1);
  return (paddedColumns(groups, outputs) << 3) + ((rows + WIDE_ROWS) * depth << 1) + 32;
}
