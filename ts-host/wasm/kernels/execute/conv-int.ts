// Integer convolutions at addresses. A shape block (conv-shape.ts) says what is where.

import type { KernelExports } from '../../kernel-exports.js';

/** What is xored to codes: signed ones become unsigned, moved by 128. */
export type Flip = 0 | 128;

/** Bytes of scratch a tap takes in {@link depthwiseSums}. */
export const TAP_BYTES = 8;

/** A range of output positions, counted over the whole batch. */
export interface Positions {
  readonly from: number;
  readonly to: number;
}

/** Depthwise weights [channels, taps] less their zero points (i32, of the s8 codes), as i16 [taps, channels]. */
export function centreDepthwiseWeights(
  k: KernelExports,
  weights: number,
  out: number,
  zeroPoints: number,
  channels: number,
  taps: number,
  flip: Flip,
): void {
  k.depthwise_weights_i16!(weights, out, zeroPoints, channels, taps, flip);
}

/** Sums [positions, channels] of a depthwise convolution.
 *  @param list - scratch of {@link TAP_BYTES} a tap */
export function depthwiseSums(
  k: KernelExports,
  x: number,
  weights: number,
  sums: number,
  { from, to }: Positions,
  flip: Flip,
  zeroPoint: number,
  list: number,
  shape: number,
): void {
  k.depthwise_sums_i32!(x, weights, sums, from, to, flip, zeroPoint, list, shape);
}
