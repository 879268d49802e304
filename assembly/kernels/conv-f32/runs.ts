// Where a tile of four output pixels finds its inputs. Instead of a matrix of patches (im2col) there is a table of
// addresses: for each run of the kernel, one per pixel. A run is one kernel position, groupChannels floats; or, where
// positions side by side lie side by side in memory and have few channels, a whole row of the kernel.
//
//   scratch:  Runs | zeros: one run | offsets: 4 bytes a run | table: 4 addresses a run | patches: 4 runs a run
//
// Pixels whose kernel lies inside x: address of the first run + offset of the run, four lanes at once. Pixels at the
// edge: the zeros for what is outside; a run that is partly outside is copied into `patches`.

import { ConvShape, isInside, tapsOf } from '../../abi/conv-shape';
import { TABLE_TAP_BYTES, TILE_ROWS } from '../../num/float-tile';

/** A row of the kernel is one run if its positions have at most so many channels. */
const MAX_JOINED_CHANNELS: i32 = 32;

const HEAD_BYTES: usize = 64;

/** The block at the start of scratch. */
@unmanaged
export class Runs {
  /** Kernel positions in a run. */
  taps: i32;
  /** Floats in a run. */
  length: usize;
  count: usize;
  zeros: usize;
  offsets: usize;
  table: usize;
  patches: usize;
  /** First channel of the group in x. */
  x: usize;
}

function joinedTaps(shape: ConvShape): i32 {
  const adjacent = (shape.dilationWidth == 1 || shape.kernelWidth == 1) && shape.groups == 1;
  return adjacent && shape.groupChannels <= MAX_JOINED_CHANNELS ? shape.kernelWidth : 1;
}

/** Bytes of scratch, for the most runs and the longest. */
export function runsBytes(taps: usize, kernelWidth: usize, groupChannels: usize): usize {
  const zeros = (kernelWidth * groupChannels) << 2;
  const patches = (TILE_ROWS * taps * groupChannels) << 2;
  return HEAD_BYTES + zeros + taps * (4 + TABLE_TAP_BYTES) + 16 + patches;
}

/** Lays the scratch out and computes what all tiles share. */
export function prepareRuns(shape: ConvShape, scratchPtr: usize): Runs {
  const runs = changetype<Runs>(scratchPtr);
  runs.taps = joinedTaps(shape);
  runs.length = shape.groupChannels * runs.taps;
  runs.count = tapsOf(shape) / runs.taps;
  runs.zeros = scratchPtr + HEAD_BYTES;
  runs.offsets = runs.zeros + (runs.length << 2);
  runs.table = runs.offsets + (runs.count << 2);
  runs.patches = runs.table + runs.count * TABLE_TAP_BYTES;
  memory.fill(runs.zeros, 0, runs.length << 2);
  writeOffsets(shape, runs);
  return runs;
}

/** Bytes from the first run of a pixel to each of its runs. */
function writeOffsets(shape: ConvShape, runs: Runs): void {
  let ptr = runs.offsets;
  for (let d = 0; d < shape.kernelDepth; d++) {
    for (let h = 0; h < shape.kernelHeight; h++) {
      const row = (d * shape.dilationDepth * shape.height + h * shape.dilationHeight) * shape.width;
      for (let w = 0; w < shape.kernelWidth; w += runs.taps) {
        store<u32>(ptr, ((row + w * shape.dilationWidth) * shape.channels) << 2);
        ptr += 4;
      }
    }
  }
}

/** Table of a tile whose kernels all lie inside x.
 *  @param bases - addresses of the four pixels' first runs */
export function fillInside(runs: Runs, bases: v128): void {
  let offsets = runs.offsets;
  for (let ptr = runs.table, end = ptr + runs.count * TABLE_TAP_BYTES; ptr < end; ptr += TABLE_TAP_BYTES) {
    v128.store(ptr, i32x4.add(bases, v128.load32_splat(offsets)));
    offsets += 4;
  }
}

/** Entries of one pixel of a tile, wherever its kernel lies.
 *  @param lane - the pixel's place in the tile */
export function fillPixel(shape: ConvShape, runs: Runs, pixel: u32, lane: usize): void {
  const w = <i32>(pixel % shape.outWidth) * shape.strideWidth - shape.padWidth;
  pixel /= shape.outWidth;
  const h = <i32>(pixel % shape.outHeight) * shape.strideHeight - shape.padHeight;
  pixel /= shape.outHeight;
  const d = <i32>(pixel % shape.outDepth) * shape.strideDepth - shape.padDepth;
  const image = <i32>(pixel / shape.outDepth) * shape.depth;
  let entry = runs.table + (lane << 2);
  let patch = runs.patches + ((lane * runs.length) << 2);
  for (let kd = 0; kd < shape.kernelDepth; kd++) {
    const atDepth = d + kd * shape.dilationDepth;
    for (let kh = 0; kh < shape.kernelHeight; kh++) {
      const atHeight = h + kh * shape.dilationHeight;
      const inside = isInside(atDepth, shape.depth) && isInside(atHeight, shape.height);
      const row = runs.x + ((((image + atDepth) * shape.height + atHeight) * shape.width * shape.channels) << 2);
      for (let kw = 0; kw < shape.kernelWidth; kw += runs.taps) {
        const at = w + kw * shape.dilationWidth;
        store<u32>(entry, inside ? runAddress(shape, runs, row, at, patch) : runs.zeros);
        entry += TABLE_TAP_BYTES;
        patch += (TILE_ROWS * runs.length) << 2;
      }
    }
  }
}

/** Address of the run that starts at position `at` of a row of x. */
function runAddress(shape: ConvShape, runs: Runs, row: usize, at: i32, patch: usize): usize {
  const bytes = shape.channels << 2;
  const first = max(0, -at);
  const end = min(runs.taps, shape.width - at);
  if (first >= end) return runs.zeros;
  if (first == 0 && end == runs.taps) return row + at * bytes;
  memory.fill(patch, 0, runs.length << 2);
  memory.copy(patch + first * bytes, row + (at + first) * bytes, (end - first) * bytes);
  return patch;
}
