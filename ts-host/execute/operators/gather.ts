// Gather, GatherElements, GatherND: elements picked by index tensors.

import {
  axisTableBytes,
  gatherElements,
  gatherRuns,
  gatherTuples,
  indicesFrom,
  type TupleTable,
  tupleTableBytes,
} from '../../wasm/kernels/execute/gather.js';
import { stridesOf, widthOf } from '../movement/copy.js';
import { axisView, checkedDims, product } from '../movement/dims.js';
import { indexInput, indexList, requireInside, requireWithin, stretches } from '../movement/indices.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';
import { describeType, type TensorType } from '../value.js';

/** The dims of the indices take the place of the axis. */
function gather(node: NodeContext): Plan {
  const input = node.input(0);
  const indices = indexInput(node, 1);
  const axis = node.axis(node.int('axis', 0), input.dims.length);
  const { outer, length, inner } = axisView(input.dims, axis);
  const dims = [...input.dims.slice(0, axis), ...indices.dims, ...input.dims.slice(axis + 1)];
  const width = widthOf(node, input.dtype);
  const count = product(indices.dims);
  const { engine } = node;
  // Some rows of the output in a step; where each row has its own, it may be cut along the indices.
  const rows = stretches(outer, count * inner);
  const parts = rows.length === outer ? stretches(count, inner) : [{ start: 0, count }];
  return {
    outputs: [{ dtype: input.dtype, dims: checkedDims(node, dims) }],
    bind: (at) => {
      const all = indexList(indices, at.input(1));
      return (outer === 0 ? [{ start: 0, count: 0 }] : rows).flatMap((row) =>
        parts.map((part) => () => {
          const x = at.input(0) + row.start * length * inner * width;
          const out = at.output(0) + (row.start * count + part.start) * inner * width;
          const list = indicesFrom(all, part.start);
          const answer = gatherRuns(engine, x, list, out, row.count, length, part.count, inner * width);
          requireInside(node, answer, list, [length]);
        }),
      );
    },
  };
}

/** One index for each element of the output. */
function elements(node: NodeContext): Plan {
  const input = node.input(0);
  const indices = indexInput(node, 1);
  const rank = input.dims.length;
  const axis = node.axis(node.int('axis', 0), rank);
  requireWithin(node, axis);
  const width = widthOf(node, input.dtype);
  const strides = stridesOf(input.dims).map((stride) => stride * width);
  const table = {
    length: input.dims[axis]!,
    axisBytes: strides[axis]!,
    strides: strides.with(axis, 0),
  };
  const row = product(indices.dims.slice(1));
  const { engine } = node;
  return {
    outputs: [{ dtype: input.dtype, dims: indices.dims }],
    scratch: axisTableBytes(rank),
    bind: (at) =>
      stretches(indices.dims[0]!, row).map(({ start, count }) => () => {
        const list = indicesFrom(indexList(indices, at.input(1)), start * row);
        const x = at.input(0) + start * table.strides[0]!;
        const out = at.output(0) + start * row * width;
        const counts = indices.dims.with(0, count);
        const answer = gatherElements(engine, { ...table, counts }, x, list, out, width, at.scratch);
        requireInside(node, answer, list, [table.length]);
      }),
  };
}

/** Where the tuples of GatherND point to. */
function tupleTable(
  node: NodeContext,
  indices: TensorType,
): Omit<TupleTable, 'tuples'> & { batches: number } {
  const input = node.input(0);
  const batchDims = node.int('batch_dims', 0);
  const depth = indices.dims.at(-1) ?? 0;
  const batch = input.dims.slice(0, Math.max(0, batchDims));
  const fits =
    batchDims >= 0 &&
    batchDims < indices.dims.length &&
    depth >= 1 &&
    batchDims + depth <= input.dims.length &&
    batch.every((dim, d) => dim === indices.dims[d]);
  if (!fits) {
    const types = [indices, input].map(describeType).join(' do not fit ');
    node.fail(`indices ${types} with batch_dims ${batchDims}`);
  }
  const width = widthOf(node, input.dtype);
  const [first, behind] = [batchDims, batchDims + depth];
  return {
    batches: product(batch),
    lengths: input.dims.slice(first, behind),
    strides: stridesOf(input.dims)
      .slice(first, behind)
      .map((stride) => stride * width),
    batchBytes: product(input.dims.slice(first)) * width,
    sliceBytes: product(input.dims.slice(behind)) * width,
  };
}

/** Each tuple of indices, the last dim of the index tensor, points to a slice of the input. */
function tuples(node: NodeContext): Plan {
  const input = node.input(0);
  const indices = indexInput(node, 1);
  const { batches, ...table } = tupleTable(node, indices);
  const depth = table.lengths.length;
  const batchDims = node.int('batch_dims', 0);
  const perBatch = product(indices.dims.slice(batchDims, -1));
  const dims = [...indices.dims.slice(0, -1), ...input.dims.slice(batchDims + depth)];
  const effort = Math.max(table.sliceBytes, depth);
  const rows = stretches(batches, perBatch * effort);
  const parts = rows.length === batches ? stretches(perBatch, effort) : [{ start: 0, count: perBatch }];
  return {
    outputs: [{ dtype: input.dtype, dims: checkedDims(node, dims) }],
    scratch: tupleTableBytes(depth),
    bind: (at) =>
      rows.flatMap((row) =>
        parts.map((part) => () => {
          const first = row.start * perBatch + part.start;
          const list = indicesFrom(indexList(indices, at.input(1)), first * depth);
          const x = at.input(0) + row.start * table.batchBytes;
          const out = at.output(0) + first * table.sliceBytes;
          const mine = { ...table, tuples: part.count };
          const answer = gatherTuples(node.engine, mine, x, list, out, row.count, at.scratch);
          requireInside(node, answer, list, table.lengths);
        }),
      ),
  };
}

export const GATHERS: readonly Operator[] = [
  { opType: 'Gather', domain: '', acceptsHalf: true, plan: gather },
  { opType: 'GatherElements', domain: '', acceptsHalf: true, plan: elements },
  { opType: 'GatherND', domain: '', acceptsHalf: true, plan: tuples },
];
