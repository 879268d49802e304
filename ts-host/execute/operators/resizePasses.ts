// The passes of a resize: axes that change, two neighbours at a time, the last first. Each pass sees its tensor as
// [outer, A, B, inner]; a lone axis is A where much lies behind it (rows are contiguous then), else B.

import type { CoordinateRule } from '../../wasm/kernels/execute/resize.js';

/** Elements behind a lone axis from which on it is resized as rows. */
const ROW = 64;

export interface PassShape {
  readonly outer: number;
  /** Index of the axis of the tensor, or undefined where this side of the pass is 1. */
  readonly a: number | undefined;
  readonly b: number | undefined;
  readonly inner: number;
  /** Elements that come out. */
  readonly count: number;
}

/** Whether an axis is other than copied. Where nothing is scaled, most rules give x back. */
export function isResized(
  { mode, scale, extent, outputs, start, end }: CoordinateRule,
  kind: string,
): boolean {
  if (scale !== 1 || outputs !== extent) return true;
  if (mode === 'tf_crop_and_resize') return start !== 0 || end !== 1;
  return mode === 'tf_half_pixel_for_nn' && (kind === 'nearest' || extent > 1);
}

/** @param active - axes to resize, ascending */
export function passShapes(rules: readonly CoordinateRule[], active: readonly number[]): PassShape[] {
  const dims = rules.map(({ extent }) => extent);
  const product = (from: number, to: number): number => dims.slice(from, to).reduce((a, b) => a * b, 1);
  const shapes: PassShape[] = [];
  for (let i = active.length - 1; i >= 0; i--) {
    const last = active[i]!;
    const inner = product(last + 1, dims.length);
    const pair = i > 0 && active[i - 1] === last - 1;
    const first = pair ? active[--i]! : last;
    for (let axis = first; axis <= last; axis++) dims[axis] = rules[axis]!.outputs;
    const asRows = pair || inner >= ROW;
    shapes.push({
      outer: product(0, first),
      a: asRows ? first : undefined,
      b: asRows && !pair ? undefined : last,
      inner,
      count: product(0, dims.length),
    });
  }
  return shapes;
}
