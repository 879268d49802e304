// How a reduction over any dims becomes passes over one axis each. Neighbouring dims that both go, or both stay, are one;
// then the groups that go are folded from the last to the first:
//
//   [2, 3, 4, 5] over 0 and 2   ->   pass 1: [6, 4, 5] -> [6, 5]   pass 2: [1, 2, 15] -> [15]

import type { AxisView } from '../../wasm/kernels/execute/reduce.js';

/** Elements that one step works on, at most: some milliseconds. */
export const STEP_ELEMENTS = 2 ** 20;

export function product(dims: readonly number[]): number {
  return dims.reduce((a, b) => a * b, 1);
}

/** A tensor around the dims from `axis` on up to `end`. */
export function viewOf(dims: readonly number[], axis: number, end = axis + 1): AxisView {
  return {
    outer: product(dims.slice(0, axis)),
    axis: product(dims.slice(axis, end)),
    inner: product(dims.slice(end)),
  };
}

/** The passes that reduce the dims in `gone`; at least one. */
export function passesOf(dims: readonly number[], gone: ReadonlySet<number>): AxisView[] {
  const passes: AxisView[] = [];
  let kept = 1;
  for (let i = dims.length - 1; i >= 0; ) {
    let size = 1;
    const goes = gone.has(i);
    // A dim of 1 joins whatever is beside it.
    while (i >= 0 && (gone.has(i) === goes || dims[i] === 1)) size *= dims[i--]!;
    if (!goes) kept *= size;
    else if (size !== 1) passes.push({ outer: product(dims.slice(0, i + 1)), axis: size, inner: kept });
  }
  return passes.length > 0 ? passes : [{ outer: product(dims), axis: 1, inner: 1 }];
}

/** A part of a view, for one step. */
export interface Piece {
  readonly view: AxisView;
  /** Where it starts: elements before it. */
  readonly from: number;
  /** Results before those it makes. */
  readonly to: number;
  /** Whether it goes on with results that an earlier piece began. */
  readonly more: boolean;
}

/** A view in pieces of at most {@link STEP_ELEMENTS} elements, if rows of the axis allow it. */
export function piecesOf(view: AxisView): Piece[] {
  const { outer, axis, inner } = view;
  const each = axis * inner;
  if (outer * each <= STEP_ELEMENTS) return [{ view, from: 0, to: 0, more: false }];
  const pieces: Piece[] = [];
  if (each <= STEP_ELEMENTS) {
    const many = Math.floor(STEP_ELEMENTS / each);
    for (let o = 0; o < outer; o += many) {
      const part = { outer: Math.min(many, outer - o), axis, inner };
      pieces.push({ view: part, from: o * each, to: o * inner, more: false });
    }
    return pieces;
  }
  const rows = Math.max(1, Math.floor(STEP_ELEMENTS / inner));
  for (let o = 0; o < outer; o++) {
    for (let n = 0; n < axis; n += rows) {
      const part = { outer: 1, axis: Math.min(rows, axis - n), inner };
      pieces.push({ view: part, from: o * each + n * inner, to: o * inner, more: n > 0 });
    }
  }
  return pieces;
}

/** A view in pieces that each hold whole axes, and at most `most` elements where an axis is not longer. */
export function wholePiecesOf(view: AxisView, most = STEP_ELEMENTS): Piece[] {
  const { outer, axis, inner } = view;
  const many = Math.max(1, Math.floor(most / Math.max(1, axis * inner)));
  const pieces: Piece[] = [];
  for (let o = 0; o < outer; o += many) {
    const part = { outer: Math.min(many, outer - o), axis, inner };
    pieces.push({ view: part, from: o * axis * inner, to: o * inner, more: false });
  }
  return pieces;
}
