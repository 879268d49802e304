// Depthwise convolution, channels-last: each channel has its own kernel and one output, or several. A row of outputs is
// done in three parts, so that the middle, four pixels at a time, checks no bounds:
//
//   |edge|    kernels inside x along the row: one list of positions for all    |edge|     each edge pixel: its own list
//
// Every sum starts at the bias and adds the products of the kernel positions that lie inside x, in their order.

import { ConvShape, isInside, tapsOf } from '../../abi/conv-shape';
import { own } from '../../abi/own';
import { CLAMP, finishRow } from '../../num/activate';
import { ENTRY_BYTES, fourPixels, fourPixelsOfThree, onePixel, RowWork } from './pixels';

/** Bytes of a kernel row of 3 in the list. */
const THREE_BYTES: usize = 3 * ENTRY_BYTES;

/** Bytes of one kernel position in a block of weights. */
const WEIGHT_BYTES: usize = 16;

export function depthwise_f32_packed_bytes(outputs: usize, taps: usize): usize {
  return ((outputs + 3) >> 2) * taps * WEIGHT_BYTES;
}

/** Packs weights [outputs, 1, taps] in blocks of 4 outputs, [taps, 4] each; what is missing in the last is zero. */
export function depthwise_f32_pack(wPtr: usize, packedPtr: usize, outputs: usize, taps: usize): void {
  for (let first: usize = 0; first < outputs; first += 4) {
    for (let tap: usize = 0; tap < taps; tap++) {
      for (let output = first; output < first + 4; output++) {
        store<u32>(packedPtr, output < outputs ? load<u32>(wPtr + ((output * taps + tap) << 2)) : 0);
        packedPtr += 4;
      }
    }
  }
}

/** Bytes of scratch of depthwise_f32. */
export function depthwise_f32_scratch_bytes(taps: usize): usize {
  return taps * ENTRY_BYTES;
}

/** Output pixels [first, end), rows and images counted through: out = activation(bias + sum of x · w + addend). Addresses of bias and addend (as out) may be 0; scratch is 4-byte aligned.
 *  @param activation - see num/activate.ts, with its parameters p and q */
export function depthwise_f32(
  shapePtr: usize, xPtr: usize, packedPtr: usize, outPtr: usize, biasPtr: usize, addendPtr: usize, scratchPtr: usize,
  first: u32, end: u32, activation: i32, p: f32, q: f32,
): void {
  const shape = changetype<ConvShape>(shapePtr);
  const work = changetype<RowWork>(own());
  const inPixel = activation == CLAMP && addendPtr == 0;
  work.list = scratchPtr;
  work.weights = packedPtr;
  work.blockBytes = tapsOf(shape) * WEIGHT_BYTES;
  work.outputs = shape.groups * shape.groupOutputs;
  work.multiplier = shape.groupOutputs;
  work.bias = biasPtr;
  work.low = inPixel ? p : -Infinity as f32;
  work.high = inPixel ? q : Infinity as f32;
  const width: u32 = shape.outWidth;
  while (first < end) {
    const from = first % width;
    const columns = min(width - from, end - first);
    const at = (usize(first) * work.outputs) << 2;
    outputRow(shape, work, xPtr, outPtr + at, first / width, from, from + columns);
    const floats = usize(columns) * work.outputs;
    if (!inPixel) finishRow(outPtr + at, addendPtr == 0 ? 0 : addendPtr + at, floats, activation, p, q);
    first += columns;
  }
}

/** Columns [from, to) of an output row; outPtr is where they begin. */
function outputRow(shape: ConvShape, work: RowWork, xPtr: usize, outPtr: usize, row: u32, from: i32, to: i32): void {
  const h = <i32>(row % shape.outHeight) * shape.strideHeight - shape.padHeight;
  row /= shape.outHeight;
  const d = <i32>(row % shape.outDepth) * shape.strideDepth - shape.padDepth;
  const image = <i32>(row / shape.outDepth) * shape.depth;
  const pixelBytes: usize = shape.channels << 2;
  const stepBytes = shape.strideWidth * pixelBytes;
  // Of the input at the first column; it may lie before x.
  let x = xPtr + ((((image + d) * shape.height + h) * shape.width - shape.padWidth) * pixelBytes) + from * stepBytes;
  const outBytes = work.outputs << 2;
  const start = max(from, min(to, insideStart(shape)));
  const end = max(start, min(to, insideEnd(shape)));
  const rowBytes = shape.dilationHeight * shape.width * pixelBytes;
  const three = isThreeWide(shape) && work.multiplier == 1;
  let column = from;
  while (column < to) {
    const inside = column >= start && column < end;
    if (!inside || column == start) listPositions(shape, work, d, h, column * shape.strideWidth - shape.padWidth);
    let pixels = inside ? end - column : 1;
    column += pixels;
    for (; pixels >= 4 && work.multiplier == 1; pixels -= 4) {
      if (three) fourPixelsOfThree(work, x, stepBytes, (work.listEnd - work.list) / THREE_BYTES, rowBytes, outPtr, outBytes);
      else fourPixels(work, x, stepBytes, outPtr, outBytes);
      x += 4 * stepBytes;
      outPtr += 4 * outBytes;
    }
    for (; pixels > 0; pixels--) {
      onePixel(work, x, outPtr);
      x += stepBytes;
      outPtr += outBytes;
    }
  }
}

/** Whether kernel rows are 3 wide, close, and move by 1; and, if any lie inside x, these lie one below the other. */
function isThreeWide(shape: ConvShape): bool {
  return shape.kernelWidth == 3 && shape.dilationWidth == 1 && shape.strideWidth == 1 && shape.kernelDepth == 1;
}

/** First column whose kernel starts inside x. */
function insideStart(shape: ConvShape): i32 {
  return shape.padWidth > 0 ? (shape.padWidth + shape.strideWidth - 1) / shape.strideWidth : 0;
}

/** End of the columns whose kernel ends inside x. */
function insideEnd(shape: ConvShape): i32 {
  const room = shape.width + shape.padWidth - (shape.kernelWidth - 1) * shape.dilationWidth;
  return room > 0 ? (room + shape.strideWidth - 1) / shape.strideWidth : 0;
}

/** Lists the kernel positions inside x of an output whose kernel starts at (d, h, w). */
function listPositions(shape: ConvShape, work: RowWork, d: i32, h: i32, w: i32): void {
  let entry = work.list;
  let weights: usize = 0;
  for (let kd = 0; kd < shape.kernelDepth; kd++) {
    const toDepth = kd * shape.dilationDepth;
    for (let kh = 0; kh < shape.kernelHeight; kh++) {
      const toHeight = kh * shape.dilationHeight;
      const inside = isInside(d + toDepth, shape.depth) && isInside(h + toHeight, shape.height);
      const row = (toDepth * shape.height + toHeight) * shape.width;
      for (let kw = 0; kw < shape.kernelWidth; kw++) {
        const toWidth = kw * shape.dilationWidth;
        if (inside && isInside(w + toWidth, shape.width)) {
          store<u32>(entry, ((row + toWidth) * shape.channels) << 2);
          store<u32>(entry, weights, 4);
          entry += ENTRY_BYTES;
        }
        weights += WEIGHT_BYTES;
      }
    }
  }
  work.listEnd = entry;
}
