// Transposed convolution of float32, channels last, by gathering.

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
export function convTransposePackedBytes({ kernels }: ExecutionEngine, shape: ConvShape): number {
  const { groups, groupOutputs, groupChannels } = shape;
  return kernels.conv_transpose_f32_packed_bytes!(groups, groupOutputs, groupChannels, tapsOf(shape)) >>> 0;
}

/** Packs weights [groups · groupChannels, groupOutputs, kernel…]; their order depends on strides, dilations and pads. */
export function packConvTranspose(
  engine: ExecutionEngine,
  shape: ConvShape,
  from: number,
  to: number,
  { first, end }: OutputRange = allOutputs(shape),
): void {
  const block = engine.heap.alloc(CONV_SHAPE_BYTES, 'the shape of a convolution');
  try {
    writeConvShape(engine, block, shape);
    engine.kernels.conv_transpose_f32_pack!(block, from, to, first, end);
  } finally {
    engine.heap.free(block);
  }
}

/** Bytes of scratch that {@link convTransposePixels} uses. */
export function convTransposeScratchBytes({ kernels }: ExecutionEngine, shape: ConvShape): number {
  return (
    CONV_SHAPE_BYTES + (kernels.conv_transpose_f32_scratch_bytes!(tapsOf(shape), shape.groupChannels) >>> 0)
  );
}

export const CONV_TRANSPOSE_CALLS: PixelCalls = {
  kernel: 'conv_transpose_f32',
  scratch: 5,
  call: ({ x, packed, out, bias, scratch }, { kind, p, q }, first, count) => [
    ...[scratch, x, packed, out, bias, scratch + CONV_SHAPE_BYTES],
    ...[first, first + count, kind, p, q],
  ],
};

/** Output pixels [first, first + count), those of all images counted through. */
export function convTransposePixels(
  engine: ExecutionEngine,
  shape: ConvShape,
  at: ConvAddresses,
  activation: ConvActivation,
  first: number,
  count: number,
): void {
  writeConvShape(engine, at.scratch, shape);
  engine.kernels.conv_transpose_f32!(...CONV_TRANSPOSE_CALLS.call(at, activation, first, count));
}
