// What surrounds a box inside a larger tensor, as copies. The box lies at `start` along each dim and has `length`
// elements there; the rest of the dim is border.
//
// Dims are done one after the other, the last first, each for the box of the dims before it and the whole of those
// behind it, so that every element of the border is written once and what is read is there already:
//
//        dim 1 first          then dim 0
//      ┌──┬──────┬──┐       ┌──────────────┐
//      │  │      │  │       │      2       │
//      │ 1│ box  │1 │       ├──┬──────┬──┬─┤
//      └──┴──────┴──┘       │      2       │

import type { Width } from '../../wasm/kernels/execute/copy.js';
import { type Copy, planCopy, stridesOf } from './copy.js';

/** Where the box lies along one dim of `size` elements. */
export interface Span {
  readonly size: number;
  readonly start: number;
  readonly length: number;
}

/** A stretch along the dim: element `to + i` is element `from + i · step`, for i < count. */
interface Stretch {
  readonly to: number;
  readonly count: number;
  readonly from: number;
  readonly step: number;
}

/** Copies that set the border to one element. */
export function fillBorder(width: Width, spans: readonly Span[]): (Copy | undefined)[] {
  return alongDims(spans, ({ size, start, length }) => [
    { to: start + length, count: size - start - length, from: 0, step: 0 },
    { to: 0, count: start, from: 0, step: 0 },
  ]).map(({ dims, to, offset }) =>
    planCopy(
      width,
      dims,
      dims.map(() => 0),
      to,
      0,
      offset,
    ),
  );
}

/** How a border continues the box. */
export type Continuation = 'edge' | 'reflect' | 'wrap';

/** Copies, within the tensor, that continue the box; it has no dim of 0 with a border. */
export function continueBorder(
  width: Width,
  spans: readonly Span[],
  continuation: Continuation,
): (Copy | undefined)[] {
  return alongDims(spans, STRETCHES[continuation]).map(({ dims, from, to, source, offset }) =>
    planCopy(width, dims, from, to, source, offset),
  );
}

interface Region {
  readonly dims: readonly number[];
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly source: number;
  readonly offset: number;
}

function alongDims(spans: readonly Span[], stretches: (span: Span) => Stretch[]): Region[] {
  const strides = stridesOf(spans.map(({ size }) => size));
  const regions: Region[] = [];
  for (let axis = spans.length - 1; axis >= 0; axis--) {
    const stride = strides[axis]!;
    const base = spans.slice(0, axis).reduce((sum, { start }, d) => sum + start * strides[d]!, 0);
    for (const { to, count, from, step } of stretches(spans[axis]!)) {
      const dims = spans.map(({ size, length }, d) => (d < axis ? length : d === axis ? count : size));
      regions.push({
        dims,
        from: strides.with(axis, step * stride),
        to: strides,
        source: base + from * stride,
        offset: base + to * stride,
      });
    }
  }
  return regions;
}

const STRETCHES: Readonly<Record<Continuation, (span: Span) => Stretch[]>> = {
  edge: ({ size, start, length }) => [
    { to: start + length, count: size - start - length, from: start + length - 1, step: 0 },
    { to: 0, count: start, from: start, step: 0 },
  ],
  /** The element at each end is not repeated: the border is shorter than the box. */
  reflect: ({ size, start, length }) => {
    const end = start + length;
    return [
      { to: end, count: size - end, from: end - 2, step: -1 },
      { to: 0, count: start, from: 2 * start, step: -1 },
    ];
  },
  wrap: ({ size, start, length }) => rounds(size, start, start + length),
};

/** Repeats the box, [low, high), on both sides. Each stretch copies all the rounds that are there already, so that their
 *  number grows with the logarithm of the border. */
function rounds(size: number, low: number, high: number): Stretch[] {
  const stretches: Stretch[] = [];
  const period = high - low;
  let [first, last] = [low, high];
  while (last < size) {
    const shift = Math.floor((last - first) / period) * period;
    const count = Math.min(size - last, shift);
    stretches.push({ to: last, count, from: last - shift, step: 1 });
    last += count;
  }
  while (first > 0) {
    const shift = Math.floor((last - first) / period) * period;
    const count = Math.min(first, shift);
    stretches.push({ to: first - count, count, from: first - count + shift, step: 1 });
    first -= count;
  }
  return stretches;
}
