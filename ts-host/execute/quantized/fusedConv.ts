// Convolutions of codes, channels last, in one kernel: 1×1 with x read as it lies, others by rows gathered tile after tile.

import { elementCount } from '../../ir/tensor.js';
import { type ConvShape, tapsOf } from '../../wasm/kernels/execute/conv-shape.js';
import type { NodeContext } from '../node.js';
import { axesOf } from '../operators/conv/attributes.js';
import { readShape } from '../operators/conv/shape.js';
import { byteType } from './codes.js';
import { type ConvInputs, checkChannelBias, checkConvZeroPoints } from './convInputs.js';
import { type FusedPlan, planFused } from './fused.js';
import type { FusedEnding } from './fusedEnding.js';
import type { ScratchPlan } from './scratch.js';

/** Shape, output dims and inputs of a convolution of codes, checked. */
export function readConvCodes(
  node: NodeContext,
  inputs: ConvInputs,
): { readonly shape: ConvShape; readonly dims: readonly number[] } {
  byteType(node, inputs.x);
  byteType(node, inputs.weights);
  checkConvZeroPoints(node, inputs);
  const rank = axesOf(node, inputs.weights);
  const shape = readShape(node, rank, inputs.weights);
  const outputs = shape.groups * shape.groupOutputs;
  checkChannelBias(node, inputs, outputs);
  const spatial = shape.axes.slice(3 - rank).map((axis) => axis.outputs);
  return { shape, dims: [shape.batch, ...spatial, outputs] };
}

export function isDepthwise({ groups, groupChannels, groupOutputs }: ConvShape): boolean {
  return groups > 1 && groupChannels === 1 && groupOutputs === 1;
}

export function planFusedConv(
  node: NodeContext,
  scratch: ScratchPlan,
  { x, weights, xZeroPoint, weightZeroPoint, bias }: ConvInputs,
  { shape, dims }: ReturnType<typeof readConvCodes>,
  ending: FusedEnding,
): FusedPlan {
  const taps = tapsOf(shape);
  const zeros = node.has(weightZeroPoint) ? elementCount(node.input(weightZeroPoint).dims) : 1;
  return planFused(
    node,
    scratch,
    {
      ...{ dims, shape, x, xZeroPoint },
      lie: { columnStride: shape.groupChannels * taps, channelStride: taps, tapStride: 1 },
      signedX: byteType(node, x) === 'int8',
      signedWeights: byteType(node, weights) === 'int8',
      weights: { weights, zeroPoint: weightZeroPoint, count: 1, zerosPerMatrix: 0 },
      zeroStep: zeros === 1 ? 0 : 1,
      bias: bias !== undefined && node.has(bias) ? { input: bias, step: 1 } : undefined,
      products: 1,
      matrices: () => [0, 0],
    },
    ending,
  );
}
