// Scatter, ScatterElements, ScatterND: a copy of the input in which updates meet the elements that indices point to, in
// order.

import { axisTableBytes, indicesFrom, tupleTableBytes } from '../../wasm/kernels/execute/gather.js';
import {
  isReduction,
  type Reduction,
  scatterElements,
  scatterTuples,
} from '../../wasm/kernels/execute/scatter.js';
import { type ElementType, isElementType } from '../../wasm/kernels/execute/types.js';
import { type Copy, copySteps, planFlatCopy, scratchOf, stridesOf, widthOf } from '../movement/copy.js';
import { product } from '../movement/dims.js';
import { indexInput, indexList, requireInside, requireWithin, stretches } from '../movement/indices.js';
import type { NodeContext } from '../node.js';
import type { Addresses, Operator, Plan, Step } from '../operator.js';
import { describeType, sizeOf } from '../value.js';

/** What both forms share: types that fit, the copy, and how updates meet elements. */
interface Setting {
  readonly type: ElementType;
  readonly width: number;
  readonly reduction: Reduction;
  readonly copy: Copy | undefined;
}

function settingOf(node: NodeContext): Setting {
  const { dtype, dims } = node.input(0);
  const width = widthOf(node, dtype);
  if (!isElementType(dtype)) {
    return node.fail(`${node.node.opType} of ${dtype} is not supported`, 'UNSUPPORTED_DTYPE');
  }
  node.requireDType(2, dtype);
  const reduction = node.string('reduction', 'none');
  if (!isReduction(reduction)) return node.fail(`reduction is ${reduction}`, 'GRAPH_INVALID');
  return { type: dtype, width, reduction, copy: planFlatCopy(width, product(dims)) };
}

/** The steps behind those that copy the input, unless the output is in its place already. */
function afterCopy(node: NodeContext, at: Addresses, copy: Copy | undefined, steps: Step[]): Step[] {
  const [source, target] = [at.input(0), at.output(0)];
  if (copy === undefined || source === target) return steps;
  return [...copySteps(node.engine, at.scratch, [{ copy, source, target }]), ...steps];
}

function elements(node: NodeContext): Plan {
  const input = node.input(0);
  const indices = indexInput(node, 1);
  const { type, width, reduction, copy } = settingOf(node);
  const axis = node.axis(node.int('axis', 0), input.dims.length);
  requireWithin(node, axis);
  const updates = node.input(2);
  if (updates.dims.join() !== indices.dims.join()) {
    node.fail(`updates ${describeType(updates)} do not fit indices ${describeType(indices)}`);
  }
  const strides = stridesOf(input.dims).map((stride) => stride * width);
  const table = {
    length: input.dims[axis]!,
    axisBytes: strides[axis]!,
    strides: strides.with(axis, 0),
  };
  const row = product(indices.dims.slice(1));
  return {
    outputs: [input],
    inPlace: [0],
    scratch: Math.max(axisTableBytes(input.dims.length), scratchOf([copy])),
    bind: (at) => {
      const steps = stretches(indices.dims[0]!, row).map(({ start, count }) => () => {
        const list = indicesFrom(indexList(indices, at.input(1)), start * row);
        const from = at.input(2) + start * row * width;
        const out = at.output(0) + start * table.strides[0]!;
        const mine = { ...table, counts: indices.dims.with(0, count) };
        const answer = scatterElements(node.engine, type, reduction, mine, list, from, out, at.scratch);
        requireInside(node, answer, list, [table.length]);
      });
      return afterCopy(node, at, copy, steps);
    },
  };
}

function tuples(node: NodeContext): Plan {
  const input = node.input(0);
  const indices = indexInput(node, 1);
  const { type, width, reduction, copy } = settingOf(node);
  const depth = indices.dims.at(-1) ?? node.fail('needs indices of rank 1 or more');
  const lengths = input.dims.slice(0, depth);
  const updates = node.input(2);
  const fitting = [...indices.dims.slice(0, -1), ...input.dims.slice(depth)];
  if (depth < 1 || depth > input.dims.length || updates.dims.join() !== fitting.join()) {
    const types = [indices, updates].map(describeType).join(' and updates ');
    node.fail(`indices ${types} do not fit ${describeType(input)}`);
  }
  const slice = product(input.dims.slice(depth));
  const table = {
    lengths,
    strides: stridesOf(input.dims)
      .slice(0, depth)
      .map((stride) => stride * width),
    batchBytes: sizeOf(input) * width,
    sliceBytes: slice * width,
  };
  return {
    outputs: [input],
    inPlace: [0],
    scratch: Math.max(tupleTableBytes(depth), scratchOf([copy])),
    bind: (at) => {
      const count = product(indices.dims.slice(0, -1));
      const steps = stretches(count, Math.max(slice, depth)).map((part) => () => {
        const list = indicesFrom(indexList(indices, at.input(1)), part.start * depth);
        const from = at.input(2) + part.start * table.sliceBytes;
        const mine = { ...table, tuples: part.count };
        const out = at.output(0);
        const answer = scatterTuples(node.engine, type, reduction, mine, slice, list, from, out, at.scratch);
        requireInside(node, answer, list, lengths);
      });
      return afterCopy(node, at, copy, steps);
    },
  };
}

export const SCATTERS: readonly Operator[] = [
  { opType: 'Scatter', domain: '', acceptsHalf: true, plan: elements },
  { opType: 'ScatterElements', domain: '', acceptsHalf: true, plan: elements },
  { opType: 'ScatterND', domain: '', acceptsHalf: true, plan: tuples },
];
