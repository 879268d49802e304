// Transposed convolution by gathering: no output is written twice. Along each axis an output o takes from kernel position
// t the input (o + pad − t · dilation) / stride, if that is whole. Which positions are whole depends on o mod stride
// alone, the phase; so the outputs of one phase are an ordinary convolution of stride 1 with some of the positions.
//
//   stride 2, kernel 3, pad 1:   out  0 1 2 3 4 5      phase 0: position 1        phase 1: positions 0 and 2
//
//   packed weights:  group > phase (depth, height, width) > panel of 8 outputs > positions of the phase > C/g x 8
//
// Tiles are 4 pixels of a phase in one output row by 8 outputs (num/float-tile.ts). Every sum starts at the bias and adds
// the products in the order of kernel positions, then channels; what lies outside x counts as zeros.

import { ConvShape, isInside, tapsOf } from '../../abi/conv-shape';
import { CLAMP, finishRow } from '../../num/activate';
import { packedBytes, packPanel, panelBytes } from '../../num/float-panel';
import { floatTile, TABLE_TAP_BYTES, TILE_COLUMNS, TILE_ROWS } from '../../num/float-tile';

/** Whether outputs of `phase` along an axis take from kernel position `tap`. */
// @ts-ignore: decorator
@inline
function takes(phase: i32, tap: i32, stride: i32, dilation: i32, pad: i32): bool {
  return (phase + pad - tap * dilation) % stride == 0;
}

/** How many kernel positions along an axis the outputs of `phase` take from. */
function tapsAlong(phase: i32, kernel: i32, stride: i32, dilation: i32, pad: i32): i32 {
  let count = 0;
  for (let tap = 0; tap < kernel; tap++) count += i32(takes(phase, tap, stride, dilation, pad));
  return count;
}

/** How many kernel positions the outputs of a phase take from. */
function phaseTaps(shape: ConvShape, d: i32, h: i32, w: i32): i32 {
  return tapsAlong(d, shape.kernelDepth, shape.strideDepth, shape.dilationDepth, shape.padDepth)
    * tapsAlong(h, shape.kernelHeight, shape.strideHeight, shape.dilationHeight, shape.padHeight)
    * tapsAlong(w, shape.kernelWidth, shape.strideWidth, shape.dilationWidth, shape.padWidth);
}

export function conv_transpose_f32_packed_bytes(
  groups: usize, groupOutputs: usize, groupChannels: usize, taps: usize,
): usize {
  return groups * packedBytes(groupOutputs, groupChannels * taps);
}

/** Packs outputs [first, end), counted through all groups, of weights [channels, groupOutputs, taps]. first is a multiple of
 *  8 within its group; so is end, or the end of a group. */
export function conv_transpose_f32_pack(shapePtr: usize, wPtr: usize, packedPtr: usize, first: i32, end: i32): void {
  const shape = changetype<ConvShape>(shapePtr);
  const outputs = shape.groupOutputs;
  const groupBytes = (shape.groupChannels * outputs * <i32>tapsOf(shape)) << 2;
  for (let group = first / outputs; group * outputs < end; group++) {
    const from = max(0, first - group * outputs);
    const to = min(outputs, end - group * outputs);
    let phase = packedPtr + group * packedBytes(outputs, shape.groupChannels * tapsOf(shape));
    for (let d = 0; d < shape.strideDepth; d++) {
      for (let h = 0; h < shape.strideHeight; h++) {
        for (let w = 0; w < shape.strideWidth; w++) {
          const k = shape.groupChannels * phaseTaps(shape, d, h, w);
          packPhase(shape, wPtr + group * groupBytes, phase + (from / TILE_COLUMNS) * panelBytes(k), d, h, w, from, to);
          phase += packedBytes(outputs, k);
        }
      }
    }
  }
}

function packPhase(
  shape: ConvShape, wPtr: usize, packedPtr: usize, d: i32, h: i32, w: i32, from: usize, to: usize,
): void {
  const outputs: usize = shape.groupOutputs;
  const taps = tapsOf(shape);
  for (let output = from; output < to; output += TILE_COLUMNS) {
    let tapPtr = wPtr + ((output * taps) << 2);
    const columns = min(TILE_COLUMNS, outputs - output);
    for (let kd = 0; kd < shape.kernelDepth; kd++) {
      const atDepth = takes(d, kd, shape.strideDepth, shape.dilationDepth, shape.padDepth);
      for (let kh = 0; kh < shape.kernelHeight; kh++) {
        const atHeight = atDepth && takes(h, kh, shape.strideHeight, shape.dilationHeight, shape.padHeight);
        for (let kw = 0; kw < shape.kernelWidth; kw++) {
          if (atHeight && takes(w, kw, shape.strideWidth, shape.dilationWidth, shape.padWidth)) {
            packedPtr = packPanel(tapPtr, outputs * taps, taps, shape.groupChannels, columns, packedPtr);
          }
          tapPtr += 4;
        }
      }
    }
  }
}

/** Bytes of scratch of conv_transpose_f32. */
export function conv_transpose_f32_scratch_bytes(taps: usize, groupChannels: usize): usize {
  return (groupChannels << 2) + taps * TABLE_TAP_BYTES;
}

/** Output pixels [first, end), rows and images counted through: out = activation(bias + sum of x · w).
 *  The address of the bias may be 0; scratch is 4-byte aligned.
 *  @param activation - see num/activate.ts, with its parameters p and q */
export function conv_transpose_f32(
  shapePtr: usize, xPtr: usize, packedPtr: usize, outPtr: usize, biasPtr: usize, scratchPtr: usize,
  first: u32, end: u32, activation: i32, p: f32, q: f32,
): void {
  const shape = changetype<ConvShape>(shapePtr);
  const inTile = activation == CLAMP;
  const low = inTile ? p : -Infinity as f32;
  const high = inTile ? q : Infinity as f32;
  const pixelFloats: usize = shape.groups * shape.groupOutputs;
  const width: u32 = shape.outWidth;
  memory.fill(scratchPtr, 0, shape.groupChannels << 2);
  while (first < end) {
    const row = first / width;
    const column = first % width;
    const columns = min(width - column, end - first);
    const out = outPtr + ((usize(row * width) * pixelFloats) << 2);
    for (let group = 0; group < shape.groups; group++) {
      groupRow(shape, group, xPtr, packedPtr, out, biasPtr, scratchPtr, row, column, column + columns, low, high);
    }
    const done = out + ((usize(column) * pixelFloats) << 2);
    if (!inTile) finishRow(done, 0, usize(columns) * pixelFloats, activation, p, q);
    first += columns;
  }
}

/** Columns [from, to) of one group in one output row. */
function groupRow(
  shape: ConvShape, group: i32, xPtr: usize, packedPtr: usize, outPtr: usize, biasPtr: usize, scratchPtr: usize,
  row: u32, from: i32, to: i32, low: f32, high: f32,
): void {
  const outputs: usize = shape.groupOutputs;
  const channels: usize = shape.groupChannels;
  const oh = <i32>(row % shape.outHeight);
  row /= shape.outHeight;
  const od = <i32>(row % shape.outDepth);
  const x = xPtr + ((<i32>(row / shape.outDepth) * shape.depth * shape.height * shape.width * shape.channels
    + group * shape.groupChannels) << 2);
  packedPtr += group * packedBytes(outputs, channels * tapsOf(shape));
  if (biasPtr != 0) biasPtr += (group * outputs) << 2;
  outPtr += (group * outputs) << 2;
  for (let d = 0; d < shape.strideDepth; d++) {
    for (let h = 0; h < shape.strideHeight; h++) {
      const taken = d == od % shape.strideDepth && h == oh % shape.strideHeight;
      for (let w = 0; w < shape.strideWidth; w++) {
        const taps: usize = phaseTaps(shape, d, h, w);
        if (taken) phaseRow(shape, x, packedPtr, outPtr, biasPtr, scratchPtr, od, oh, w, taps, from, to, low, high);
        packedPtr += packedBytes(outputs, channels * taps);
      }
    }
  }
}

/** The outputs of phase w in columns [from, to) of one output row of one group. */
function phaseRow(
  shape: ConvShape, xPtr: usize, packedPtr: usize, outPtr: usize, biasPtr: usize, scratchPtr: usize,
  od: i32, oh: i32, w: i32, taps: usize, from: i32, to: i32, low: f32, high: f32,
): void {
  const table = scratchPtr + (shape.groupChannels << 2);
  const outputs: usize = shape.groupOutputs;
  const pixelBytes: usize = (shape.groups * shape.groupOutputs) << 2;
  const outBytes = shape.strideWidth * pixelBytes;
  const bytes = panelBytes(shape.groupChannels * taps);
  const stride = shape.strideWidth;
  // The first column of the phase that is not before `from`.
  const begin = from <= w ? w : w + (from - w + stride - 1) / stride * stride;
  for (let column = begin; column < to; column += TILE_ROWS * stride) {
    const rows = min(TILE_ROWS, (to - column + stride - 1) / stride);
    fillTable(shape, xPtr, table, scratchPtr, od, oh, column, rows);
    const out = outPtr + column * pixelBytes;
    let panel = packedPtr;
    for (let output: usize = 0; output < outputs; output += TILE_COLUMNS) {
      const columns = min(TILE_COLUMNS, outputs - output);
      const bias = biasPtr == 0 ? 0 : biasPtr + (output << 2);
      floatTile(table, taps, shape.groupChannels, panel, out + (output << 2), outBytes, rows, columns, bias, 0, low, high);
      panel += bytes;
    }
  }
}

/** Addresses of the inputs of `rows` outputs of a phase from `column` on, for each kernel position of the phase. */
function fillTable(
  shape: ConvShape, xPtr: usize, table: usize, zeros: usize, od: i32, oh: i32, column: i32, rows: usize,
): void {
  for (let kd = 0; kd < shape.kernelDepth; kd++) {
    if (!takes(od, kd, shape.strideDepth, shape.dilationDepth, shape.padDepth)) continue;
    const d = (od + shape.padDepth - kd * shape.dilationDepth) / shape.strideDepth;
    for (let kh = 0; kh < shape.kernelHeight; kh++) {
      if (!takes(oh, kh, shape.strideHeight, shape.dilationHeight, shape.padHeight)) continue;
      const h = (oh + shape.padHeight - kh * shape.dilationHeight) / shape.strideHeight;
      const inside = isInside(d, shape.depth) && isInside(h, shape.height);
      const row = xPtr + (((d * shape.height + h) * shape.width * shape.channels) << 2);
      for (let kw = 0; kw < shape.kernelWidth; kw++) {
        if (!takes(column, kw, shape.strideWidth, shape.dilationWidth, shape.padWidth)) continue;
        const first = (column + shape.padWidth - kw * shape.dilationWidth) / shape.strideWidth;
        for (let lane: usize = 0; lane < TILE_ROWS; lane++) {
          const at = first + <i32>min(lane, rows - 1);
          store<u32>(table, inside && isInside(at, shape.width) ? row + ((at * shape.channels) << 2) : zeros);
          table += 4;
        }
      }
    }
  }
}
