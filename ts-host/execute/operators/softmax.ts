// Softmax, LogSoftmax, Hardmax. From opset 13 on they run along one axis (default: the last); before, the dims from `axis`
// on (default: 1) are one row. A row with a NaN, with +∞ or of −∞ only is NaN after softmax; Hardmax takes the first
// greatest element and passes over NaN, unless it comes first.

import type { KernelExports } from '../../wasm/kernel-exports.js';
import type { AxisView } from '../../wasm/kernels/execute/reduce.js';
import {
  hardmax,
  Softmax,
  type SoftmaxKind,
  softmaxColumns,
  softmaxF64,
  softmaxRows,
} from '../../wasm/kernels/execute/softmax.js';
import type { NodeContext } from '../node.js';
import type { Plan, PlannedOperator, Step } from '../operator.js';
import { STEP_ELEMENTS, viewOf, wholePiecesOf } from '../reduction/views.js';
import type { Address } from '../value.js';

export const SOFTMAX_OPERATORS: readonly PlannedOperator[] = [
  { opType: 'Softmax', domain: '', plan: (node) => planSoftmax(node, Softmax.plain) },
  { opType: 'LogSoftmax', domain: '', plan: (node) => planSoftmax(node, Softmax.log) },
  { opType: 'Hardmax', domain: '', plan: planHardmax },
];

/** The axis of the node, as ONNX means it at the node's opset. */
function axisView(node: NodeContext): AxisView {
  const { dims } = node.input(0);
  const flattens = node.opset < 13;
  const given = node.int('axis', flattens ? 1 : -1);
  // A scalar, and what lies beyond the last dim, are rows of one element.
  if (dims.length === 0 && (given === 0 || given === -1)) return { outer: 1, axis: 1, inner: 1 };
  if (flattens && given === dims.length) return viewOf(dims, given, given);
  const axis = node.axis(given, dims.length);
  return viewOf(dims, axis, flattens ? dims.length : axis + 1);
}

function planSoftmax(node: NodeContext, kind: SoftmaxKind): Plan {
  node.requireDType(0, 'float32', 'float64');
  const { kernels } = node.engine;
  const { dtype, dims } = node.input(0);
  const view = axisView(node);
  return {
    outputs: [{ dtype, dims }],
    inPlace: [0],
    bind: (at) => {
      const [x, out] = [at.input(0), at.output(0)];
      if (dtype === 'float32') return softmaxSteps(kernels, x, out, view, kind);
      return wholePiecesOf(view).map(({ view: part, from }) => () => {
        softmaxF64(kernels, x + from * 8, out + from * 8, part, kind);
      });
    },
  };
}

/** The steps of a float32 softmax: parts of the rows, or of the columns. */
export function softmaxSteps(
  kernels: KernelExports,
  x: Address,
  out: Address,
  view: AxisView,
  kind: SoftmaxKind = Softmax.plain,
): Step[] {
  const { outer, axis, inner } = view;
  const isWide = inner > 1 && outer * axis * inner > STEP_ELEMENTS && axis * inner > STEP_ELEMENTS;
  if (isWide) return columnParts(kernels, x, out, view, kind);
  return wholePiecesOf(view).map(({ view: part, from }) => {
    const [source, target] = [x + from * 4, out + from * 4];
    if (inner === 1) return () => softmaxRows(kernels, source, target, part.outer, axis, kind);
    const block = { outer: part.outer, axis, columns: inner, stride: inner };
    return () => softmaxColumns(kernels, source, target, block, kind);
  });
}

/** Columns that are too many for one step, a part of them at a time. */
function columnParts(
  kernels: KernelExports,
  x: Address,
  out: Address,
  { outer, axis, inner }: AxisView,
  kind: SoftmaxKind,
): Step[] {
  const steps: Step[] = [];
  const many = Math.max(64, Math.floor(STEP_ELEMENTS / axis / 64) * 64);
  for (let o = 0; o < outer; o++) {
    for (let column = 0; column < inner; column += many) {
      const offset = (o * axis * inner + column) * 4;
      const block = { outer: 1, axis, columns: Math.min(many, inner - column), stride: inner };
      steps.push(() => softmaxColumns(kernels, x + offset, out + offset, block, kind));
    }
  }
  return steps;
}

function planHardmax(node: NodeContext): Plan {
  node.requireDType(0, 'float32');
  const { kernels } = node.engine;
  const { dtype, dims } = node.input(0);
  const view = axisView(node);
  return {
    outputs: [{ dtype, dims }],
    bind: (at) => {
      const [x, out] = [at.input(0), at.output(0)];
      return wholePiecesOf(view).map(({ view: part, from }) => () => {
        hardmax(kernels, x + from * 4, out + from * 4, part);
      });
    },
  };
}
