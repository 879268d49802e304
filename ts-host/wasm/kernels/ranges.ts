// Ranges of values per scale group, and the scales and zero points that follow from them.

import type { Engine } from '../engine.js';
import type { ScaleLayout } from '../layout.js';
import { requireLength } from './arguments.js';
import { checkCodeRange } from './quantize.js';
import {
  copyWindowIn,
  copyWindowOut,
  invalid,
  kernelLayout,
  requireStart,
  scaleWindow,
  writeLayout,
} from './scales.js';
import { forEachTile } from './tiles.js';

/** Smallest and largest value seen per scale; +Inf and -Inf before the first. */
export interface Range {
  readonly min: Float32Array;
  readonly max: Float32Array;
}

/** An empty range for each of `scaleCount` scales. */
export function newRange(scaleCount: number): Range {
  return {
    min: new Float32Array(scaleCount).fill(Infinity),
    max: new Float32Array(scaleCount).fill(-Infinity),
  };
}

/** Widens `range` to the elements of `x`. The order of chunks does not matter; zeros of either sign count as +0.
 *
 *  @param x - Elements [start, start + x.length) of the tensor, row-major.
 *  @param start - Index of x[0] in the whole tensor; start + x.length <= 2^32.
 *  @returns false when x holds NaN or an infinity; `range` is unspecified then.
 *  @throws OctavoError `INVALID_ARGUMENT` when `range` does not have layout.scaleCount entries or the layout or start
 *  is out of bounds; `MEMORY_LIMIT` when the range in use does not fit in wasm memory. */
export function updateRange(
  engine: Engine,
  x: Float32Array,
  layout: ScaleLayout,
  range: Range,
  start = 0,
): boolean {
  requireLength(range.min, layout.scaleCount, 'range.min');
  requireLength(range.max, layout.scaleCount, 'range.max');
  requireStart(start, x.length);
  const runs = kernelLayout(layout);
  if (x.length === 0) return true;
  const { arena, simd } = engine;
  return arena.scope(() => {
    const window = scaleWindow(runs, start, x.length);
    const minPtr = copyWindowIn(arena, range.min, window);
    const maxPtr = copyWindowIn(arena, range.max, window);
    const layoutPtr = writeLayout(arena, runs);
    let finite = true;
    forEachTile(start, x.length, (from, to) => {
      arena.scope(() => {
        const xPtr = arena.copyIn(x.subarray(from, to));
        const ok = simd.range_f32!(xPtr, to - from, start + from, minPtr, maxPtr, layoutPtr);
        finite = ok !== 0 && finite;
      });
    });
    copyWindowOut(arena, minPtr, range.min, window);
    copyWindowOut(arena, maxPtr, range.max, window);
    return finite;
  });
}

/** How codes are to be placed over a range. */
export interface ScaleRule {
  readonly qmin: number;
  readonly qmax: number;
  /** One scale for both signs around a fixed zero point, or the whole range used by a zero point of its own. */
  readonly symmetric: boolean;
}

/** Scales and zero points that make [qmin, qmax] cover each range, widened to hold 0 (so that 0 is exact).
 *
 *  symmetric: zeroPoint = 0, or (qmin + qmax + 1) / 2 when qmin >= 0; scale = max(|min|, |max|) / (qmax - zeroPoint).
 *  affine: scale = (max - min) / (qmax - qmin) in f64, rounded to float32;
 *  zeroPoint = clamp(roundHalfToEven(qmin - min / scale), qmin, qmax) with that rounded scale.
 *
 *  An empty or all-zero range has scale 1. A scale below the smallest normal float32 is raised to it; one
 *  so large that the outermost code would dequantize to infinity is lowered until it does not.
 *
 *  @throws OctavoError `INVALID_ARGUMENT` unless qmin < qmax within 16 bits and, when symmetric, there are codes above
 *  the zero point; `MEMORY_LIMIT` when the range does not fit in wasm memory. */
export function scalesFromRange(
  engine: Engine,
  range: Range,
  rule: ScaleRule,
): { scale: Float32Array; zeroPoint: Int32Array } {
  checkCodeRange(rule);
  const count = range.min.length;
  requireLength(range.max, count, 'range.max');
  const { qmin, qmax } = rule;
  const scale = new Float32Array(count);
  const zeroPoint = new Int32Array(count);
  const { arena, simd } = engine;
  arena.scope(() => {
    const minPtr = arena.copyIn(range.min);
    const maxPtr = arena.copyIn(range.max);
    const scalePtr = arena.alloc(scale.byteLength);
    if (rule.symmetric) {
      zeroPoint.fill(symmetricZeroPoint(qmin, qmax));
      simd.symmetric_scales!(minPtr, maxPtr, count, scalePtr, qmax - symmetricZeroPoint(qmin, qmax));
    } else {
      const zeroPointPtr = arena.alloc(zeroPoint.byteLength);
      simd.affine_scales!(minPtr, maxPtr, count, scalePtr, zeroPointPtr, qmin, qmax);
      arena.copyOut(zeroPointPtr, zeroPoint);
    }
    arena.copyOut(scalePtr, scale);
  });
  return { scale, zeroPoint };
}

/** 0 for signed codes; the upper middle for unsigned ones, as 128 for [0, 255]. */
function symmetricZeroPoint(qmin: number, qmax: number): number {
  const zeroPoint = qmin >= 0 ? Math.ceil((qmin + qmax) / 2) : 0;
  if (zeroPoint >= qmax)
    throw invalid(`[${qmin}, ${qmax}] has no codes above zero point ${zeroPoint}`, 'qmax');
  return zeroPoint;
}
