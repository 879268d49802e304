// Shape and Size: values that types alone tell. The input's elements are not read.

import { clamp } from '../movement/dims.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';
import { sizeOf } from '../value.js';

/** The dims in [start, end), both counted from the end when negative and clamped. */
function shape(node: NodeContext): Plan {
  const { dims } = node.input(0);
  const rank = dims.length;
  const place = (value: number): number => clamp(value < 0 ? value + rank : value, 0, rank);
  const kept = dims.slice(place(node.int('start', 0)), Math.max(0, place(node.int('end', rank))));
  return {
    outputs: [{ dtype: 'int64', dims: [kept.length] }],
    known: BigInt64Array.from(kept, BigInt),
    reads: [],
  };
}

function size(node: NodeContext): Plan {
  return {
    outputs: [{ dtype: 'int64', dims: [] }],
    known: BigInt64Array.of(BigInt(sizeOf(node.input(0)))),
    reads: [],
  };
}

export const SHAPES: readonly Operator[] = [
  { opType: 'Shape', domain: '', acceptsHalf: true, plan: shape },
  { opType: 'Size', domain: '', acceptsHalf: true, plan: size },
];
