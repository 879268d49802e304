// Conv and com.microsoft FusedConv over 1 to 3 axes, channels last: x [N, D1…Dk, C], weights [M, C/g, k1…kk], bias [M],
// addend of the output's shape -> [N, O1…Ok, M]. Groups of one channel go to the depthwise kernel, the rest to the
// indirect matrix product.
//
//   reach = (kernel − 1) · dilation + 1
//   outputs = floor((extent + pads − reach) / stride) + 1
//   SAME: outputs = ceil(extent / stride), padded by what those windows lack; UPPER puts an odd one behind

import { convPackedBytes, convPixels, convScratchBytes, packConv } from '../../wasm/kernels/execute/conv.js';
import { type ConvAxis, type ConvShape, tapsOf } from '../../wasm/kernels/execute/conv-shape.js';
import {
  depthwisePackedBytes,
  depthwiseRows,
  depthwiseScratchBytes,
  packDepthwise,
} from '../../wasm/kernels/execute/depthwise.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';
import { describeType, sizeOf } from '../value.js';
import { readActivation } from './conv/activation.js';
import {
  checkBias,
  readGroups,
  readWindows,
  spatialRank,
  threeAxes,
  type Windows,
} from './conv/attributes.js';
import { type ConvKernel, planWork } from './conv/steps.js';

const PIXELS: ConvKernel = {
  name: 'conv',
  packedBytes: convPackedBytes,
  pack: packConv,
  scratchBytes: convScratchBytes,
  run: convPixels,
};

const DEPTHWISE: ConvKernel = {
  name: 'depthwise',
  packedBytes: depthwisePackedBytes,
  pack: packDepthwise,
  scratchBytes: depthwiseScratchBytes,
  run: depthwiseRows,
};

/** Rows of a tile: steps of as many pixels leave no tile half empty. */
const TILE_PIXELS = 4;

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
  const rows = batch * axes[0].outputs * axes[1].outputs;
  const depthwise = groupChannels === 1 && groups > 1;
  return planWork(node, {
    kernel: depthwise ? DEPTHWISE : PIXELS,
    shape,
    output,
    activation: readActivation(node),
    units: depthwise ? rows : rows * axes[2].outputs,
    multiple: depthwise ? 1 : TILE_PIXELS,
    multiplyAdds: sizeOf(output) * groupChannels * tapsOf(shape),
    packKey: '',
  });
}

function readShape(node: NodeContext, rank: number): ConvShape {
  const [x, weights] = [node.input(0).dims, node.input(1).dims];
  const [channels, outputs, groupChannels] = [x.at(-1)!, weights[0]!, weights[1]!];
  const groups = readGroups(node, outputs, 'outputs');
  if (groupChannels * groups !== channels) {
    node.fail(`x has ${channels} channels, the weights ask for ${groups} groups of ${groupChannels}`);
  }
  const windows = readWindows(node, rank);
  const axes = x.slice(1, -1).map((extent, i) => axisOf(node, windows, rank, extent, i));
  return {
    batch: x[0]!,
    axes: threeAxes(node, axes),
    groups,
    groupChannels,
    groupOutputs: outputs / groups,
  };
}

function axisOf(node: NodeContext, windows: Windows, rank: number, extent: number, i: number): ConvAxis {
  const { kernels, strides, dilations, pads, autoPad } = windows;
  const [kernel, stride, dilation] = [kernels[i]!, strides[i]!, dilations[i]!];
  const reach = (kernel - 1) * dilation + 1;
  const axis = { extent, kernel, stride, dilation };
  if (autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER') {
    const outputs = Math.ceil(extent / stride);
    const missing = Math.max(0, (outputs - 1) * stride + reach - extent);
    return { ...axis, outputs, pad: Math.floor((missing + (autoPad === 'SAME_LOWER' ? 1 : 0)) / 2) };
  }
  const [pad, padEnd] = autoPad === 'VALID' ? [0, 0] : [pads[i]!, pads[i + rank]!];
  const room = extent + pad + padEnd - reach;
  if (room < 0) {
    node.fail(`a kernel that reaches over ${reach} does not fit in spatial axis ${i}: ${extent} + pads`);
  }
  return { ...axis, outputs: Math.floor(room / stride) + 1, pad };
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
