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
