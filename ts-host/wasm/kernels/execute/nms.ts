// Non-maximum suppression of one class of one image.

import type { ExecutionEngine } from '../../execution.js';
import { readInts, writeInts } from './ints.js';

export interface SuppressionCall {
  readonly boxes: number;
  readonly scores: number;
  readonly count: number;
  readonly isCenter: boolean;
  readonly overlap: number;
  /** Only scores above it count, if it is given. */
  readonly least: number | undefined;
  /** Boxes that may stay. */
  readonly most: number;
}

const WORDS_BYTES = 64;
const KEPT_AT = 11 * 4;

/** Bytes of memory a call needs. */
export function suppressionScratch(count: number, most: number): number {
  return WORDS_BYTES + 4 * count + 4 * Math.min(count, most);
}

/** Where the boxes that stayed are listed. */
export function keptBoxes(scratch: number, count: number): number {
  return scratch + WORDS_BYTES + 4 * count;
}

export function beginSuppression(engine: ExecutionEngine, call: SuppressionCall, scratch: number): void {
  const { boxes, scores, count, isCenter, overlap, least, most } = call;
  const [overlapBits, leastBits] = new Int32Array(Float32Array.of(overlap, least ?? 0).buffer);
  const flags = [Number(isCenter), overlapBits!, Number(least !== undefined), leastBits!];
  const lists = [Math.min(count, most), scratch + WORDS_BYTES, keptBoxes(scratch, count)];
  writeInts(engine, scratch, [boxes, scores, count, ...flags, ...lists, 0, 0]);
  engine.kernels.nms_begin!(scratch);
}

/** Compares about `budget` boxes. Returns whether there is more to do. */
export function continueSuppression(engine: ExecutionEngine, scratch: number, budget: number): boolean {
  return engine.kernels.nms_continue!(scratch, budget) !== 0;
}

/** How many boxes stayed. */
export function keptCount(engine: ExecutionEngine, scratch: number): number {
  return readInts(engine, scratch + KEPT_AT, 1)[0]!;
}

/** (batch, class, box) as int64 for each of `count` boxes listed at `kept`. */
export function writeSelected(
  engine: ExecutionEngine,
  kept: number,
  count: number,
  batch: number,
  label: number,
  out: number,
): void {
  engine.kernels.nms_write!(kept, count, batch, label, out);
}
