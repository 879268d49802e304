// Arithmetic on dims that operators share: sizes are checked before anything is made of them.

import type { NodeContext } from '../node.js';

const LIMIT = 2 ** 32;

/** The dims, if a tensor can have them.
 *  @throws OctavoError `SHAPE_MISMATCH` for a negative dim, `LIMIT_EXCEEDED` from 2^32 elements on. */
export function checkedDims(node: NodeContext, dims: readonly number[]): readonly number[] {
  if (dims.some((dim) => !Number.isSafeInteger(dim) || dim < 0)) {
    node.fail(`the output would have dims [${dims.join(', ')}]`);
  }
  if (product(dims) >= LIMIT) {
    node.fail(`the output would have dims [${dims.join(', ')}], 2^32 elements or more`, 'LIMIT_EXCEEDED');
  }
  return dims;
}

/** 1 for no dims. Zero wins over any number of large dims. */
export function product(dims: readonly number[]): number {
  return dims.includes(0) ? 0 : dims.reduce((size, dim) => size * dim, 1);
}

/** A tensor seen as blocks along one axis. */
export interface AxisView {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

export function axisView(dims: readonly number[], axis: number): AxisView {
  return { outer: product(dims.slice(0, axis)), length: dims[axis]!, inner: product(dims.slice(axis + 1)) };
}

/** `value` in [low, high]. */
export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** Axes as numbers in [0, rank), each once.
 *  @throws OctavoError `SHAPE_MISMATCH` for one outside [-rank, rank) or named twice. */
export function uniqueAxes(node: NodeContext, axes: readonly number[], rank: number): number[] {
  const found = axes.map((axis) => node.axis(axis, rank));
  if (new Set(found).size < found.length) node.fail(`axes [${axes.join(', ')}] name one twice`);
  return found;
}
