// ConvTranspose over 1 to 3 axes, channels last: x [N, D1…Dk, C], weights [C, M/g, k1…kk], bias [M] -> [N, O1…Ok, M].
//
//   whole = (extent − 1) · stride + output_padding + (kernel − 1) · dilation + 1
//   outputs = whole − pads             with explicit pads; VALID: none
//   outputs = output_shape             if given; pads are what is left over, the odd one in front, for SAME_UPPER behind
//   outputs = extent · stride          SAME_UPPER, SAME_LOWER; padded likewise

import {
  type ConvAxis,
  type ConvShape,
  outputRanges,
  tapsOf,
} from '../../wasm/kernels/execute/conv-shape.js';
import {
  CONV_TRANSPOSE_CALLS,
  convTransposePackedBytes,
  convTransposeScratchBytes,
  packConvTranspose,
} from '../../wasm/kernels/execute/convTranspose.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';
import { readActivation } from './conv/activation.js';
import {
  checkBias,
  listOf,
  readGroups,
  readWindows,
  spatialRank,
  threeAxes,
  type Windows,
} from './conv/attributes.js';
import { type ConvKernel, planWork } from './conv/steps.js';

const KERNEL: ConvKernel = {
  name: 'conv-transpose',
  packedBytes: convTransposePackedBytes,
  byRows: true,
  packRanges: outputRanges,
  pack: packConvTranspose,
  scratchBytes: convTransposeScratchBytes,
  calls: CONV_TRANSPOSE_CALLS,
};

function planConvTranspose(node: NodeContext): Plan {
  const rank = spatialRank(node);
  const shape = readShape(node, rank);
  const { batch, axes, groups, groupOutputs, groupChannels } = shape;
  checkBias(node, groups * groupOutputs);
  const spatial = axes.slice(3 - rank);
  const positions = batch * axes.reduce((product, { extent }) => product * extent, 1);
  return planWork(node, {
    kernel: KERNEL,
    shape,
    output: {
      dtype: 'float32',
      dims: [batch, ...spatial.map(({ outputs }) => outputs), groups * groupOutputs],
    },
    activation: readActivation(node),
    multiplyAdds: positions * groups * groupChannels * groupOutputs * tapsOf(shape),
    packKey: spatial.map(({ stride, dilation, pad }) => `${stride},${dilation},${pad}`).join(' '),
  });
}

function readShape(node: NodeContext, rank: number): ConvShape {
  const [x, weights] = [node.input(0).dims, node.input(1).dims];
  const channels = x.at(-1)!;
  if (weights[0] !== channels) node.fail(`x has ${channels} channels, the weights ask for ${weights[0]}`);
  const groups = readGroups(node, channels, 'channels');
  const windows = readWindows(node, rank);
  const more = listOf(node, 'output_padding', rank, 0) ?? Array<number>(rank).fill(0);
  const given = outputShape(node, rank);
  const axes = x.slice(1, -1).map((extent, i) => axisOf(node, windows, i, extent, more[i]!, given?.[i]));
  return {
    batch: x[0]!,
    axes: threeAxes(node, axes),
    groups,
    groupChannels: channels / groups,
    groupOutputs: weights[1]!,
  };
}

/** Spatial extents of attribute output_shape, which some exporters write with batch and channels. */
function outputShape(node: NodeContext, rank: number): readonly number[] | undefined {
  const list = node.intList('output_shape');
  if (list === undefined || list.length === 0) return undefined;
  return list.length === rank + 2 ? list.slice(2) : listOf(node, 'output_shape', rank, 1);
}

function axisOf(
  node: NodeContext,
  { kernels, strides, dilations, pads, autoPad }: Windows,
  i: number,
  extent: number,
  more: number,
  given: number | undefined,
): ConvAxis {
  const [kernel, stride, dilation] = [kernels[i]!, strides[i]!, dilations[i]!];
  const axis = { extent, kernel, stride, dilation };
  const whole = (extent - 1) * stride + more + (kernel - 1) * dilation + 1;
  const same = autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER';
  if (given !== undefined || same) {
    const outputs = given ?? extent * stride;
    const left = Math.max(0, whole - outputs);
    return { ...axis, outputs, pad: autoPad === 'SAME_UPPER' ? Math.floor(left / 2) : Math.ceil(left / 2) };
  }
  const [pad, padEnd] = autoPad === 'VALID' ? [0, 0] : [pads[i]!, pads[i + kernels.length]!];
  const outputs = whole - pad - padEnd;
  if (outputs < 1)
    node.fail(`spatial axis ${i} would have ${outputs} outputs: pads ${pad} and ${padEnd} take all`);
  return { ...axis, outputs, pad };
}

export const CONV_TRANSPOSE_OPERATORS: readonly Operator[] = [
  { opType: 'ConvTranspose', domain: 'octavo.nhwc', plan: planConvTranspose },
];
