// Concat and Split: boxes side by side along an axis. A tensor is [outer, axis, inner]; a part of it is a run of
// length · inner elements in every outer row.

import { type Copy, copySteps, planCopy, scratchOf, widthOf } from '../movement/copy.js';
import { axisView, checkedDims } from '../movement/dims.js';
import { movePlan } from '../movement/plan.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';
import { describeType, type TensorType } from '../value.js';

function concat(node: NodeContext): Plan {
  const first = node.input(0);
  const axis = node.axis(node.int('axis'), first.dims.length);
  const inputs = Array.from({ length: node.inputCount }, (_, i) => node.input(i));
  for (const [i, input] of inputs.entries()) requireFit(node, first, input, i, axis);
  const total = inputs.reduce((sum, { dims }) => sum + dims[axis]!, 0);
  const dims = checkedDims(node, first.dims.with(axis, total));
  const width = widthOf(node, first.dtype);
  let start = 0;
  const parts = inputs.map((input, from) => {
    const { outer, length, inner } = axisView(input.dims, axis);
    const run = length * inner;
    const copy = planCopy(width, [outer, run], [run, 1], [total * inner, 1], 0, start * inner);
    start += length;
    return { copy, from };
  });
  return movePlan(node, { dtype: first.dtype, dims }, parts);
}

function requireFit(
  node: NodeContext,
  first: TensorType,
  input: TensorType,
  index: number,
  axis: number,
): void {
  if (input.dtype !== first.dtype) {
    node.fail(`input ${index} is ${input.dtype}, input 0 is ${first.dtype}`, 'UNSUPPORTED_DTYPE');
  }
  const fits =
    input.dims.length === first.dims.length &&
    input.dims.every((dim, d) => d === axis || dim === first.dims[d]);
  if (!fits) {
    node.fail(
      `input ${index} is ${describeType(input)}: it does not fit ${describeType(first)} on axis ${axis}`,
    );
  }
}

function split(node: NodeContext): Plan {
  const input = node.input(0);
  const axis = node.axis(node.int('axis', 0), input.dims.length);
  const { outer, length, inner } = axisView(input.dims, axis);
  const sizes = splitSizes(node, length);
  const width = widthOf(node, input.dtype);
  let start = 0;
  const copies = sizes.map((size, index) => {
    const run = size * inner;
    const copy = planCopy(width, [outer, run], [length * inner, 1], [run, 1], start * inner, 0);
    start += size;
    return node.wants(index) ? copy : undefined;
  });
  const outputs = sizes.map((size) => ({ dtype: input.dtype, dims: input.dims.with(axis, size) }));
  if (outputs.length === 1) return { outputs, alias: 0 };
  return splitPlan(node, outputs, copies);
}

function splitPlan(node: NodeContext, outputs: TensorType[], copies: (Copy | undefined)[]): Plan {
  const { engine } = node;
  return {
    outputs,
    scratch: scratchOf(copies),
    bind: (at) => {
      const jobs = copies.flatMap((copy, index) =>
        copy === undefined ? [] : [{ copy, source: at.input(0), target: at.output(index) }],
      );
      return copySteps(engine, at.scratch, jobs);
    },
  };
}

/** Sizes are an attribute before opset 13, then an input. Without them all parts are equal; from opset 18 on the last
 *  may be smaller. */
function splitSizes(node: NodeContext, length: number): number[] {
  const given = node.opset < 13 ? node.intList('split') : node.optionalInts(1);
  const count = node.int('num_outputs', node.outputCount);
  if (given !== undefined) {
    if (node.hasAttribute('num_outputs')) node.fail('has both sizes and num_outputs', 'GRAPH_INVALID');
    if (given.length !== count) node.fail(`[${given.join(', ')}] are not ${count} sizes`);
    if (given.some((size) => size < 0) || given.reduce((a, b) => a + b, 0) !== length) {
      node.fail(`sizes [${given.join(', ')}] do not sum to ${length}`);
    }
    return given;
  }
  if (count !== node.outputCount || count < 1)
    node.fail(`num_outputs is ${count} for ${node.outputCount} outputs`);
  const size = Math.ceil(length / count);
  const last = length - size * (count - 1);
  if (last < 0 || (node.opset < 18 && last !== size)) {
    node.fail(`${length} elements on the axis cannot be split into ${count}`);
  }
  return Array.from({ length: count }, (_, i) => (i < count - 1 ? size : last));
}

export const CONCATS: readonly Operator[] = [
  { opType: 'Concat', domain: '', acceptsHalf: true, plan: concat },
  { opType: 'Split', domain: '', acceptsHalf: true, plan: split },
];
