// ConvInteger, QLinearConv and DequantizedConv, channels last: x [N, D1…Dk, C] and ONNX's weights [M, C/g, k1…kk].
// DequantizedConv is QLinearConv that ends in floats: x, scale, zero point, weights, scale, zero point, bias.

import type { DType } from '../../../ir/dtype.js';
import { tapsOf } from '../../../wasm/kernels/execute/conv-shape.js';
import { endAsIntegers } from '../../../wasm/kernels/execute/gemm-int.js';
import type { NodeContext } from '../../node.js';
import type { Operator, Plan } from '../../operator.js';
import type { ConvInputs } from '../../quantized/convInputs.js';
import { DepthwiseCodes } from '../../quantized/depthwise.js';
import { planDepthwiseFused } from '../../quantized/depthwiseFused.js';
import { codeEnding, type EndingInputs, floatEnding, type PlannedEnding } from '../../quantized/endings.js';
import { isDepthwise, planFusedConv, readConvCodes } from '../../quantized/fusedConv.js';
import {
  type FusedEnding,
  fusedCodes,
  fusedFloats,
  fusedIntegers,
  outputCodes,
} from '../../quantized/fusedEnding.js';
import { ScratchPlan } from '../../quantized/scratch.js';

type Ends = 'integers' | 'codes' | 'floats';

function planConv(node: NodeContext, inputs: ConvInputs, scales: EndingInputs, ends: Ends): Plan {
  const scratch = new ScratchPlan();
  const conv = readConvCodes(node, inputs);
  const { groups, groupOutputs } = conv.shape;
  const columns = { n: groupOutputs, matrices: groups, flat: true };
  if (isDepthwise(conv.shape)) return planDepthwise(node, scratch, inputs, conv, scales, ends);
  const ending = fusedEnding(node, scales, columns, ends);
  return planFusedConv(node, scratch, inputs, conv, ending);
}

function fusedEnding(
  node: NodeContext,
  scales: EndingInputs,
  columns: { n: number; matrices: number; flat: boolean },
  ends: Ends,
): FusedEnding {
  if (ends === 'integers') return fusedIntegers;
  return ends === 'codes' ? fusedCodes(node, scales, columns) : fusedFloats(node, scales, columns);
}

function planDepthwise(
  node: NodeContext,
  scratch: ScratchPlan,
  inputs: ConvInputs,
  { shape, dims }: ReturnType<typeof readConvCodes>,
  scales: EndingInputs,
  ends: Ends,
): Plan {
  const columns = { n: shape.groups, matrices: 1, flat: true };
  const depthwise = new DepthwiseCodes(node, scratch, inputs, shape);
  const { kernels } = node.engine;
  const integers: PlannedEnding = {
    ...{ elementBytes: 4, reads: [], begin: () => undefined },
    end: (_, tile) => endAsIntegers(kernels, tile),
  };
  const ending =
    ends === 'integers'
      ? integers
      : ends === 'codes'
        ? codeEnding(node, scratch, scales, columns)
        : floatEnding(node, scratch, scales, columns);
  const dtype: DType =
    ends === 'integers' ? 'int32' : ends === 'codes' ? outputCodes(node, scales.yZeroPoint).dtype : 'float32';
  const given = Object.values(inputs).filter((index: number) => node.has(index));
  return {
    outputs: [{ dtype, dims }],
    scratch: scratch.size,
    reads: [...given, ...ending.reads],
    multiplyAdds: dims.reduce((a, b) => a * b, 1) * tapsOf(shape),
    bind: (at) => depthwise.steps(at, ending),
  };
}

function planInteger(node: NodeContext): Plan {
  const inputs = { x: 0, weights: 1, xZeroPoint: 2, weightZeroPoint: 3 };
  return planConv(node, inputs, { aScale: -1, bScale: -1, yScale: -1, yZeroPoint: -1 }, 'integers');
}

function planQLinear(node: NodeContext): Plan {
  const inputs = { x: 0, weights: 3, xZeroPoint: 2, weightZeroPoint: 5, bias: 8 };
  const scales = { aScale: 1, bScale: 4, yScale: 6, yZeroPoint: 7 };
  return planDepthwiseFused(node, inputs, scales) ?? planConv(node, inputs, scales, 'codes');
}

function planDequantized(node: NodeContext): Plan {
  const inputs = { x: 0, weights: 3, xZeroPoint: 2, weightZeroPoint: 5, bias: 6 };
  return planConv(node, inputs, { aScale: 1, bScale: 4, yScale: -1, yZeroPoint: -1 }, 'floats');
}

export const quantizedConv: readonly Operator[] = [
  { opType: 'ConvInteger', domain: 'octavo.nhwc', plan: planInteger },
  { opType: 'QLinearConv', domain: 'octavo.nhwc', plan: planQLinear },
  { opType: 'DequantizedConv', domain: 'octavo.nhwc', plan: planDequantized },
];
