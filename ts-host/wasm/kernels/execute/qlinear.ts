// Tables of 8-bit codes, at addresses.

import type { ExecutionEngine } from '../../execution.js';
import type { KernelExports } from '../../kernel-exports.js';
import { writeInts } from './ints.js';

/** Entries of a table: one for every byte. */
export const TABLE_BYTES = 256;

/** Bytes 0 to 255 at `address`. */
export function writeAllCodes(engine: ExecutionEngine, address: number): void {
  const words = Array.from({ length: 64 }, (_, i) => 0x03020100 + i * 0x04040404);
  writeInts(engine, address, words);
}

/** out = table[x] for `rows` rows of n bytes, `stride` bytes apart in out. */
export function mapCodes(
  k: KernelExports,
  x: number,
  out: number,
  table: number,
  rows: number,
  n: number,
  stride: number,
): void {
  k.map_codes_u8!(x, out, table, rows, n, stride);
}

/** Bytes of the block of {@link binaryCodesInts}. */
export const BINARY_CODES_BYTES = 40;

/** Operators of {@link binaryCodes}, in the order of the kernel's numbers. */
const BINARY = ['add', 'mul'] as const;
export type BinaryOfCodes = (typeof BINARY)[number];

export interface BinaryCodes {
  /** Addresses of one float32 each: of a, b and the result. */
  readonly scales: readonly [number, number, number];
  readonly signed: boolean;
  /** Smallest and largest code of the result. */
  readonly range: readonly [number, number];
  readonly op: BinaryOfCodes;
}

/** Where the zero points of a, b and the result, i32, have their place in a block at `block`. */
export function binaryZeroPoints(block: number): readonly [number, number, number] {
  return [block + 12, block + 16, block + 20];
}

/** The block (assembly/abi/binary-codes.ts) but for the zero points. */
export function binaryCodesInts({ scales, signed, range, op }: BinaryCodes): number[] {
  return [...scales, 0, 0, 0, signed ? 1 : 0, ...range, BINARY.indexOf(op)];
}

/** out = a op b, codes all of them, over a walk (broadcast.ts). */
export function binaryCodes(
  k: KernelExports,
  a: number,
  b: number,
  out: number,
  block: number,
  walk: number,
): void {
  k.binary_codes_u8!(a, b, out, block, walk);
}
