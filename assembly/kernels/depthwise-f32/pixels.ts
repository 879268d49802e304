// The inner loops of depthwise convolution: one or four output pixels, over a list of the kernel positions that lie
// inside x. Every sum starts at the bias and adds the products in the order of the list.
//
//   list:  x offset of position 0 | address of its weights [outputs] | x offset of position 1 | ...      4 bytes each

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
  outputs: usize;
  /** Outputs a channel has. */
  multiplier: usize;
  /** Address of the bias or 0. */
  bias: usize;
  low: f32;
  high: f32;
}

/** Four pixels, one output a channel: their inputs are xBytes, their outputs outBytes apart. */
export function fourPixels(work: RowWork, xPtr: usize, xBytes: usize, outPtr: usize, outBytes: usize): void {
  const listEnd = work.listEnd;
  const end = work.outputs << 2;
  const end8 = end & ~31;
  let at: usize = 0;
  for (; at < end8; at += 32) {
    let low0 = f32x4.splat(0);
    let high0 = low0;
    if (work.bias != 0) {
      low0 = v128.load(work.bias + at);
      high0 = v128.load(work.bias + at, 16);
    }
    let low1 = low0;
    let high1 = high0;
    let low2 = low0;
    let high2 = high0;
    let low3 = low0;
    let high3 = high0;
    for (let ptr = work.list; ptr < listEnd; ptr += ENTRY_BYTES) {
      let x = xPtr + load<u32>(ptr) + at;
      const weights = <usize>load<u32>(ptr, 4) + at;
      const wLow = v128.load(weights);
      const wHigh = v128.load(weights, 16);
      low0 = multiplyAdd(low0, v128.load(x), wLow);
      high0 = multiplyAdd(high0, v128.load(x, 16), wHigh);
      x += xBytes;
      low1 = multiplyAdd(low1, v128.load(x), wLow);
      high1 = multiplyAdd(high1, v128.load(x, 16), wHigh);
      x += xBytes;
      low2 = multiplyAdd(low2, v128.load(x), wLow);
      high2 = multiplyAdd(high2, v128.load(x, 16), wHigh);
      x += xBytes;
      low3 = multiplyAdd(low3, v128.load(x), wLow);
      high3 = multiplyAdd(high3, v128.load(x, 16), wHigh);
    }
    // Here, not before the loop, where they would take registers from the sums.
    const low = v128.load32_splat(changetype<usize>(work) + offsetof<RowWork>('low'));
    const high = v128.load32_splat(changetype<usize>(work) + offsetof<RowWork>('high'));
    let out = outPtr + at;
    v128.store(out, clampLanes(low0, low, high));
    v128.store(out, clampLanes(high0, low, high), 16);
    out += outBytes;
    v128.store(out, clampLanes(low1, low, high));
    v128.store(out, clampLanes(high1, low, high), 16);
    out += outBytes;
    v128.store(out, clampLanes(low2, low, high));
    v128.store(out, clampLanes(high2, low, high), 16);
    out += outBytes;
    v128.store(out, clampLanes(low3, low, high));
    v128.store(out, clampLanes(high3, low, high), 16);
  }
  if (at == end) return;
  for (let pixel = 0; pixel < 4; pixel++) {
    outputsFrom(work, xPtr, outPtr, at >> 2);
    xPtr += xBytes;
    outPtr += outBytes;
  }
}

/** One pixel, any number of outputs a channel. */
export function onePixel(work: RowWork, xPtr: usize, outPtr: usize): void {
  if (work.multiplier == 1) outputsFrom(work, xPtr, outPtr, 0);
  else multipliedOutputs(work, xPtr, outPtr);
}

/** One pixel, outputs `output` and up, one a channel. */
function outputsFrom(work: RowWork, xPtr: usize, outPtr: usize, output: usize): void {
  const low = f32x4.splat(work.low);
  const high = f32x4.splat(work.high);
  for (; output + 4 <= work.outputs; output += 4) {
    const at = output << 2;
    let sum = work.bias == 0 ? f32x4.splat(0) : v128.load(work.bias + at);
    for (let ptr = work.list; ptr < work.listEnd; ptr += ENTRY_BYTES) {
      sum = multiplyAdd(sum, v128.load(xPtr + load<u32>(ptr) + at), v128.load(<usize>load<u32>(ptr, 4) + at));
    }
    v128.store(outPtr + at, clampLanes(sum, low, high));
  }
  for (; output < work.outputs; output++) oneOutput(work, xPtr + (output << 2), outPtr, output);
}

/** One pixel; four outputs take their inputs from up to four channels. */
function multipliedOutputs(work: RowWork, xPtr: usize, outPtr: usize): void {
  const low = f32x4.splat(work.low);
  const high = f32x4.splat(work.high);
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
      sum = multiplyAdd(sum, x, v128.load(<usize>load<u32>(ptr, 4) + at));
    }
    v128.store(outPtr + at, clampLanes(sum, low, high));
  }
  for (; output < work.outputs; output++) oneOutput(work, xPtr + ((output / work.multiplier) << 2), outPtr, output);
}

/** @param xPtr - of the output's channel */
function oneOutput(work: RowWork, xPtr: usize, outPtr: usize, output: usize): void {
  const at = output << 2;
  let sum: f32 = work.bias == 0 ? 0 : load<f32>(work.bias + at);
  for (let ptr = work.list; ptr < work.listEnd; ptr += ENTRY_BYTES) {
    sum += load<f32>(xPtr + load<u32>(ptr)) * load<f32>(<usize>load<u32>(ptr, 4) + at);
  }
  store<f32>(outPtr + at, clampF32(sum, work.low, work.high));
}
