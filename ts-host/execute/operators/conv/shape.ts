// The shape of a convolution from x [N, D1…Dk, C], weights [M, C/g, k1…kk] and the attributes.
//
//   reach = (kernel − 1) · dilation + 1
//   outputs = floor((extent + pads − reach) / stride) + 1
//   SAME: outputs = ceil(extent / stride), padded by what those windows lack; UPPER puts an odd one behind

import type { ConvAxis, ConvShape } from '../../../wasm/kernels/execute/conv-shape.js';
import type { NodeContext } from '../../node.js';
import { readGroups, readWindows, threeAxes, type Windows } from './attributes.js';

/** @param weights - index of the weights
 *  @throws OctavoError when weights, attributes and x do not fit */
export function readShape(node: NodeContext, rank: number, weights = 1): ConvShape {
  const [x, kernels] = [node.input(0).dims, node.input(weights).dims];
  const [channels, outputs, groupChannels] = [x.at(-1)!, kernels[0]!, kernels[1]!];
  const groups = readGroups(node, outputs, 'outputs');
  if (groupChannels * groups !== channels) {
    node.fail(`x has ${channels} channels, the weights ask for ${groups} groups of ${groupChannels}`);
  }
  const windows = readWindows(node, rank, weights);
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
