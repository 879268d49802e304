// The range of a tensor, and the scale and zero point that follow from it, at addresses.

import type { ExecutionEngine } from '../../execution.js';
import { writeInts } from './ints.js';

/** Bytes of {@link beginRange}'s block: a layout of one scale, then min and max. */
export const RANGE_BYTES = 24;

/** Starts a range that holds 0. */
export function beginRange(engine: ExecutionEngine, block: number): void {
  writeInts(engine, block, [1, -1, 1, -1, 0, 0]);
}

/** Takes `count` float32 in; NaN is left out. */
export function extendRange(engine: ExecutionEngine, block: number, x: number, count: number): void {
  engine.kernels.range_f32!(x, count, 0, block + 16, block + 20, block);
}

/** Writes the float32 scale and the uint8 zero point of the range so far. */
export function dynamicScale(engine: ExecutionEngine, block: number, scale: number, zeroPoint: number): void {
  engine.kernels.dynamic_scale_u8!(block + 16, block + 20, scale, zeroPoint);
}
