// Operators that are a function of one code each, by tables: QLinearSigmoid, QLinearLeakyRelu, and QLinearConcat, which
// brings its inputs under one scale.

import { mapCodes } from '../../../wasm/kernels/execute/qlinear.js';
import { unary } from '../../../wasm/kernels/execute/unary.js';
import type { NodeContext } from '../../node.js';
import type { Operator, Plan, Step } from '../../operator.js';
import { byteType } from '../../quantized/codes.js';
import { CodeTable, type FloatFunction } from '../../quantized/codeTable.js';
import { OneScale } from '../../quantized/oneScale.js';
import { ScratchPlan } from '../../quantized/scratch.js';
import { tileSteps } from '../../quantized/tiles.js';
import { describeType, sizeOf } from '../../value.js';

const ROWS_ELEMENTS = 2 ** 19;

function planActivation(node: NodeContext, apply: FloatFunction): Plan {
  const scratch = new ScratchPlan();
  const from = OneScale.ofInput(node, scratch, 0, [1, 2]);
  const to = new OneScale(node, scratch, from.dtype, [3, 4]);
  const table = new CodeTable(node, scratch);
  const { dims } = node.input(0);
  const { kernels } = node.engine;
  return {
    outputs: [{ dtype: from.dtype, dims }],
    scratch: scratch.size,
    bind: (at) =>
      tileSteps(sizeOf(node.input(0))).steps(
        () => table.write(at, from, to, apply),
        (start, count) =>
          mapCodes(kernels, at.input(0) + start, at.output(0) + start, table.address(at), 1, count, 0),
      ),
  };
}

function planSigmoid(node: NodeContext): Plan {
  const { kernels } = node.engine;
  return planActivation(node, (x, count) => unary(kernels, 'sigmoid', 'float32', x, x, count));
}

function planLeakyRelu(node: NodeContext): Plan {
  const { kernels } = node.engine;
  const alpha = node.float('alpha', 0.01);
  return planActivation(node, (x, count) => unary(kernels, 'leakyRelu', 'float32', x, x, count, [alpha]));
}

/** Inputs: scale and zero point of the result, then a tensor, its scale and its zero point, again and again. */
function planConcat(node: NodeContext): Plan {
  const tensors = Array.from({ length: Math.floor((node.inputCount - 2) / 3) }, (_, i) => 2 + 3 * i);
  if (node.inputCount < 5 || (node.inputCount - 2) % 3 !== 0) {
    node.fail(`QLinearConcat has ${node.inputCount} inputs, needs 2 and 3 for each tensor`, 'GRAPH_INVALID');
  }
  const dtype = byteType(node, 1);
  const first = node.input(tensors[0]!);
  const axis = node.axis(node.int('axis'), first.dims.length);
  const dims = [...first.dims];
  dims[axis] = 0;
  const scratch = new ScratchPlan();
  const to = new OneScale(node, scratch, dtype, [0, 1]);
  const table = new CodeTable(node, scratch);
  const inner = dims.slice(axis + 1).reduce((a, b) => a * b, 1);
  const outer = dims.slice(0, axis).reduce((a, b) => a * b, 1);
  const parts = tensors.map((index) => {
    const type = node.input(index);
    const fits =
      type.dims.length === dims.length && type.dims.every((dim, d) => d === axis || dim === dims[d]);
    if (!fits) node.fail(`input ${index} is ${describeType(type)}: it does not fit ${describeType(first)}`);
    if (byteType(node, index) !== dtype) node.fail(`input ${index} is ${type.dtype}, the result ${dtype}`);
    const start = dims[axis]! * inner;
    dims[axis] = dims[axis]! + type.dims[axis]!;
    const from = new OneScale(node, scratch, dtype, [index + 1, index + 2]);
    return { index, from, start, run: type.dims[axis]! * inner };
  });
  const { kernels } = node.engine;
  const stride = dims[axis]! * inner;
  return {
    outputs: [{ dtype, dims }],
    scratch: scratch.size,
    bind: (at): readonly Step[] =>
      parts.flatMap(({ index, from, start, run }) => {
        const perStep = Math.max(1, Math.floor(ROWS_ELEMENTS / Math.max(run, 1)));
        const steps = run === 0 ? 0 : Math.ceil(outer / perStep);
        return Array.from({ length: steps }, (_, i) => () => {
          if (i === 0) table.write(at, from, to);
          const row = i * perStep;
          const rows = Math.min(perStep, outer - row);
          const out = at.output(0) + row * stride + start;
          mapCodes(kernels, at.input(index) + row * run, out, table.address(at), rows, run, stride);
        });
      }),
  };
}

export const qlinearMaps: readonly Operator[] = [
  { opType: 'QLinearSigmoid', domain: 'com.microsoft', plan: planSigmoid },
  { opType: 'QLinearLeakyRelu', domain: 'com.microsoft', plan: planLeakyRelu },
  { opType: 'QLinearConcat', domain: 'com.microsoft', plan: planConcat },
];
