// Conv and com.microsoft FusedConv over 1 to 3 axes, channels last: x [N, D1…Dk, C], weights [M, C/g, k1…kk], bias [M],
// addend of the output's shape -> [N, O1…Ok, M]. Groups of one channel go to the depthwise kernel, the rest to the
// indirect matrix product.

import { CONV_CALLS, convPackedBytes, convScratchBytes, packConv } from '../../wasm/kernels/execute/conv.js';
import { allOutputs, outputRanges, tapsOf } from '../../wasm/kernels/execute/conv-shape.js';
import {
  DEPTHWISE_CALLS,
  depthwisePackedBytes,
  depthwiseScratchBytes,
  packDepthwise,
} from '../../wasm/kernels/execute/depthwise.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';
import { describeType, sizeOf } from '../value.js';
import { readActivation } from './conv/activation.js';
import { checkBias, spatialRank } from './conv/attributes.js';
import { readShape } from './conv/shape.js';
import { type ConvKernel, planWork } from './conv/steps.js';

const PIXELS: ConvKernel = {
  name: 'conv',
  packedBytes: convPackedBytes,
  byRows: false,
  packRanges: outputRanges,
  pack: packConv,
  scratchBytes: convScratchBytes,
  calls: CONV_CALLS,
};

const DEPTHWISE: ConvKernel = {
  name: 'depthwise',
  packedBytes: depthwisePackedBytes,
  byRows: true,
  packRanges: (shape) => [allOutputs(shape)],
  pack: packDepthwise,
  scratchBytes: depthwiseScratchBytes,
  calls: DEPTHWISE_CALLS,
};

function planConv(node: NodeContext): Plan {
  const rank = spatialRank(node);
  const shape = readShape(node, rank);
  const { batch, axes, groups, groupOutputs, groupChannels } = shape;
  const output = {
    dtype: 'float32' as const,
    dims: [batch, ...axes.slice(3 - rank).map(({ outputs }) => outputs), groups * groupOutputs],
  };
  checkBias(node, groups * groupOutputs);
  checkAddend(node, output.dims);
  const depthwise = groupChannels === 1 && groups > 1;
  return planWork(node, {
    kernel: depthwise ? DEPTHWISE : PIXELS,
    shape,
    output,
    activation: readActivation(node),
    multiplyAdds: sizeOf(output) * groupChannels * tapsOf(shape),
    packKey: '',
  });
}

function checkAddend(node: NodeContext, dims: readonly number[]): void {
  const addend = node.optional(3);
  if (addend === undefined) return;
  if (addend.dims.length === dims.length && dims.every((dim, i) => dim === addend.dims[i])) return;
  node.fail(`input 3 is ${describeType(addend)}, needs the output's shape [${dims.join(', ')}]`);
}

export const CONV_OPERATORS: readonly Operator[] = [
  { opType: 'Conv', domain: 'octavo.nhwc', plan: planConv },
  { opType: 'FusedConv', domain: 'octavo.nhwc', plan: planConv },
];
