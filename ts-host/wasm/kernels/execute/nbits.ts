// Weights of 2, 4 or 8 bits in blocks, at addresses.

import type { ExecutionEngine } from '../../execution.js';
import type { KernelExports } from '../../kernel-exports.js';
import { writeInts } from './ints.js';

/** Unpacks `rows` rows of `depth` codes to bytes; each row is stored as `padded` codes, whole bytes. */
export function unpackRows(
  k: KernelExports,
  packed: number,
  out: number,
  rows: number,
  depth: number,
  padded: number,
  bits: number,
): void {
  k.unpack_rows_u8!(packed, out, rows, depth, padded, bits);
}

/** Zero points of blocks: bytes, floats, or one for all. */
export type BlockZeroPoints =
  | { readonly kind: 'codes' | 'floats'; readonly address: number }
  | { readonly kind: 'middle'; readonly value: number };

/** float32 of codes [rows, depth] with a scale for each `block` of a row. */
export function dequantizeRows(
  k: KernelExports,
  codes: number,
  out: number,
  [rows, depth, block]: readonly [number, number, number],
  scales: number,
  zeroPoints: BlockZeroPoints,
): void {
  const { kind } = zeroPoints;
  const bytes = kind === 'middle' ? 0 : kind === 'codes' ? 1 : 4;
  const [address, middle] = kind === 'middle' ? [0, zeroPoints.value] : [zeroPoints.address, 0];
  k.dequantize_rows_f32!(codes, out, rows, depth, block, scales, address, bytes, middle);
}

export const FEW_ROWS_KERNEL = 'nbits_products_f32';

/** Weights [n, k] of 4 or 8 bits in blocks that k is a multiple of. */
export interface BlockWeights {
  readonly address: number;
  readonly scales: number;
  readonly zeroPoints: BlockZeroPoints;
  readonly n: number;
  readonly k: number;
  readonly block: number;
  readonly bits: number;
}

/** A call of {@link FEW_ROWS_KERNEL}: rows of `a` times outputs [first, end). `bias` may be 0. */
export function fewRowsCall(
  { address, scales, zeroPoints, n, k, block, bits }: BlockWeights,
  {
    a,
    bias,
    out,
    m,
  }: { readonly a: number; readonly bias: number; readonly out: number; readonly m: number },
  first: number,
  end: number,
): readonly number[] {
  const { kind } = zeroPoints;
  const bytes = kind === 'middle' ? 0 : kind === 'codes' ? 1 : 4;
  const [zeros, middle] = kind === 'middle' ? [0, zeroPoints.value] : [zeroPoints.address, 0];
  return [a, address, scales, zeros, bytes, middle, bias, out, m, n, k, block, bits, first, end];
}

/** What gather_blocks_f32 is told: see assembly/kernels/nbits/scalar.ts. */
export interface GatherBlocks {
  readonly gathered: number;
  readonly inner: number;
  readonly indexCount: number;
  readonly indexBytes: 4 | 8;
  readonly depth: number;
  readonly after: number;
  readonly block: number;
  readonly bits: number;
  readonly signed: boolean;
  /** Zero point of all where there are none. */
  readonly middle: number;
  readonly zeroPointRow: number;
  readonly zeroPointRowCodes: number;
}

/** Bytes of the argument block. */
export const GATHER_BLOCKS_BYTES = 52;

/** Gathers slices [from, to) as float32. Answers the place of an index outside its axis, −1 when there is none.
 *  @param block - address of {@link GATHER_BLOCKS_BYTES} bytes */
export function gatherBlocks(
  engine: ExecutionEngine,
  block: number,
  shape: GatherBlocks,
  at: {
    readonly data: number;
    readonly indices: number;
    readonly scales: number;
    readonly zeroPoints: number;
    readonly out: number;
  },
  from: number,
  to: number,
): number {
  const { gathered, inner, indexCount, indexBytes, depth, after, bits, signed, middle } = shape;
  writeInts(engine, block, [
    ...[gathered, inner, indexCount, indexBytes, depth, after, shape.block, bits, signed ? 1 : 0],
    ...[at.zeroPoints, middle, shape.zeroPointRow, shape.zeroPointRowCodes],
  ]);
  return engine.kernels.gather_blocks_f32!(at.data, at.indices, at.scales, at.out, from, to, block);
}
