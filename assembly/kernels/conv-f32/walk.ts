// Walks over output pixels in memory order, four at a time: address of each pixel's first input, and whether its kernel
// lies inside x, by counting instead of dividing.

import { ConvShape } from '../../abi/conv-shape';
import { TILE_ROWS } from '../../num/float-tile';
import { fillInside, fillPixel, Runs } from './runs';

@unmanaged
export class Walk {
  base0: u32;
  base1: u32;
  base2: u32;
  base3: u32;
  pixel: u32;
  /** Place of the next pixel in its row. */
  column: i32;
  /** Columns in [insideStart, insideEnd) have their kernels inside x; none in rows at the edge. */
  insideStart: i32;
  insideEnd: i32;
  /** Address of the input at column 0 of the row, which may lie before x. */
  row: usize;
}

export function startWalk(walk: Walk, shape: ConvShape, runs: Runs, pixel: u32): void {
  walk.pixel = pixel;
  walk.column = pixel % shape.outWidth;
  startRow(walk, shape, runs, pixel / shape.outWidth);
}

/** @param row - number of the output row, images and depths counted through */
function startRow(walk: Walk, shape: ConvShape, runs: Runs, row: u32): void {
  const h = <i32>(row % shape.outHeight) * shape.strideHeight - shape.padHeight;
  row /= shape.outHeight;
  const d = <i32>(row % shape.outDepth) * shape.strideDepth - shape.padDepth;
  const image = <i32>(row / shape.outDepth) * shape.depth;
  const start = ((image + d) * shape.height + h) * shape.width - shape.padWidth;
  walk.row = runs.x + ((start * shape.channels) << 2);
  walk.insideStart = 0;
  walk.insideEnd = 0;
  if (d < 0 || d + (shape.kernelDepth - 1) * shape.dilationDepth >= shape.depth) return;
  if (h < 0 || h + (shape.kernelHeight - 1) * shape.dilationHeight >= shape.height) return;
  const room = shape.width + shape.padWidth - (shape.kernelWidth - 1) * shape.dilationWidth;
  walk.insideStart = shape.padWidth > 0 ? (shape.padWidth + shape.strideWidth - 1) / shape.strideWidth : 0;
  walk.insideEnd = room > 0 ? (room + shape.strideWidth - 1) / shape.strideWidth : 0;
}

/** Fills the table of runs for the next `rows` (1-4) pixels; entries beyond repeat the last. */
export function nextTile(walk: Walk, shape: ConvShape, runs: Runs, rows: usize): void {
  const bases = changetype<usize>(walk);
  const columnBytes = (shape.strideWidth * shape.channels) << 2;
  const first = walk.pixel;
  let outside = 0;
  for (let lane: usize = 0; lane < TILE_ROWS; lane++) {
    if (lane >= rows) {
      store<u32>(bases + (lane << 2), load<u32>(bases + (lane << 2) - 4));
      continue;
    }
    if (walk.column == shape.outWidth) {
      walk.column = 0;
      startRow(walk, shape, runs, walk.pixel / shape.outWidth);
    }
    store<u32>(bases + (lane << 2), walk.row + walk.column * columnBytes);
    if (walk.column < walk.insideStart || walk.column >= walk.insideEnd) outside |= 1 << lane;
    walk.column++;
    walk.pixel++;
  }
  fillInside(runs, v128.load(bases));
  if (outside == 0) return;
  for (let lane: usize = 0; lane < TILE_ROWS; lane++) {
    const last = min(lane, rows - 1);
    if (outside & (1 << last)) fillPixel(shape, runs, first + last, lane);
  }
}
