// ConvInteger and QLinearConv, channels last: x [N, D1…Dk, C] and ONNX's weights [M, C/g, k1…kk].

import { endAsIntegers } from '../../../wasm/kernels/execute/gemm-int.js';
import type { NodeContext } from '../../node.js';
import type { Operator, Plan } from '../../operator.js';
import { planConvCodes } from '../../quantized/conv.js';
import { planDepthwiseFused } from '../../quantized/depthwiseFused.js';
import { codeEnding } from '../../quantized/endings.js';
import { ScratchPlan } from '../../quantized/scratch.js';

function planInteger(node: NodeContext): Plan {
  const scratch = new ScratchPlan();
  const conv = planConvCodes(node, scratch, { x: 0, weights: 1, xZeroPoint: 2, weightZeroPoint: 3 });
  const { kernels } = node.engine;
  return {
    outputs: [{ dtype: 'int32', dims: conv.dims }],
    scratch: scratch.size,
    packs: conv.packs,
    reads: conv.reads,
    multiplyAdds: conv.multiplyAdds,
    bind: (at) =>
      conv.steps(at, {
        elementBytes: 4,
        begin: () => undefined,
        end: (_, tile) => endAsIntegers(kernels, tile),
      }),
  };
}

function planQLinear(node: NodeContext): Plan {
  const inputs = { x: 0, weights: 3, xZeroPoint: 2, weightZeroPoint: 5, bias: 8 };
  const scales = { aScale: 1, bScale: 4, yScale: 6, yZeroPoint: 7 };
  const depthwise = planDepthwiseFused(node, inputs, scales);
  if (depthwise !== undefined) return depthwise;
  const scratch = new ScratchPlan();
  const conv = planConvCodes(node, scratch, inputs);
  const ending = codeEnding(node, scratch, scales, conv.columns);
  return {
    outputs: [{ dtype: ending.dtype, dims: conv.dims }],
    scratch: scratch.size,
    packs: conv.packs,
    reads: [...conv.reads, ...ending.reads],
    multiplyAdds: conv.multiplyAdds,
    bind: (at) => conv.steps(at, ending),
  };
}

export const quantizedConv: readonly Operator[] = [
  { opType: 'ConvInteger', domain: 'octavo.nhwc', plan: planInteger },
  { opType: 'QLinearConv', domain: 'octavo.nhwc', plan: planQLinear },
];
