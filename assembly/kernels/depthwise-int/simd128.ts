// Depthwise convolution of 8-bit codes, channels-last, from codes to codes. The zero point of x is taken off the bias, once
// for all pixels; so padding counts as that code, and is read from a row of it.
//
//   code = clamp(roundHalfToEven(fl(Σ (x − zx) · w + bias) · multiplier) + zy, codeMin, codeMax)
//
// Kernels of 3 x 3 that move by 1 sweep along rows, those 5 wide take four pixels at once (quad.ts), all others one or two. The
// relaxed build sweeps by dots of four bytes where weights are packed for them. Bit-equal to reference/depthwise-int.ts;
// multipliers that are NaN or infinite make the codes num/requantize.ts says.

import { ConvShape, isInside, tapsOf } from '../../abi/conv-shape';
import { own } from '../../abi/own';
import { DepthwiseCodes } from '../../abi/depthwise-codes';
import { BLOCK, blocksOf, blockStart, DOT_BYTES, FLAG_BYTES, PAIR_BYTES, pairsOf } from './pack';
import { ENTRY_BYTES, fewChannels, listedPixels, sweptPixels } from './pixels';
import { QUAD, QUAD_COLUMNS, quadPixels } from './quad';
import { HEAD_BYTES, Sweep, Work, writeEnding } from './work';

export { depthwise_u8_pack, depthwise_u8_packed_bytes } from './pack';

// A thread's own bytes:  Work | Sweep | eight codes that nobody reads
const SWEEP: usize = 32;
const NOWHERE: usize = 80;

/** Address of the padding: a row of x, or a pixel of it for a kernel of one row. */
let padding: usize = 0;
/** Where the kernel of the row at hand starts. */
let startDepth: i32 = 0;
let startHeight: i32 = 0;
/** Address of the image at hand. */
let image: usize = 0;

/** Bytes of a record before the weights of its dots. */
const DOTS_HEAD_BYTES: usize = 32;

/** Bytes of the list of pairs and that of lines. */
function listBytes(taps: usize): usize {
  return pairsOf(taps) * ENTRY_BYTES + (taps << 2);
}

/** Bytes of scratch: lists, the records, and padding of `width` columns: those of x, or 1 for
 *  a kernel of one row. */
export function depthwise_u8_scratch_bytes(channels: usize, taps: usize, width: usize): usize {
  const pairs = pairsOf(taps);
  const record = pairs * PAIR_BYTES + HEAD_BYTES + DOTS_HEAD_BYTES + DOT_BYTES;
  return listBytes(taps) + blocksOf(channels) * record + channels * width;
}

/** Output pixels [first, end), rows and images counted through. scratch is 4-byte aligned. */
export function depthwise_u8(
  shapePtr: usize, codesPtr: usize, xPtr: usize, packedPtr: usize, outPtr: usize, scratchPtr: usize,
  first: u32, end: u32,
): void {
  const shape = changetype<ConvShape>(shapePtr);
  const codes = changetype<DepthwiseCodes>(codesPtr);
  const channels: usize = shape.channels;
  const work = changetype<Work>(own());
  work.channels = channels;
  work.list = scratchPtr;
  work.listEnd = scratchPtr + pairsOf(tapsOf(shape)) * ENTRY_BYTES;
  work.records = scratchPtr + listBytes(tapsOf(shape));
  work.dots = load<i32>(packedPtr) != 0;
  padding = writeRecords(work, codes, packedPtr);
  memory.fill(padding, <u8>codes.xZeroPoint, shape.kernelHeight * shape.kernelDepth == 1 ? channels : <usize>shape.width * channels);
  if (codes.xSigned != 0) pixels<i8>(shape, work, xPtr, outPtr, first, end);
  else pixels<u8>(shape, work, xPtr, outPtr, first, end);
}

function pixels<T>(shape: ConvShape, work: Work, xPtr: usize, outPtr: usize, first: u32, end: u32): void {
  const width: u32 = shape.outWidth;
  const sweeping = isSwept(shape);
  while (first < end) {
    const from = first % width;
    const row = first / width;
    const out = outPtr + <usize>first * work.channels;
    locate(shape, xPtr, row);
    if (sweeping && from == 0 && end - first >= width) {
      const two = end - first >= 2 * width && (row + 1) % <u32>shape.outHeight != 0;
      sweepRows<T>(shape, work, out, two);
      first += two ? 2 * width : width;
      continue;
    }
    const columns = min(width - from, end - first);
    outputRow<T>(shape, work, out, from, from + columns);
    first += columns;
  }
}

/** Finds where the kernels of output row `row` start, rows and images counted through. */
function locate(shape: ConvShape, xPtr: usize, row: u32): void {
  startHeight = <i32>(row % shape.outHeight) * shape.strideHeight - shape.padHeight;
  row /= shape.outHeight;
  startDepth = <i32>(row % shape.outDepth) * shape.strideDepth - shape.padDepth;
  const imageRows = <usize>(row / shape.outDepth) * shape.depth * shape.height;
  image = xPtr + imageRows * <usize>shape.width * <usize>shape.channels;
}

/** Writes the records of all blocks; returns their end. Where there are dots, a record goes on behind its pairs:
 *  bias i32 [8] for codes as u8 | weights of relaxed.ts. */
function writeRecords(work: Work, codes: DepthwiseCodes, packedPtr: usize): usize {
  const channels = work.channels;
  const pairBytes = ((work.listEnd - work.list) / ENTRY_BYTES) * PAIR_BYTES;
  const dotsHead = work.dots ? DOTS_HEAD_BYTES : 0;
  const dotBytes = work.dots ? DOT_BYTES : 0;
  work.recordBytes = HEAD_BYTES + pairBytes + dotsHead + dotBytes;
  const sums = packedPtr + FLAG_BYTES;
  let record = work.records;
  let weights = sums + (channels << 2);
  for (let block: usize = 0; block < blocksOf(channels); block++) {
    let at = blockStart(block, channels) << 2;
    for (let lane: usize = 0; lane < BLOCK * 4 && at < channels << 2; lane += 4, at += 4) {
      const sum = load<i32>(sums + at);
      const bias = (codes.bias == 0 ? 0 : load<i32>(codes.bias + at)) - codes.xZeroPoint * sum;
      store<i32>(record + lane, bias);
      store<f32>(record + lane, finite(load<f32>(codes.multiplier + at)), 32);
      if (work.dots) store<i32>(record + HEAD_BYTES + pairBytes + lane, codes.xSigned != 0 ? bias - 128 * sum : bias);
    }
    writeEnding(record, codes);
    memory.copy(record + HEAD_BYTES, weights, pairBytes);
    memory.copy(record + HEAD_BYTES + pairBytes + dotsHead, weights + pairBytes, dotBytes);
    record += work.recordBytes;
    weights += pairBytes + dotBytes;
  }
  return record;
}

/** A finite multiplier with the same codes: 0 keeps the zero point, as NaN does; any sum but 0 times the largest float
 *  saturates, as infinity does. */
function finite(multiplier: f32): f32 {
  if (multiplier != multiplier) return 0;
  return max(-f32.MAX_VALUE, min(f32.MAX_VALUE, multiplier));
}

/** Columns [from, to) of the row at hand; outPtr is where they begin. */
function outputRow<T>(shape: ConvShape, work: Work, outPtr: usize, from: i32, to: i32): void {
  const channels = work.channels;
  const stepBytes = <usize>shape.strideWidth * channels;
  const reach = (shape.kernelWidth - 1) * shape.dilationWidth;
  // Padding is as long as a row, so that a list with rows outside x moves along too, unless there is but one row.
  const moves = shape.kernelHeight * shape.kernelDepth > 1
    || (isInside(startDepth, shape.depth) && isInside(startHeight, shape.height));
  const rows = shape.kernelDepth * shape.kernelHeight;
  const quads = shape.kernelWidth == QUAD_COLUMNS && shape.strideWidth == 1 && shape.dilationWidth == 1 && channels >= BLOCK;
  let listed = -1;
  while (from < to) {
    const start = from * shape.strideWidth - shape.padWidth;
    const inside = moves && start >= 0 && start + reach < shape.width;
    if (!inside || listed < 0) {
      listPairs(shape, work, start);
      listed = inside ? from : -1;
      if (quads && inside) listLines(shape, linesOf(work), start);
    }
    const offset = inside ? <usize>(from - listed) * stepBytes : 0;
    if (quads && inside && from + QUAD <= to && start + QUAD - 1 + reach < shape.width) {
      quadPixels<T>(work, linesOf(work), rows, offset, outPtr);
      from += QUAD;
      outPtr += <usize>QUAD * channels;
      continue;
    }
    const two = inside && from + 1 < to && start + shape.strideWidth + reach < shape.width && channels >= BLOCK;
    if (channels < BLOCK) fewChannels<T>(work, offset, outPtr);
    else listedPixels<T>(work, offset, outPtr, two, stepBytes);
    from += two ? 2 : 1;
    outPtr += two ? 2 * channels : channels;
  }
}

/** Whether the kernel is 3 x 3, close, moves by 1, and has at most one column of padding on each side. */
function isSwept(shape: ConvShape): bool {
  return shape.kernelWidth == 3 && shape.kernelHeight == 3 && shape.kernelDepth == 1 && shape.channels >= <i32>BLOCK
    && shape.dilationWidth == 1 && shape.dilationHeight == 1 && shape.strideWidth == 1 && shape.strideHeight == 1
    && <u32>shape.padWidth <= 1 && shape.outWidth + 1 - shape.padWidth <= shape.width && shape.padDepth == 0
    && shape.strideDepth * (shape.outDepth - 1) < shape.depth;
}

/** The row at hand, and with `two` the next one. */
function sweepRows<T>(shape: ConvShape, work: Work, outPtr: usize, two: bool): void {
  const sweep = changetype<Sweep>(own() + SWEEP);
  const channels = work.channels;
  for (let row = 0; row < 4; row++) {
    const y = startHeight + row;
    const line = image + <usize>(startDepth * shape.height + y) * <usize>shape.width * channels;
    store<usize>(changetype<usize>(sweep) + (<usize>row << 2), isInside(y, shape.height) ? line : padding);
  }
  const last = shape.outWidth + 2 - shape.padWidth;
  sweep.before = shape.padWidth;
  sweep.after = last > shape.width ? 1 : 0;
  sweep.inside = <usize>min(last, shape.width) * channels;
  sweep.pad = padding;
  sweep.out0 = outPtr;
  sweep.out1 = two ? outPtr + <usize>shape.outWidth * channels : own() + NOWHERE;
  sweep.step1 = two ? channels : 0;
  sweptPixels<T>(work, sweep);
}

/** Where the lines of quads are listed: behind the pairs. */
function linesOf(work: Work): usize {
  return work.listEnd;
}

/** Lists the addresses at column `start`, inside x, of the lines under the rows of the kernel. */
function listLines(shape: ConvShape, entry: usize, start: i32): void {
  const rows = shape.kernelDepth * shape.kernelHeight;
  for (let row = 0; row < rows; row++, entry += 4) store<usize>(entry, addressAt(shape, lineOf(shape, row), start));
}

/** Lists the addresses of the kernel positions, pair by pair as pack.ts says, of the output whose kernel starts at column
 *  `start`. */
function listPairs(shape: ConvShape, work: Work, start: i32): void {
  const rows = shape.kernelDepth * shape.kernelHeight;
  const width = shape.kernelWidth;
  let entry = work.list;
  for (let row = 0; row + 1 < rows; row += 2) {
    const line = lineOf(shape, row);
    const next = lineOf(shape, row + 1);
    for (let column = 0; column < width; column++, entry += ENTRY_BYTES) {
      const x = start + column * shape.dilationWidth;
      store<usize>(entry, addressAt(shape, line, x));
      store<usize>(entry, addressAt(shape, next, x), 4);
    }
  }
  if ((rows & 1) == 0) return;
  const line = lineOf(shape, rows - 1);
  for (let column = 0; column < width; column += 2, entry += ENTRY_BYTES) {
    const x = start + column * shape.dilationWidth;
    const first = addressAt(shape, line, x);
    store<usize>(entry, first);
    store<usize>(entry, column + 1 < width ? addressAt(shape, line, x + shape.dilationWidth) : first, 4);
  }
}

/** Address of the line of x under row `row` of the kernel; 0 outside x. */
function lineOf(shape: ConvShape, row: i32): usize {
  const z = startDepth + (row / shape.kernelHeight) * shape.dilationDepth;
  const y = startHeight + (row % shape.kernelHeight) * shape.dilationHeight;
  if (!isInside(y, shape.height) || !isInside(z, shape.depth)) return 0;
  return image + <usize>((z * shape.height + y) * shape.width) * <usize>shape.channels;
}

// @ts-ignore: decorator
@inline
function addressAt(shape: ConvShape, line: usize, x: i32): usize {
  return line != 0 && isInside(x, shape.width) ? line + <usize>x * <usize>shape.channels : padding;
}
