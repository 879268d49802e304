// What one call of the integer product is told: an argument block, the shape behind it, and scratch memory laid out.
//
//   args:     ProductArgs (128 bytes) | ConvShape (128 bytes)
//   scratch:  bias i32 | multipliers f32, both [groups, outputs of a group filled up to whole panels] | the kernel's own
//
// A matrix product is a convolution of one kernel position over rows: width = outWidth = m, groupChannels = k.

import { ConvShape, tapsOf } from './conv-shape';

/** Addresses of 0 stand for what is absent. */
@unmanaged
export class ProductArgs {
  x: usize;
  packed: usize;
  out: usize;
  scratch: usize;
  /** i32, `biasStep` (0 or 1) apart. */
  bias: usize;
  biasStep: usize;
  /** float32; without a scale of B the sums are not scaled, without one of y they end as floats. */
  aScale: usize;
  bScale: usize;
  bScaleStep: usize;
  yScale: usize;
  alpha: f32;
  /** Bytes of codes. */
  xZero: usize;
  yZero: usize;
  /** 128 where x is s8: all codes are handled as u8, moved by 128. */
  flip: u32;
  ending: i32;
  /** Codes are cut to this range. */
  codeMin: i32;
  codeMax: i32;
  /** float32 added to floats, by column. */
  addend: usize;
  /** Made by product_int_prepare: zero point of the u8 codes of x. The kernel's own 48 bytes are at {@link constantsOf}. */
  zeroPoint: i32;
}

/** What sums become. */
export const END_I32: i32 = 0;
export const END_F32: i32 = 1;
export const END_U8: i32 = 2;
export const END_I8: i32 = 3;

/** Columns of a packed panel. */
export const PANEL_COLUMNS: usize = 8;

// @ts-ignore: decorator
@inline
export function shapeOf(args: ProductArgs): ConvShape {
  return changetype<ConvShape>(changetype<usize>(args) + 128);
}

/** 48 bytes at the end of the arguments. */
// @ts-ignore: decorator
@inline
export function constantsOf(args: ProductArgs): usize {
  return changetype<usize>(args) + 80;
}

// @ts-ignore: decorator
@inline
export function depthOf(shape: ConvShape): usize {
  return <usize>shape.groupChannels * tapsOf(shape);
}

// @ts-ignore: decorator
@inline
export function panelsOf(outputs: usize): usize {
  return (outputs + PANEL_COLUMNS - 1) / PANEL_COLUMNS;
}

/** Columns of all groups, each filled up to whole panels. */
// @ts-ignore: decorator
@inline
export function paddedColumns(groups: usize, outputs: usize): usize {
  return groups * panelsOf(outputs) * PANEL_COLUMNS;
}

// @ts-ignore: decorator
@inline
export function multipliersOf(args: ProductArgs): usize {
  const shape = shapeOf(args);
  return args.scratch + (paddedColumns(shape.groups, shape.groupOutputs) << 2);
}

/** Where weights lie: the element of an output, channel and tap is at w[output · columnStride + channel · channelStride +
 *  tap · tapStride]. Outputs are counted through all groups; their zero points lie `zeroStep` bytes apart at zeroPtr. */
@unmanaged
export class Weights {
  ptr: usize;
  columnStride: usize;
  channelStride: usize;
  tapStride: usize;
  signed: u32;
  zeroPtr: usize;
  zeroStep: usize;
  groups: usize;
  outputs: usize;
  channels: usize;
  taps: usize;
}
