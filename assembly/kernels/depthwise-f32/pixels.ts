// The inner loops of depthwise convolution: one or four output pixels, over a list of the kernel positions that lie
// inside x. Every sum starts at the bias and adds the products in the order of the list.
//
//   list:     x offset of position 0 | offset of its weights in a block | x offset of position 1 | ...      4 bytes each
//   weights:  block of outputs 0-3: position 0 x 4 | position 1 x 4 | ...    block of outputs 4-7: ...
//
// The weights of four outputs lie side by side: one position at a time, channels a power of two apart would fight over a
// few sets of the cache.

import { clampF32, clampLanes } from '../../num/clamp';
import { multiplyAdd } from '../../num/strict-or-relaxed';

/** Bytes of a position in the list. */
// @ts-ignore: decorator
@inline export const ENTRY_BYTES: usize = 8;

/** What the pixels of one row share. */
@unmanaged
export class RowWork {
  list: usize;
  listEnd: usize;
  /** Address of the packed weights. */
  weights: usize;
  /** Bytes of a block of weights. */
  blockBytes: usize;
  outputs: usize;
  /** Outputs a channel has. */
  multiplier: usize;
  /** Address of the bias or 0. */
  bias: usize;
  low: f32;
  high: f32;
}

/** Four pixels, one output a channel: their inputs are xBytes, their outputs outBytes apart. Four channels at a time; with
 *  eight V8 spills sums. */
export function fourPixels(work: RowWork, xPtr: usize, xBytes: usize, outPtr: usize, outBytes: usize): void {
  const listEnd = work.listEnd;
  const end = (work.outputs & ~3) << 2;
  let weights = work.weights;
  for (let at: usize = 0; at < end; at += 16) {
    let sum0 = work.bias == 0 ? f32x4.splat(0) : v128.load(work.bias + at);
    let sum1 = sum0;
    let sum2 = sum0;
    let sum3 = sum0;
    for (let ptr = work.list; ptr < listEnd; ptr += ENTRY_BYTES) {
      const x = xPtr + load<u32>(ptr) + at;
      const w = v128.load(weights + load<u32>(ptr, 4));
      sum0 = multiplyAdd(sum0, v128.load(x), w);
      sum1 = multiplyAdd(sum1, v128.load(x + xBytes), w);
      sum2 = multiplyAdd(sum2, v128.load(x + 2 * xBytes), w);
      sum3 = multiplyAdd(sum3, v128.load(x + 3 * xBytes), w);
    }
    storeFour(work, outPtr + at, outBytes, sum0, sum1, sum2, sum3);
    weights += work.blockBytes;
  }
  lastOutputs(work, xPtr, xBytes, outPtr, outBytes);
}

/** As fourPixels, for kernels 3 wide that move by 1: the four pixels share their six inputs of each kernel row.
 *  @param xPtr - what the first pixel's list starts from
 *  @param rows - kernel rows inside x, one below the other: their inputs are rowBytes apart */
export function fourPixelsOfThree(
  work: RowWork, xPtr: usize, xBytes: usize, rows: usize, rowBytes: usize, outPtr: usize, outBytes: usize,
): void {
  const end = (work.outputs & ~3) << 2;
  // Of the first position in the list.
  const xFirst = xPtr + load<u32>(work.list);
  let weights = work.weights + load<u32>(work.list, 4);
  for (let at: usize = 0; at < end; at += 16) {
    let sum0 = work.bias == 0 ? f32x4.splat(0) : v128.load(work.bias + at);
    let sum1 = sum0;
    let sum2 = sum0;
    let sum3 = sum0;
    let x = xFirst + at;
    let w = weights;
    for (let row: usize = 0; row < rows; row++) {
      const w0 = v128.load(w);
      const w1 = v128.load(w, 16);
      const w2 = v128.load(w, 32);
      const x0 = v128.load(x);
      const x1 = v128.load(x + xBytes);
      const x2 = v128.load(x + 2 * xBytes);
      const x3 = v128.load(x + 3 * xBytes);
      const x4 = v128.load(x + 4 * xBytes);
      const x5 = v128.load(x + 5 * xBytes);
      sum0 = multiplyAdd(multiplyAdd(multiplyAdd(sum0, x0, w0), x1, w1), x2, w2);
      sum1 = multiplyAdd(multiplyAdd(multiplyAdd(sum1, x1, w0), x2, w1), x3, w2);
      sum2 = multiplyAdd(multiplyAdd(multiplyAdd(sum2, x2, w0), x3, w1), x4, w2);
      sum3 = multiplyAdd(multiplyAdd(multiplyAdd(sum3, x3, w0), x4, w1), x5, w2);
      x += rowBytes;
      w += 48;
    }
    storeFour(work, outPtr + at, outBytes, sum0, sum1, sum2, sum3);
    weights += work.blockBytes;
  }
  lastOutputs(work, xPtr, xBytes, outPtr, outBytes);
}

// @ts-ignore: decorator
@inline
function storeFour(work: RowWork, out: usize, outBytes: usize, sum0: v128, sum1: v128, sum2: v128, sum3: v128): void {
  const low = f32x4.splat(work.low);
  const high = f32x4.splat(work.high);
  v128.store(out, clampLanes(sum0, low, high));
  v128.store(out + outBytes, clampLanes(sum1, low, high));
  v128.store(out + 2 * outBytes, clampLanes(sum2, low, high));
  v128.store(out + 3 * outBytes, clampLanes(sum3, low, high));
}

/** The outputs of four pixels that make no vector. */
function lastOutputs(work: RowWork, xPtr: usize, xBytes: usize, outPtr: usize, outBytes: usize): void {
  const first = work.outputs & ~3;
  if (first == work.outputs) return;
  for (let pixel = 0; pixel < 4; pixel++) {
    outputsFrom(work, xPtr, outPtr, first);
    xPtr += xBytes;
    outPtr += outBytes;
  }
}

/** One pixel, any number of outputs a channel. */
export function onePixel(work: RowWork, xPtr: usize, outPtr: usize): void {
  if (work.multiplier == 1) outputsFrom(work, xPtr, outPtr, 0);
  else multipliedOutputs(work, xPtr, outPtr);
}

/** One pixel, outputs `output` (a multiple of 4) and up, one a channel. */
function outputsFrom(work: RowWork, xPtr: usize, outPtr: usize, output: usize): void {
  const low = f32x4.splat(work.low);
  const high = f32x4.splat(work.high);
  let weights = work.weights + (output >> 2) * work.blockBytes;
  for (; output + 8 <= work.outputs; output += 8) {
    const at = output << 2;
    const second = weights + work.blockBytes;
    let sum0 = work.bias == 0 ? f32x4.splat(0) : v128.load(work.bias + at);
    let sum1 = work.bias == 0 ? f32x4.splat(0) : v128.load(work.bias + at, 16);
    for (let ptr = work.list; ptr < work.listEnd; ptr += ENTRY_BYTES) {
      const x = xPtr + load<u32>(ptr) + at;
      const offset = <usize>load<u32>(ptr, 4);
      sum0 = multiplyAdd(sum0, v128.load(x), v128.load(weights + offset));
      sum1 = multiplyAdd(sum1, v128.load(x, 16), v128.load(second + offset));
    }
    v128.store(outPtr + at, clampLanes(sum0, low, high));
    v128.store(outPtr + at, clampLanes(sum1, low, high), 16);
    weights = second + work.blockBytes;
  }
  for (; output + 4 <= work.outputs; output += 4) {
    const at = output << 2;
    let sum = work.bias == 0 ? f32x4.splat(0) : v128.load(work.bias + at);
    for (let ptr = work.list; ptr < work.listEnd; ptr += ENTRY_BYTES) {
      sum = multiplyAdd(sum, v128.load(xPtr + load<u32>(ptr) + at), v128.load(weights + load<u32>(ptr, 4)));
    }
    v128.store(outPtr + at, clampLanes(sum, low, high));
    weights += work.blockBytes;
  }
  for (; output < work.outputs; output++) oneOutput(work, xPtr + (output << 2), outPtr, output);
}

/** One pixel; four outputs take their inputs from up to four channels. */
function multipliedOutputs(work: RowWork, xPtr: usize, outPtr: usize): void {
  const low = f32x4.splat(work.low);
  const high = f32x4.splat(work.high);
  let weights = work.weights;
  let output: usize = 0;
  for (; output + 4 <= work.outputs; output += 4) {
    const at = output << 2;
    const x0 = xPtr + ((output / work.multiplier) << 2);
    const x1 = xPtr + (((output + 1) / work.multiplier) << 2);
    const x2 = xPtr + (((output + 2) / work.multiplier) << 2);
    const x3 = xPtr + (((output + 3) / work.multiplier) << 2);
    let sum = work.bias == 0 ? f32x4.splat(0) : v128.load(work.bias + at);
    for (let ptr = work.list; ptr < work.listEnd; ptr += ENTRY_BYTES) {
      const offset = <usize>load<u32>(ptr);
      let x = v128.load32_splat(x0 + offset);
      x = v128.load_lane<f32>(x1 + offset, x, 1);
      x = v128.load_lane<f32>(x2 + offset, x, 2);
      x = v128.load_lane<f32>(x3 + offset, x, 3);
      sum = multiplyAdd(sum, x, v128.load(weights + load<u32>(ptr, 4)));
    }
    v128.store(outPtr + at, clampLanes(sum, low, high));
    weights += work.blockBytes;
  }
  for (; output < work.outputs; output++) oneOutput(work, xPtr + ((output / work.multiplier) << 2), outPtr, output);
}

/** @param xPtr - of the output's channel */
function oneOutput(work: RowWork, xPtr: usize, outPtr: usize, output: usize): void {
  const at = output << 2;
  const weights = work.weights + (output >> 2) * work.blockBytes + ((output & 3) << 2);
  let sum: f32 = work.bias == 0 ? 0 : load<f32>(work.bias + at);
  for (let ptr = work.list; ptr < work.listEnd; ptr += ENTRY_BYTES) {
    sum += load<f32>(xPtr + load<u32>(ptr)) * load<f32>(weights + load<u32>(ptr, 4));
  }
  store<f32>(outPtr + at, clampF32(sum, work.low, work.high));
}
