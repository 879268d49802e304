// Bindings of the PNG kernels: inflating, check sums, filters, pixels.

import type { ExecutionEngine } from '../../execution.js';
import { writeInts } from '../execute/ints.js';

type Address = number;

/** Bytes of the state of inflating. */
export function inflateBytes({ kernels }: ExecutionEngine): number {
  return kernels.inflate_bytes!();
}

/** Writes the state in which inflating begins. */
export function beginInflate(
  engine: ExecutionEngine,
  state: Address,
  from: { readonly at: Address; readonly end: Address },
  to: { readonly at: Address; readonly end: Address },
): void {
  // The block of assembly/abi/inflate.ts: positions, bits, their count, where the output starts, the phase and the rest.
  writeInts(engine, state, [from.at, from.end, to.at, to.end, 0, 0, 0, to.at, 0, 0, 0, 0, 0, 0, 0, 0]);
}

const INFLATE_STATUS = ['goes on', 'done', 'broken', 'cut'] as const;

/** Inflates about `budget` bytes more. */
export function inflateMore(
  { kernels }: ExecutionEngine,
  state: Address,
  budget: number,
): (typeof INFLATE_STATUS)[number] {
  return INFLATE_STATUS[kernels.inflate!(state, budget)]!;
}

/** Where inflating has read and written to. */
export function inflatePosition(
  { heap }: ExecutionEngine,
  state: Address,
): { readonly from: Address; readonly to: Address } {
  const view = new DataView(heap.memory.buffer);
  // What was read ahead is given back.
  const ahead = view.getUint32(state + 24, true) >> 3;
  return { from: view.getUint32(state, true) - ahead, to: view.getUint32(state + 8, true) };
}

/** CRC-32 of bytes that follow those of `before`; 0 to begin. */
export function crc32({ kernels }: ExecutionEngine, x: Address, bytes: number, before = 0): number {
  return kernels.png_crc32!(x, bytes, before) >>> 0;
}

/** Adler-32 of bytes that follow those of `before`; 1 to begin. */
export function adler32({ kernels }: ExecutionEngine, x: Address, bytes: number, before = 1): number {
  return kernels.png_adler32!(x, bytes, before) >>> 0;
}

/** Undoes the filters of rows of 1 + rowBytes bytes, in place.
 *  @param step - bytes a pixel, at least 1
 *  @param above - the row before without its filter byte, 0 for none
 *  @returns false for a filter that there is not */
export function unfilter(
  { kernels }: ExecutionEngine,
  rows: Address,
  count: number,
  rowBytes: number,
  step: number,
  above: Address,
): boolean {
  return kernels.png_unfilter!(rows, count, rowBytes, step, above) === 0;
}

/** A row as RGB in bytes, a pixel every `outStep` bytes.
 *  @param color - PNG's number
 *  @param palette - 256 colours of 3 bytes */
export function expandRow(
  { kernels }: ExecutionEngine,
  row: Address,
  pixels: number,
  kind: { readonly color: number; readonly depth: number; readonly palette: Address },
  out: Address,
  outStep: number,
): void {
  kernels.png_expand!(row, pixels, kind.color, kind.depth, kind.palette, out, outStep);
}
