// BatchNormalization as it runs at inference, with ONNX's order of dims and with channels last: each channel has a mean and
// a factor scale / sqrt(variance + ε), computed in float64 and rounded. Mostly it is gone before it runs, folded into the
// convolution before it.

import { parameters } from '../../wasm/kernels/execute/normalize.js';
import type { NodeContext } from '../node.js';
import type { Plan, PlannedOperator } from '../operator.js';
import { affineSteps } from '../reduction/moments.js';
import { product } from '../reduction/views.js';

export const BATCH_NORMS: readonly PlannedOperator[] = ['', 'octavo.nhwc'].map((domain) => ({
  opType: 'BatchNormalization',
  domain,
  plan: planBatchNorm,
}));

const PARAMETERS = ['the input', 'scale', 'bias', 'mean', 'variance'];

function planBatchNorm(node: NodeContext): Plan {
  for (const index of [0, 1, 2, 3, 4]) node.requireDType(index, 'float32');
  if (node.flag('training_mode')) node.fail('training_mode is for training only', 'UNSUPPORTED_OP');
  if (!node.flag('spatial', true)) node.fail('spatial = 0 is not supported', 'UNSUPPORTED_OP');
  for (let index = 1; index < node.outputCount; index++) {
    if (node.wants(index)) node.fail(`output ${index} exists in training only`, 'UNSUPPORTED_OP');
  }
  const { dtype, dims } = node.input(0);
  if (dims.length < 2) node.fail(`BatchNormalization needs at least 2 dims, not [${dims.join(', ')}]`);
  const last = node.node.domain === 'octavo.nhwc';
  const channels = last ? dims.at(-1)! : dims[1]!;
  requireChannels(node, channels, [1, 2, 3, 4]);
  const places = product(last ? dims.slice(1, -1) : dims.slice(2));
  const outer = last ? dims[0]! * places : dims[0]!;
  const view = { groups: 1, outer, channels, inner: last ? 1 : places };
  const epsilon = Math.fround(node.float('epsilon', 1e-5));
  const { kernels } = node.engine;
  return {
    outputs: Array(Math.max(1, node.outputCount)).fill({ dtype, dims }),
    scratch: channels * 12,
    inPlace: [0],
    bind: (at) => [
      () =>
        parameters(kernels, {
          ...{ means: at.input(3), variances: at.input(4), narrow: true },
          ...{ scale: at.input(1), bias: at.input(2), out: at.scratch, count: channels, epsilon },
        }),
      ...affineSteps(kernels, at.input(0), at.scratch, channels, at.output(0), view),
    ],
  };
}

/** The inputs must be lists of one number a channel. */
export function requireChannels(node: NodeContext, channels: number, indices: readonly number[]): void {
  for (const index of indices) {
    const { dims } = node.input(index);
    if (dims.length === 1 && dims[0] === channels) continue;
    node.fail(`input ${index} (${PARAMETERS[index]}) is [${dims.join(', ')}], needs [${channels}]`);
  }
}
