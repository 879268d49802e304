// What the bindings over scaled tensors share: checked layouts in the form the kernels like best, the stretch of scales
// a call uses, the argument block of assembly/abi/scales.ts, and cutting a call into tiles.

import { OctavoError } from '../../errors.js';
import type { Arena } from '../arena.js';
import type { ScaleLayout } from '../layout.js';
import { requireInteger } from './arguments.js';

/** Most elements an index can address: kernels count in 32 bits. */
const MAX_ELEMENTS = 2 ** 32;

export function invalid(message: string, field: string): OctavoError {
  return new OctavoError('INVALID_ARGUMENT', message, { field });
}

/** @throws OctavoError `INVALID_ARGUMENT` unless [start, start + count) lies within 2^32 elements. */
export function requireStart(start: number, count: number): void {
  requireInteger(start, 0, MAX_ELEMENTS - count, 'start');
}

/** The same assignment of scales to elements, in the form with the longest runs.
 *  @throws OctavoError `INVALID_ARGUMENT` for sizes that are not positive integers below 2^32, or a scaleCount that is
 *  not a multiple of inner. */
export function kernelLayout(layout: ScaleLayout): ScaleLayout {
  for (const field of ['depth', 'inner', 'block', 'scaleCount'] as const) {
    requireInteger(layout[field], 1, MAX_ELEMENTS - 1, `layout.${field}`);
  }
  const { depth, inner, block, scaleCount } = layout;
  // One scale: one run without end.
  if (scaleCount === 1) return { depth: MAX_ELEMENTS - 1, inner: 1, block: MAX_ELEMENTS - 1, scaleCount };
  // Rows of a scale per element: the index is the element number mod scaleCount, so rows may as well be that long.
  if (block === 1) return { depth: 1, inner: scaleCount, block: 1, scaleCount };
  if (scaleCount % inner !== 0) {
    throw invalid(`scaleCount ${scaleCount} is no multiple of inner ${inner}`, 'layout.scaleCount');
  }
  return { depth, inner, block: Math.min(block, depth), scaleCount };
}

/** Scales `first` up to `end` (exclusive). */
export interface ScaleWindow {
  readonly first: number;
  readonly end: number;
}

/** The scales that elements [start, start + count) use, or all when they wrap around. `layout` is a kernelLayout. */
export function scaleWindow(layout: ScaleLayout, start: number, count: number): ScaleWindow {
  const { scaleCount, inner } = layout;
  const first = rowScale(layout, start);
  const end = rowScale(layout, start + count - 1) + inner;
  const turn = first - (first % scaleCount);
  return end - turn > scaleCount ? { first: 0, end: scaleCount } : { first: first - turn, end: end - turn };
}

/** Scale index of the first element in the row of `element`, before the reduction mod scaleCount. */
function rowScale({ depth, inner, block }: ScaleLayout, element: number): number {
  const row = Math.floor(element / inner);
  const outer = Math.floor(row / depth);
  return (outer * Math.ceil(depth / block) + Math.floor((row % depth) / block)) * inner;
}

/** Copies the window of a per-scale array in. Returns the address scale 0 would have; for a window that starts further
 *  on it may lie outside the array, even below 0: kernels add to it modulo 2^32. */
export function copyWindowIn(
  arena: Arena,
  values: Float32Array | Float64Array | Int32Array,
  window: ScaleWindow,
): number {
  const address = arena.copyIn(values.subarray(window.first, window.end));
  return address - window.first * values.BYTES_PER_ELEMENT;
}

/** Copies the window of a per-scale array back out of where copyWindowIn put it. */
export function copyWindowOut(
  arena: Arena,
  address: number,
  values: Float32Array | Float64Array,
  window: ScaleWindow,
): void {
  const first = address + window.first * values.BYTES_PER_ELEMENT;
  arena.copyOut(first, values.subarray(window.first, window.end));
}

/** Writes the ScaleLayout block, and behind it `more` words as ScaleParams has them; returns its address. */
export function writeLayout(arena: Arena, layout: ScaleLayout, more: readonly number[] = []): number {
  return arena.copyIn(Int32Array.of(layout.scaleCount, layout.depth, layout.inner, layout.block, ...more));
}
