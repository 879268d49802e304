// Integer products and convolutions in one call: sums of (x − zero point) · (w − zero point) + bias, as integers, floats or
// codes, written straight to the output. Bit-equal to reference/product-int.ts: sums are exact modulo 2^32, in any order.
//
//   for each chunk of output positions, whose rows of A stay in the second cache
//     for each group: gather its rows (gather.ts), unless they can be read where they lie
//       for each panel of 8 outputs, which stays in the first
//         for each tile of rows: one tile (tiles.ts), finished (finish.ts)
//
// The relaxed build has the forms DOT and PAIRS beside the strict ones; which one packed B has, its header says.

import { ConvShape } from '../../abi/conv-shape';
import { depthOf, END_F32, multipliersOf, PANEL_COLUMNS, panelsOf, ProductArgs, shapeOf } from '../../abi/product-args';
import { prepareColumns } from '../../num/product-columns';
import { finishTile, prepareConstants } from './finish';
import { gatherRows, gatherTiles, isPointwise, startRows } from './gather';
import { DOT, formOf, PAIRS, panelBytes, panelsStart, sumsOf, THIN } from './packed';
import { DOT_ROWS, dotRow, dotTile, PAIRS_ROWS, pairsTile } from './relaxed';
import { chunkRows, codesAfter, paddedDepth, rowsOf } from './rows';
import { thinTile } from './tiles';
import { wideTiles } from './wide';

/** Makes ready what {@link product_int} reads beside its arguments. Once a run. */
export function product_int_prepare(argsPtr: usize): void {
  const args = changetype<ProductArgs>(argsPtr);
  const bytes = (formOf(args.packed) & (DOT | PAIRS)) != 0;
  prepareColumns(args, bytes ? sumsOf(args.packed) : 0);
  prepareConstants(args);
}

@inline
function elementBytes(ending: i32): usize {
  return ending > END_F32 ? 1 : 4;
}

/** Output positions [from, to) of all images by outputs [first, end) of each group; first is a multiple of 8, end is one
 *  or the number of outputs. */
export function product_int(argsPtr: usize, from: usize, to: usize, first: usize, end: usize): void {
  const args = changetype<ProductArgs>(argsPtr);
  const shape = shapeOf(args);
  const most = chunkRows(paddedDepth(depthOf(shape)));
  const chunks = (to - from + most - 1) / most;
  // Equal chunks: none is left with a row or two.
  const step = min(most, ((to - from + chunks - 1) / max(chunks, 1) + 3) & ~3);
  for (; from < to; from += step) {
    const rows = min(step, to - from);
    for (let group: usize = 0; group < <usize>shape.groups; group++) chunk(args, shape, group, from, rows, first, end);
  }
}

function chunk(
  args: ProductArgs, shape: ConvShape, group: usize, from: usize, rows: usize, first: usize, end: usize,
): void {
  const form = formOf(args.packed);
  const k = depthOf(shape);
  const depth = paddedDepth(k);
  const bytes = (form & (DOT | PAIRS)) != 0;
  let pitch = bytes ? depth : depth << 1;
  startRows(args, from);
  let rowsPtr = rowsOf(args);
  if (bytes && args.flip == 0 && k == depth && isPointwise(shape)) {
    pitch = shape.channels;
    rowsPtr = args.x + from * pitch + group * <usize>shape.groupChannels;
  } else if (bytes) gatherRows<u8>(args, group, from, rows, rowsPtr, pitch);
  else if (form == THIN) gatherRows<i16>(args, group, from, rows, rowsPtr, pitch);
  else gatherTiles(args, group, from, rows, rowsPtr, codesAfter(rowsPtr, rows, depth), depth);
  const outputs = <usize>shape.groupOutputs;
  const panels = panelsOf(outputs);
  const elements = elementBytes(args.ending);
  const stride = <usize>shape.groups * outputs * elements;
  const size = panelBytes(form, depth);
  const groupPanels = panelsStart(args.packed, shape.groups, outputs) + group * panels * size;
  for (let column = first; column < end; column += PANEL_COLUMNS) {
    const panel = column / PANEL_COLUMNS;
    const place = (group * panels + panel) * PANEL_COLUMNS * 4;
    const columns = min(PANEL_COLUMNS, outputs - column);
    const out = args.out + from * stride + (group * outputs + column) * elements;
    const addend: usize = args.addend == 0 ? 0 : args.addend + ((group * outputs + column) << 2);
    panelTiles(
      args, form, rowsPtr, pitch, rows, groupPanels + panel * size, depth, args.scratch + place,
      columns, out, stride, multipliersOf(args) + place, addend,
    );
  }
}

/** All tiles of a chunk by one panel. */
function panelTiles(
  args: ProductArgs, form: i32, rowsPtr: usize, pitch: usize, rows: usize, panelPtr: usize, depth: usize, biasPtr: usize,
  columns: usize, outPtr: usize, stride: usize, multipliersPtr: usize, addendPtr: usize,
): void {
  if (form == 0) return wideTiles(args, rowsPtr, rows, panelPtr, depth, biasPtr, columns, outPtr, stride, multipliersPtr, addendPtr);
  let tile: usize = 1;
  if (ASC_FEATURE_RELAXED_SIMD) {
    if (form == DOT && rows > 1) tile = DOT_ROWS;
    if (form == PAIRS) tile = PAIRS_ROWS;
  }
  for (let row: usize = 0; row < rows; row += tile) {
    // The last tile overlaps the one before: its rows are computed again, to the same values.
    const start: usize = rows < tile ? 0 : min(row, rows - tile);
    const count = min(rows, tile);
    const a = rowsPtr + start * pitch;
    const out = outPtr + start * stride;
    if (ASC_FEATURE_RELAXED_SIMD) {
      if (tile == DOT_ROWS) {
        dotTile(args, a, pitch, count, panelPtr, depth, biasPtr, columns, out, stride, multipliersPtr, addendPtr);
        continue;
      }
      if (tile == PAIRS_ROWS) {
        pairsTile(args, a, pitch, count, panelPtr, depth, biasPtr, columns, out, stride, multipliersPtr, addendPtr);
        continue;
      }
      if (form == DOT) dotRow(a, panelPtr, depth, biasPtr);
      else thinTile(a, panelPtr, depth, biasPtr);
    } else thinTile(a, panelPtr, depth, biasPtr);
    finishTile(args, 1, columns, out, stride, multipliersPtr, addendPtr);
  }
}
