// Depthwise convolutions from codes to codes, at addresses. assembly/kernels/depthwise-int says the formula.

import type { ExecutionEngine } from '../../execution.js';
import type { KernelExports } from '../../kernel-exports.js';
import { type ConvShape, tapsOf } from './conv-shape.js';
import { writeInts } from './ints.js';

/** Bytes of the block that {@link writeDepthwiseCodes} writes. */
export const DEPTHWISE_CODES_BYTES = 32;

/** What the sums end with, and how codes are meant. */
export interface DepthwiseEnding {
  /** Address of the int32 bias, one a channel, or 0. */
  readonly bias: number;
  /** Address of the float32 multipliers, one a channel. */
  readonly multiplier: number;
  readonly signed: { readonly x: boolean; readonly y: boolean };
  /** Smallest and largest code of the output. */
  readonly range: readonly [number, number];
}

/** Where zero points of x and of the output, i32, have their place in a block at `block`. */
export function zeroPointPlaces(block: number): { readonly x: number; readonly y: number } {
  return { x: block + 8, y: block + 12 };
}

/** Writes the block (assembly/abi/depthwise-codes.ts) but for the zero points. */
export function writeDepthwiseCodes(engine: ExecutionEngine, block: number, ending: DepthwiseEnding): void {
  writeInts(engine, block, depthwiseCodesInts(ending));
}

/** What {@link writeDepthwiseCodes} writes. */
export function depthwiseCodesInts({ bias, multiplier, signed, range }: DepthwiseEnding): number[] {
  return [bias, multiplier, 0, 0, Number(signed.x), Number(signed.y), ...range];
}

/** Whether there is a form of weights for dots of four bytes. */
export function hasDots({ axes }: ConvShape): boolean {
  const [depth, ...others] = axes;
  return (
    depth.kernel === 1 &&
    others.every(({ kernel, stride, dilation }) => kernel === 3 && stride === 1 && dilation === 1)
  );
}

/** Bytes of packed weights.
 *  @param dots - weights for dots are packed too: the kernels take them if they fit, and are those of relaxed SIMD, exact here */
export function depthwiseCodesPackedBytes(k: KernelExports, shape: ConvShape, dots: boolean): number {
  return k.depthwise_u8_packed_bytes!(shape.groups, tapsOf(shape), dots ? 1 : 0) >>> 0;
}

/** Packs codes [channels, taps] less `zeroPoint`, a code of their type. */
export function packDepthwiseCodes(
  k: KernelExports,
  shape: ConvShape,
  weights: number,
  packed: number,
  {
    unsigned,
    zeroPoint,
    dots,
  }: { readonly unsigned: boolean; readonly zeroPoint: number; readonly dots: boolean },
): void {
  const [width, count] = [shape.axes[2].kernel, shape.groups];
  const flags = [unsigned ? 1 : 0, zeroPoint, dots ? 1 : 0] as const;
  k.depthwise_u8_pack!(weights, packed, count, tapsOf(shape), width, ...flags);
}

export function depthwiseCodesScratchBytes(k: KernelExports, shape: ConvShape): number {
  const [depth, height, width] = shape.axes;
  const columns = depth.kernel * height.kernel === 1 ? 1 : width.extent;
  return k.depthwise_u8_scratch_bytes!(shape.groups, tapsOf(shape), columns) >>> 0;
}

export interface DepthwiseCodesAddresses {
  /** Of the shape (conv-shape.ts) and the block of this file. */
  readonly shape: number;
  readonly codes: number;
  readonly x: number;
  readonly packed: number;
  readonly out: number;
  readonly scratch: number;
}

/** The kernel of {@link depthwiseCodes}, and which argument is the address of its scratch. */
export const DEPTHWISE_CODES = { kernel: 'depthwise_u8', scratch: 5 };

/** The arguments of {@link depthwiseCodes}. */
export function depthwiseCodesCall(
  { shape, codes, x, packed, out, scratch }: DepthwiseCodesAddresses,
  from: number,
  to: number,
): number[] {
  return [shape, codes, x, packed, out, scratch, from, to];
}

/** Output positions [from, to), counted over the whole batch. */
export function depthwiseCodes(
  k: KernelExports,
  at: DepthwiseCodesAddresses,
  from: number,
  to: number,
): void {
  k[DEPTHWISE_CODES.kernel]!(...depthwiseCodesCall(at, from, to));
}
