// Convolution of float32, channels last, as an indirect matrix product.

import type { ExecutionEngine } from '../../execution.js';
import {
  allOutputs,
  CONV_SHAPE_BYTES,
  type ConvActivation,
  type ConvAddresses,
  type ConvShape,
  type OutputRange,
  type PixelCalls,
  tapsOf,
  writeConvShape,
} from './conv-shape.js';

/** Bytes of packed weights. */
export function convPackedBytes({ kernels }: ExecutionEngine, shape: ConvShape): number {
  const { groups, groupOutputs, groupChannels } = shape;
  return kernels.conv_f32_packed_bytes!(groups, groupOutputs, groupChannels, tapsOf(shape)) >>> 0;
}

/** Packs weights [groups · groupOutputs, groupChannels, kernel…]. */
export function packConv(
  { kernels }: ExecutionEngine,
  shape: ConvShape,
  from: number,
  to: number,
  { first, end }: OutputRange = allOutputs(shape),
): void {
  const { groupOutputs, groupChannels } = shape;
  kernels.conv_f32_pack!(from, to, groupOutputs, groupChannels, tapsOf(shape), first, end);
}

/** Bytes of scratch that {@link convPixels} uses. */
export function convScratchBytes({ kernels }: ExecutionEngine, shape: ConvShape): number {
  const { axes, groupChannels } = shape;
  return (
    CONV_SHAPE_BYTES + (kernels.conv_f32_scratch_bytes!(tapsOf(shape), axes[2].kernel, groupChannels) >>> 0)
  );
}

export const CONV_CALLS: PixelCalls = {
  kernel: 'conv_f32',
  scratch: 6,
  call: ({ x, packed, out, bias, addend, scratch }, { kind, p, q }, first, count) => [
    ...[scratch, x, packed, out, bias, addend, scratch + CONV_SHAPE_BYTES],
    ...[first, count, kind, p, q],
  ],
};

/** Output pixels [first, first + count), those of all images counted through. */
export function convPixels(
  engine: ExecutionEngine,
  shape: ConvShape,
  at: ConvAddresses,
  activation: ConvActivation,
  first: number,
  count: number,
): void {
  writeConvShape(engine, at.scratch, shape);
  engine.kernels.conv_f32!(...CONV_CALLS.call(at, activation, first, count));
}
