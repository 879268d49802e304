// Integer products and convolutions, at addresses: assembly/kernels/product-int says what is computed, and how weights
// are packed.

import type { ExecutionEngine } from '../../execution.js';
import type { KernelExports } from '../../kernel-exports.js';
import { CONV_SHAPE_BYTES, type ConvShape, convShapeInts, tapsOf } from './conv-shape.js';
import { writeInts } from './ints.js';

/** Forms of packed weights, as bits; see assembly/kernels/product-int/packed.ts. */
export const PRODUCT_FORMS = { dot: 1, pairs: 2, thin: 4 } as const;

/** Columns of a packed panel. */
export const PRODUCT_PANEL = 8;

const ARGS_BYTES = 128;
/** Bytes of an argument block with its shape. */
export const PRODUCT_ARGS_BYTES = ARGS_BYTES + CONV_SHAPE_BYTES;
/** Bytes of a description of weights. */
export const PRODUCT_WEIGHTS_BYTES = 64;

export type ProductEnding = 'int32' | 'float32' | 'uint8' | 'int8';
const ENDINGS: readonly ProductEnding[] = ['int32', 'float32', 'uint8', 'int8'];

/** Addresses, 0 for what is absent; `steps` tell a vector (1) from a single number (0). */
export interface ProductOperands {
  readonly x: number;
  readonly packed: number;
  readonly out: number;
  readonly scratch: number;
  readonly bias: number;
  readonly biasStep: 0 | 1;
  readonly aScale: number;
  readonly bScale: number;
  readonly bScaleStep: 0 | 1;
  readonly yScale: number;
  readonly alpha: number;
  readonly xZero: number;
  readonly yZero: number;
  readonly signedX: boolean;
  readonly ending: ProductEnding;
  readonly codes: readonly [min: number, max: number];
  readonly addend: number;
}

const floatBits = (value: number): number => new Int32Array(Float32Array.of(value).buffer)[0]!;

/** Writes arguments and shape at `address`, {@link PRODUCT_ARGS_BYTES} of them. */
export function writeProductArgs(
  engine: ExecutionEngine,
  address: number,
  shape: ConvShape,
  at: ProductOperands,
): void {
  writeInts(engine, address, productArgs(shape, at));
}

/** What {@link writeProductArgs} writes. */
export function productArgs(shape: ConvShape, at: ProductOperands): number[] {
  const args = [
    ...[at.x, at.packed, at.out, at.scratch, at.bias, at.biasStep, at.aScale, at.bScale, at.bScaleStep],
    ...[at.yScale, floatBits(at.alpha), at.xZero, at.yZero, at.signedX ? 128 : 0, ENDINGS.indexOf(at.ending)],
    ...[...at.codes, at.addend],
  ];
  return [...args, ...Array<number>(ARGS_BYTES / 4 - args.length).fill(0), ...convShapeInts(shape)];
}

/** Takes scales, zero points and bias as they are now: once a run, after {@link writeProductArgs}. */
export function prepareProduct(k: KernelExports, args: number): void {
  k.product_int_prepare!(args);
}

/** The kernel of {@link multiply}, whose calls may be made by any thread. */
export const PRODUCT_KERNEL = 'product_int';

/** The arguments of {@link multiply}. */
export function productCall(
  args: number,
  { from, to }: { readonly from: number; readonly to: number },
  { first, end }: { readonly first: number; readonly end: number },
): number[] {
  return [args, from, to, first, end];
}

/** Positions [from, to) by outputs [first, end) of each group; first is a multiple of {@link PRODUCT_PANEL}. */
export function multiply(
  k: KernelExports,
  args: number,
  positions: { readonly from: number; readonly to: number },
  outputs: { readonly first: number; readonly end: number },
): void {
  k[PRODUCT_KERNEL]!(...productCall(args, positions, outputs));
}

export function productScratchBytes(
  k: KernelExports,
  { groups, groupOutputs, groupChannels, ...shape }: ConvShape,
  positions: number,
  threads = 1,
): number {
  const depth = groupChannels * tapsOf(shape);
  const one = k.product_int_scratch_bytes!(groups, groupOutputs, depth, positions) >>> 0;
  return one + (threads - 1) * (k.product_int_rows_bytes!(depth) >>> 0);
}

/** Where weights lie, and what they are: see the class of this name in assembly. */
export interface ProductWeights {
  readonly columnStride: number;
  readonly channelStride: number;
  readonly tapStride: number;
  readonly signed: boolean;
  readonly zeroStep: 0 | 1;
  readonly groups: number;
  readonly outputs: number;
  readonly channels: number;
  readonly taps: number;
}

/** Bytes of packed weights. `wide` unless they are known to fit 8 bits less their zero points. */
export function productPackedBytes(k: KernelExports, w: ProductWeights, wide: boolean): number {
  return k.product_int_packed_bytes!(w.groups, w.outputs, w.channels * w.taps, wide ? 1 : 0) >>> 0;
}

/** Describes weights at `address`. `zero` is the address of their zero points, or 0. */
export function writeProductWeights(
  engine: ExecutionEngine,
  address: number,
  w: ProductWeights,
  from: number,
  zero: number,
): void {
  writeInts(engine, address, [
    ...[from, w.columnStride, w.channelStride, w.tapStride, w.signed ? 1 : 0, zero, w.zeroStep],
    ...[w.groups, w.outputs, w.channels, w.taps],
  ]);
}

/** Starts packing, with the forms that are wanted. */
export function beginPack(k: KernelExports, packed: number, forms: number): void {
  k.product_int_begin!(packed, forms);
}

/** The forms that packed weights say they may be read in: as {@link beginPack} and {@link checkPack} left them. */
export function packedForms({ heap }: ExecutionEngine, packed: number): number {
  return new DataView(heap.memory.buffer, packed, 4).getInt32(0, true);
}

/** Takes away the forms that columns [first, end), counted through groups, do not fit. */
export function checkPack(
  k: KernelExports,
  weights: number,
  packed: number,
  first: number,
  end: number,
): void {
  k.product_int_check!(weights, packed, first, end);
}

/** Packs panels [first, end), counted through groups. */
export function packProduct(
  k: KernelExports,
  weights: number,
  packed: number,
  first: number,
  end: number,
): void {
  k.product_int_pack!(weights, packed, first, end);
}
