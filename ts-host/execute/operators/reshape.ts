// Reshape, Flatten, Squeeze, Unsqueeze: the same elements under other dims. Nothing runs.

import { checkedDims, product, uniqueAxes } from '../movement/dims.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';
import { describeType, sizeOf } from '../value.js';

function alias(node: NodeContext, dims: readonly number[]): Plan {
  return { outputs: [{ dtype: node.input(0).dtype, dims }], alias: 0 };
}

/** 0 copies a dim of the input (unless allowzero), one -1 takes what is left. */
function reshape(node: NodeContext): Plan {
  const input = node.input(0);
  const wanted = node.ints(1);
  const allowZero = node.flag('allowzero');
  const free = wanted.indexOf(-1);
  if (wanted.some((dim) => dim < -1)) node.fail(`shape [${wanted.join(', ')}] holds a dim below -1`);
  if (wanted.indexOf(-1, free + 1) > free) node.fail(`shape [${wanted.join(', ')}] holds -1 twice`);
  if (allowZero && free >= 0 && wanted.includes(0)) {
    node.fail(`shape [${wanted.join(', ')}] with allowzero holds both 0 and -1`);
  }
  const dims = wanted.map((dim, d) => {
    if (dim !== 0 || allowZero) return dim;
    return (
      input.dims[d] ?? node.fail(`shape [${wanted.join(', ')}] copies dim ${d} of ${describeType(input)}`)
    );
  });
  const size = sizeOf(input);
  if (free >= 0) {
    const others = product(dims.filter((_, d) => d !== free));
    dims[free] = size / others;
  }
  if (product(dims) !== size || !Number.isInteger(dims[free] ?? 0)) {
    node.fail(`${describeType(input)} has ${size} elements, which do not fit [${wanted.join(', ')}]`);
  }
  return alias(node, checkedDims(node, dims));
}

function flatten(node: NodeContext): Plan {
  const { dims } = node.input(0);
  const axis = node.int('axis', 1);
  const at = axis < 0 ? axis + dims.length : axis;
  if (at < 0 || at > dims.length) {
    node.fail(`axis ${axis} is outside [-${dims.length}, ${dims.length}]`);
  }
  return alias(node, [product(dims.slice(0, at)), product(dims.slice(at))]);
}

/** Axes are an attribute before opset 13, then an input. */
function givenAxes(node: NodeContext): number[] | undefined {
  return node.opset < 13 ? node.intList('axes') : node.optionalInts(1);
}

/** Without axes, every dim of 1 goes. */
function squeeze(node: NodeContext): Plan {
  const { dims } = node.input(0);
  const axes = givenAxes(node);
  if (axes === undefined)
    return alias(
      node,
      dims.filter((dim) => dim !== 1),
    );
  const gone = new Set(axes.map((axis) => node.axis(axis, dims.length)));
  for (const axis of gone) {
    if (dims[axis] !== 1) node.fail(`dim ${axis} of ${describeType(node.input(0))} is not 1`);
  }
  return alias(
    node,
    dims.filter((_, d) => !gone.has(d)),
  );
}

function unsqueeze(node: NodeContext): Plan {
  const { dims } = node.input(0);
  const axes = givenAxes(node) ?? node.fail('Unsqueeze needs axes', 'GRAPH_INVALID');
  const rank = dims.length + axes.length;
  const added = new Set(uniqueAxes(node, axes, rank));
  const left = dims.values();
  return alias(
    node,
    Array.from({ length: rank }, (_, d) => (added.has(d) ? 1 : left.next().value!)),
  );
}

export const RESHAPES: readonly Operator[] = [
  { opType: 'Reshape', domain: '', acceptsHalf: true, plan: reshape },
  { opType: 'Flatten', domain: '', acceptsHalf: true, plan: flatten },
  { opType: 'Squeeze', domain: '', acceptsHalf: true, plan: squeeze },
  { opType: 'Unsqueeze', domain: '', acceptsHalf: true, plan: unsqueeze },
];
