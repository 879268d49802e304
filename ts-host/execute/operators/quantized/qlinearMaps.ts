// Operators that are a function of one code each, by tables: QLinearSigmoid, QLinearLeakyRelu, and QLinearConcat, which
// brings its inputs under one scale.

import { mapCodes } from '../../../wasm/kernels/execute/qlinear.js';
import { unary } from '../../../wasm/kernels/execute/unary.js';
import type { NodeContext } from '../../node.js';
import type { Operator, Plan, Step } from '../../operator.js';
import { byteType } from '../../quantized/codes.js';
import { CodeTable } from '../../quantized/codeTable.js';
import { planCodeTable } from '../../quantized/codeTablePlan.js';
import { OneScale } from '../../quantized/oneScale.js';
import { ScratchPlan } from '../../quantized/scratch.js';
import { describeType } from '../../value.js';

const ROWS_ELEMENTS = 2 ** 19;

function planSigmoid(node: NodeContext): Plan {
  const { kernels } = node.engine;
  return planCodeTable(node, (x, count) => unary(kernels, 'sigmoid', 'float32', x, x, count));
}

function planLeakyRelu(node: NodeContext): Plan {
  const { kernels } = node.engine;
  const alpha = node.float('alpha', 0.01);
  return planCodeTable(node, (x, count) => unary(kernels, 'leakyRelu', 'float32', x, x, count, [alpha]));
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
