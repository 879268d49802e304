// Convolution as an indirect matrix product: rows of A are output pixels, whose floats are found by a table of addresses
// (runs.ts), B is the packed weights, a tile is 4 pixels by 8 outputs (num/float-tile.ts). Any strides, dilations, pads
// and groups in up to three axes; a kernel of one position is a plain matrix product with the same code.
//
//   weights [M, C/g, taps]  ──►  for each group: panels of 8 outputs, each | tap 0: C/g x 8 | tap 1: C/g x 8 | ...
//
// Every sum starts at the bias and adds the products in the order of kernel positions, then channels; padding counts as
// zeros. The result depends on neither the tile nor how pixels are cut into calls.

import { ConvShape, tapsOf } from '../../abi/conv-shape';
import { own } from '../../abi/own';
import { CLAMP, finishRow } from '../../num/activate';
import { packedBytes, packPanel, panelBytes } from '../../num/float-panel';
import { floatTile, TILE_COLUMNS, TILE_ROWS } from '../../num/float-tile';
import { prepareRuns, Runs, runsBytes } from './runs';
import { nextTile, startWalk, Walk } from './walk';

/** Bytes of packed weights walked for every tile of pixels before the next ones. */
const BLOCK_BYTES: usize = 262144;

export function conv_f32_packed_bytes(groups: usize, groupOutputs: usize, groupChannels: usize, taps: usize): usize {
  return groups * packedBytes(groupOutputs, groupChannels * taps);
}

/** Packs outputs [first, end) of weights [groups · groupOutputs, groupChannels, taps]. first is a multiple of 8 within its
 *  group; so is end, or the end of a group. */
export function conv_f32_pack(
  wPtr: usize, packedPtr: usize, groupOutputs: usize, groupChannels: usize, taps: usize, first: usize, end: usize,
): void {
  const outputStride = groupChannels * taps;
  const groupBytes = packedBytes(groupOutputs, outputStride);
  while (first < end) {
    const inGroup = first % groupOutputs;
    const columns = min(TILE_COLUMNS, groupOutputs - inGroup);
    const from = wPtr + ((first * outputStride) << 2);
    let panelPtr = packedPtr + (first / groupOutputs) * groupBytes + (inGroup / TILE_COLUMNS) * panelBytes(outputStride);
    for (let tap: usize = 0; tap < taps; tap++) {
      panelPtr = packPanel(from + (tap << 2), taps, outputStride, groupChannels, columns, panelPtr);
    }
    first += columns;
  }
}

/** Bytes of scratch of conv_f32. */
export function conv_f32_scratch_bytes(taps: usize, kernelWidth: usize, groupChannels: usize): usize {
  return runsBytes(taps, kernelWidth, groupChannels);
}

/** out[pixel, output] = activation(bias[output] + sum of x · w + addend[pixel, output]) for `count` pixels from `first`
 *  on, pixels of all images counted through. Addresses of bias and addend (as out) may be 0; scratch is 16-byte aligned.
 *  @param activation - see num/activate.ts, with its parameters p and q */
export function conv_f32(
  shapePtr: usize, xPtr: usize, packedPtr: usize, outPtr: usize, biasPtr: usize, addendPtr: usize, scratchPtr: usize,
  first: u32, count: u32, activation: i32, p: f32, q: f32,
): void {
  const shape = changetype<ConvShape>(shapePtr);
  const runs = prepareRuns(shape, scratchPtr);
  const k = shape.groupChannels * tapsOf(shape);
  const outputs: usize = shape.groupOutputs;
  const blockOutputs = max(BLOCK_BYTES / max(panelBytes(k), 1), 1) * TILE_COLUMNS;
  for (let group = 0; group < shape.groups; group++) {
    runs.x = xPtr + ((group * shape.groupChannels) << 2);
    for (let output: usize = 0; output < outputs; output += blockOutputs) {
      const columns = min(blockOutputs, outputs - output);
      const channel = (group * outputs + output) << 2;
      const bias = biasPtr == 0 ? 0 : biasPtr + channel;
      const addend = addendPtr == 0 ? 0 : addendPtr + channel;
      const packed = packedPtr + (output / TILE_COLUMNS) * panelBytes(k);
      block(shape, runs, packed, outPtr + channel, columns, bias, addend, first, count, activation, p, q);
    }
    packedPtr += packedBytes(outputs, k);
  }
}

/** All pixels by some outputs of one group. */
function block(
  shape: ConvShape, runs: Runs, packedPtr: usize, outPtr: usize, columns: usize, biasPtr: usize, addendPtr: usize,
  first: u32, count: u32, activation: i32, p: f32, q: f32,
): void {
  const walk = changetype<Walk>(own());
  startWalk(walk, shape, runs, first);
  const outBytes: usize = (shape.groups * shape.groupOutputs) << 2;
  const inTile = activation == CLAMP && addendPtr == 0;
  const low = inTile ? p : -Infinity as f32;
  const high = inTile ? q : Infinity as f32;
  let out = outPtr + first * outBytes;
  let addend = addendPtr == 0 ? 0 : addendPtr + first * outBytes;
  while (count > 0) {
    const rows = min(<usize>count, TILE_ROWS);
    nextTile(walk, shape, runs, rows);
    tiles(runs, packedPtr, out, outBytes, rows, columns, biasPtr, low, high);
    for (let row: usize = 0; row < rows && !inTile; row++) {
      const more = addend == 0 ? 0 : addend + row * outBytes;
      finishRow(out + row * outBytes, more, columns, activation, p, q);
    }
    out += rows * outBytes;
    if (addend != 0) addend += rows * outBytes;
    count -= rows;
  }
}

/** One tile of pixels, panel by panel. */
function tiles(
  runs: Runs, packedPtr: usize, outPtr: usize, outBytes: usize, rows: usize, columns: usize, biasPtr: usize,
  low: f32, high: f32,
): void {
  const bytes = panelBytes(runs.count * runs.length);
  for (let column: usize = 0; column < columns; column += TILE_COLUMNS) {
    const here = min(TILE_COLUMNS, columns - column);
    const bias = biasPtr == 0 ? 0 : biasPtr + (column << 2);
    const to = outPtr + (column << 2);
    floatTile(runs.table, runs.count, runs.length, packedPtr, to, outBytes, rows, here, bias, 0, low, high);
    packedPtr += bytes;
  }
}
