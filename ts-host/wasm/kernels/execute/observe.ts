// What calibration sees of a float32 tensor in the executor's memory, in steps: range and zeros, counts on a grid, the
// tails of those counts, and their sum with the counts of others.

import type { ExecutionEngine } from '../../execution.js';
import { readInts } from './ints.js';

type Address = number;

/** Bytes of the block that {@link observeRange} writes and {@link readRange} reads. */
export const RANGE_BYTES = 16;

export interface SeenRange {
  readonly min: number;
  readonly max: number;
  readonly zeros: number;
}

/** Writes the range of `count` elements; false when one of them is NaN or infinite. */
export function observeRange({ kernels }: ExecutionEngine, x: Address, count: number, out: Address): boolean {
  return kernels.observe_range_f32!(x, count, out) !== 0;
}

export function readRange({ heap }: ExecutionEngine, range: Address): SeenRange {
  const view = new DataView(heap.memory.buffer, range, RANGE_BYTES);
  return { min: view.getFloat32(0, true), max: view.getFloat32(4, true), zeros: view.getUint32(8, true) };
}

/** Bins of a histogram: bin i holds [i · width, (i + 1) · width), width = 2^exponent, first <= i < first + bins. */
export interface Bins {
  readonly exponent: number;
  readonly width: number;
  readonly first: number;
  readonly bins: number;
}

/** From so many elements on, counting in four tables and joining them is faster. */
const FOUR_TABLES_FROM = 32768;
/** Keeps equal bins of two tables off one another's place in the cache. */
const TABLE_GAP = 192;

/** Bytes that {@link countBins} needs for `bins` bins. */
export const countBytes = (bins: number): number => 4 * tableStride(bins);
const tableStride = (bins: number): number => Math.ceil(bins / 16) * 64 + TABLE_GAP;

/** Counts `count` elements, which must lie in the bins, into `bins` u32 at `table`. */
export function countBins(
  { kernels, heap }: ExecutionEngine,
  x: Address,
  count: number,
  { width, first, bins }: Bins,
  table: Address,
): void {
  const stride = count < FOUR_TABLES_FROM ? 0 : tableStride(bins);
  heap.bytes.fill(0, table, table + 3 * stride + 4 * bins);
  kernels.count_bins_f32_u32!(x, count, Math.max(1, 1 / width), Math.min(1, 1 / width), first, table, stride);
  if (stride !== 0) kernels.join_counts_u32!(table, bins, stride);
}

/** How many of the outermost bins, on either side, hold at most `left` of the counted elements together. */
export function tailBins(
  engine: ExecutionEngine,
  table: Address,
  bins: number,
  left: number,
  out: Address,
): { low: number; high: number } {
  engine.kernels.tail_bins_u32!(table, bins, left, out);
  const [low, high] = readInts(engine, out, 2);
  return { low: low!, high: high! };
}

/** Adds counts to float64 counts of a grid that is as wide or wider and has all their bins. */
export function addCounts(
  { kernels }: ExecutionEngine,
  type: 'u32' | 'f64',
  table: Address,
  from: Bins,
  counts: Address,
  to: Bins,
): void {
  const add = type === 'u32' ? kernels.add_counts_u32_f64! : kernels.add_counts_f64!;
  // Bin numbers have 23 bits: shifted by 31, all that is left of them is their sign, as by more.
  add(table, from.bins, from.first, Math.min(31, to.exponent - from.exponent), counts, to.first);
}
