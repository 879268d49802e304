// Depthwise convolution of float32, channels last: groups of one channel, with one output or several.

import type { ExecutionEngine } from '../../execution.js';
import {
  CONV_SHAPE_BYTES,
  type ConvActivation,
  type ConvAddresses,
  type ConvShape,
  type PixelCalls,
  tapsOf,
  writeConvShape,
} from './conv-shape.js';

/** Bytes of packed weights. */
export function depthwisePackedBytes({ kernels }: ExecutionEngine, shape: ConvShape): number {
  return kernels.depthwise_f32_packed_bytes!(shape.groups * shape.groupOutputs, tapsOf(shape)) >>> 0;
}

/** Packs weights [groups · groupOutputs, 1, kernel…]. */
export function packDepthwise(
  { kernels }: ExecutionEngine,
  shape: ConvShape,
  from: number,
  to: number,
): void {
  kernels.depthwise_f32_pack!(from, to, shape.groups * shape.groupOutputs, tapsOf(shape));
}

/** Bytes of scratch that {@link depthwisePixels} uses. */
export function depthwiseScratchBytes({ kernels }: ExecutionEngine, shape: ConvShape): number {
  return CONV_SHAPE_BYTES + (kernels.depthwise_f32_scratch_bytes!(tapsOf(shape)) >>> 0);
}

export const DEPTHWISE_CALLS: PixelCalls = {
  kernel: 'depthwise_f32',
  scratch: 6,
  call: ({ x, packed, out, bias, addend, scratch }, { kind, p, q }, first, count) => [
    ...[scratch, x, packed, out, bias, addend, scratch + CONV_SHAPE_BYTES],
    ...[first, first + count, kind, p, q],
  ],
};

/** Output pixels [first, first + count), those of all images counted through. */
export function depthwisePixels(
  engine: ExecutionEngine,
  shape: ConvShape,
  at: ConvAddresses,
  activation: ConvActivation,
  first: number,
  count: number,
): void {
  writeConvShape(engine, at.scratch, shape);
  engine.kernels.depthwise_f32!(...DEPTHWISE_CALLS.call(at, activation, first, count));
}
