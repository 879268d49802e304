// ArgMax, ArgMin, TopK, CumSum: what depends on the order of the elements along an axis.
//
// ArgMax and ArgMin pass over NaN, unless it comes first. TopK orders NaN above all numbers and holds -0 and 0 equal; of
// equal elements the one with the lower index comes first. It sorts whether asked to or not.

import type { DType } from '../../ir/dtype.js';
import {
  argExtreme,
  argScratchBytes,
  cumulativeSum,
  type OrderType,
  topK,
  topKScratchBytes,
} from '../../wasm/kernels/execute/order.js';
import type { NodeContext } from '../node.js';
import type { Plan, PlannedOperator } from '../operator.js';
import { viewOf, wholePiecesOf } from '../reduction/views.js';
import { bytesOf } from '../value.js';

/** Elements that TopK looks at in one step: it takes some 50 ns for each. */
const STEP_SORTED = 2 ** 18;

export const ORDER_OPERATORS: readonly PlannedOperator[] = [
  { opType: 'ArgMax', domain: '', plan: (node) => planArg(node, false) },
  { opType: 'ArgMin', domain: '', plan: (node) => planArg(node, true) },
  { opType: 'TopK', domain: '', plan: planTopK },
  { opType: 'CumSum', domain: '', plan: planCumSum },
];

const ARG_TYPES = ['float32', 'float64', 'int8', 'uint8', 'int32', 'int64'] as const;
const SUM_TYPES = ['float32', 'float64', 'int32', 'int64', 'uint32', 'uint64'] as const;
const TOP_TYPES: readonly DType[] = [...SUM_TYPES, 'int8', 'uint8', 'int16', 'uint16'];

const elementBytes = (node: NodeContext): number => bytesOf({ dtype: node.input(0).dtype, dims: [1] });

function planArg(node: NodeContext, least: boolean): Plan {
  node.requireDType(0, ...ARG_TYPES);
  const { dims } = node.input(0);
  const dtype = node.input(0).dtype as (typeof ARG_TYPES)[number];
  const axis = node.axis(node.int('axis', 0), dims.length);
  if (dims[axis] === 0) node.fail(`axis ${axis} of [${dims.join(', ')}] has no element to choose`);
  const view = viewOf(dims, axis);
  const kept = node.flag('keepdims', true) ? [1] : [];
  const flags = { least, last: node.flag('select_last_index') };
  const bytes = elementBytes(node);
  const { kernels } = node.engine;
  return {
    outputs: [{ dtype: 'int64', dims: [...dims.slice(0, axis), ...kept, ...dims.slice(axis + 1)] }],
    scratch: argScratchBytes(view),
    bind: (at) => {
      const [x, out] = [at.input(0), at.output(0)];
      return wholePiecesOf(view).map(({ view: part, from, to }) => () => {
        argExtreme(kernels, dtype, x + from * bytes, out + to * 8, at.scratch, part, flags);
      });
    },
  };
}

/** k is an attribute before opset 10, an input from then on. */
function planTopK(node: NodeContext): Plan {
  node.requireDType(0, ...TOP_TYPES);
  const { dims, dtype } = node.input(0);
  const axis = node.axis(node.int('axis', -1), dims.length);
  const k = node.opset < 10 ? node.int('k') : kOf(node);
  if (k < 0 || k > dims[axis]!) node.fail(`k is ${k}, axis ${axis} has ${dims[axis]} elements`);
  const largest = node.flag('largest', true);
  const view = viewOf(dims, axis);
  const chosen = dims.map((dim, i) => (i === axis ? k : dim));
  const bytes = elementBytes(node);
  const { kernels } = node.engine;
  return {
    outputs: [
      { dtype, dims: chosen },
      { dtype: 'int64', dims: chosen },
    ],
    scratch: topKScratchBytes(k),
    bind: (at) => {
      const values = node.wants(0) ? at.output(0) : 0;
      const indices = node.wants(1) ? at.output(1) : 0;
      return wholePiecesOf(view, STEP_SORTED).map(({ view: part, from, to }) => () => {
        const [value, index] = [values && values + to * k * bytes, indices && indices + to * k * 8];
        const x = at.input(0) + from * bytes;
        topK(kernels, dtype as OrderType, x, value, index, at.scratch, part, k, largest);
      });
    },
  };
}

function kOf(node: NodeContext): number {
  node.requireDType(1, 'int64');
  const listed = node.ints(1);
  return listed.length === 1 ? listed[0]! : node.fail(`k has ${listed.length} elements, needs 1`);
}

function planCumSum(node: NodeContext): Plan {
  node.requireDType(0, ...SUM_TYPES);
  node.requireDType(1, 'int32', 'int64');
  const { dims } = node.input(0);
  const listed = node.ints(1);
  if (listed.length !== 1) node.fail(`axis has ${listed.length} elements, needs 1`);
  // A scalar is a sum of itself.
  const axis = dims.length === 0 ? 0 : node.axis(listed[0]!, dims.length);
  const view = dims.length === 0 ? { outer: 1, axis: 1, inner: 1 } : viewOf(dims, axis);
  const flags = { exclusive: node.flag('exclusive'), reverse: node.flag('reverse') };
  const bytes = elementBytes(node);
  const dtype = node.input(0).dtype as (typeof SUM_TYPES)[number];
  const { kernels } = node.engine;
  return {
    outputs: [{ dtype, dims }],
    inPlace: [0],
    bind: (at) =>
      wholePiecesOf(view).map(({ view: part, from }) => () => {
        cumulativeSum(kernels, dtype, at.input(0) + from * bytes, at.output(0) + from * bytes, part, flags);
      }),
  };
}
