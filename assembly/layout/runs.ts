// Walks a stretch of a tensor as runs: stretches whose elements either share one scale (inner == 1) or use
// consecutive scales (inner > 1). ts-host/wasm/layout.ts draws the layout.
//
//   element e = (outer · depth + d) · inner + lane        inner == 1: a run is what is left of a block
//   first scale of its row = (outer · blocks + floor(d / block)) · inner mod scaleCount
//                                                         inner > 1: a run is what is left of a row of `inner`
//
// One walk at a time, kept in globals: kernels do not nest, and no division is paid per run.
// The host guarantees depth, inner, block >= 1, scaleCount a multiple of inner, and start + count <= 2^32.

import { ScaleLayout } from '../abi/scales';

let depth: u32 = 1;
let inner: u32 = 1;
let block: u32 = 1;
let scaleCount: u32 = 1;

/** Row within the current slice along depth, and element within that row. */
let row: u32 = 0;
let lane: u32 = 0;
/** Rows until the scales change: the rest of the block, or of depth when the last block is short. */
let rowsLeft: u32 = 1;
/** Scale index of the current row's lane 0. */
let rowScale: u32 = 0;

/** Starts a walk at element `start` of the tensor. */
export function beginRuns(start: u32, layout: ScaleLayout): void {
  depth = layout.depth;
  inner = layout.inner;
  block = layout.block;
  scaleCount = layout.scaleCount;
  const rows = start / inner;
  lane = start % inner;
  row = rows % depth;
  const blocks = (depth - 1) / block + 1;
  rowScale = u32(u64((rows / depth) * blocks + row / block) * inner % scaleCount);
  rowsLeft = min(block - row % block, depth - row);
}

/** Elements in the current run, at most `remaining`. */
@inline
export function runLength(remaining: u32): u32 {
  return min(inner == 1 ? rowsLeft : inner - lane, remaining);
}

/** Scale index of the run's first element. */
@inline
export function runScale(): u32 {
  return rowScale + lane;
}

/** Steps over the current run. It must have been taken whole, or be the last of the walk. */
@inline
export function nextRun(): void {
  const rows: u32 = inner == 1 ? rowsLeft : 1;
  lane = 0;
  row += rows;
  rowsLeft -= rows;
  if (rowsLeft == 0) {
    if (row == depth) row = 0;
    rowsLeft = min(block, depth - row);
    rowScale += inner;
    if (rowScale == scaleCount) rowScale = 0;
  }
}
