// Expand and Tile: elements that repeat. In the copy, a repeated dim of the input has a stride of 0.

import { planCopy, stridesOf, widthOf } from '../movement/copy.js';
import { checkedDims } from '../movement/dims.js';
import { movePlan } from '../movement/plan.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';
import { describeType } from '../value.js';

/** The input and the shape broadcast to each other: dims of 1 repeat. */
function expand(node: NodeContext): Plan {
  const input = node.input(0);
  const wanted = node.ints(1);
  const rank = Math.max(wanted.length, input.dims.length);
  const padded = (dims: readonly number[]): number[] => [...Array(rank - dims.length).fill(1), ...dims];
  const [shape, own] = [padded(wanted), padded(input.dims)];
  const dims = own.map((dim, d) => {
    if (dim === shape[d] || shape[d] === 1) return dim;
    if (dim === 1) return shape[d]!;
    return node.fail(`${describeType(input)} cannot be expanded to [${wanted.join(', ')}]`);
  });
  const type = { dtype: input.dtype, dims: checkedDims(node, dims) };
  const from = stridesOf(own).map((stride, d) => (own[d] === 1 ? 0 : stride));
  const copy = planCopy(widthOf(node, input.dtype), dims, from, stridesOf(dims));
  return movePlan(node, type, [{ copy, from: 0 }]);
}

/** Dim d of the output is repeats[d] rounds over dim d of the input: two loops each. */
function tile(node: NodeContext): Plan {
  const input = node.input(0);
  const repeats = node.ints(1);
  if (repeats.length !== input.dims.length || repeats.some((count) => count < 0)) {
    node.fail(`repeats [${repeats.join(', ')}] do not fit ${describeType(input)}`);
  }
  const dims = checkedDims(
    node,
    input.dims.map((dim, d) => dim * repeats[d]!),
  );
  const [strides, to] = [stridesOf(input.dims), stridesOf(dims)];
  const copy = planCopy(
    widthOf(node, input.dtype),
    dims.flatMap((_, d) => [repeats[d]!, input.dims[d]!]),
    dims.flatMap((_, d) => [0, strides[d]!]),
    dims.flatMap((_, d) => [to[d]! * input.dims[d]!, to[d]!]),
  );
  return movePlan(node, { dtype: input.dtype, dims }, [{ copy, from: 0 }]);
}

export const EXPANDS: readonly Operator[] = [
  { opType: 'Expand', domain: '', acceptsHalf: true, plan: expand },
  { opType: 'Tile', domain: '', acceptsHalf: true, plan: tile },
];
