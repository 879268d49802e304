// InstanceNormalization (each channel of each image is normalised; ONNX's order of dims, and channels last) and
// GroupNormalization (groups of channels are).
//
// In ONNX's order what is normalised together lies together, as a row: blocks of rows that fit the cache go through all
// passes before the next block.

import { affine, deviations, parameters } from '../../wasm/kernels/execute/normalize.js';
import { Fold, finish, fold } from '../../wasm/kernels/execute/reduce.js';
import type { NodeContext } from '../node.js';
import type { Addresses, Plan, PlannedOperator, Step } from '../operator.js';
import { affineSteps, momentSteps } from '../reduction/moments.js';
import { product, STEP_ELEMENTS } from '../reduction/views.js';
import { requireChannels } from './batchNorm.js';

/** Elements that stay in the second-level cache. */
const BLOCK_ELEMENTS = 2 ** 16;

export const INSTANCE_NORMS: readonly PlannedOperator[] = [
  { opType: 'InstanceNormalization', domain: '', plan: planInstanceNorm },
  { opType: 'InstanceNormalization', domain: 'octavo.nhwc', plan: planChannelsLast },
  { opType: 'GroupNormalization', domain: '', plan: planGroupNorm },
];

function requireImages(node: NodeContext): readonly number[] {
  for (const index of [0, 1, 2]) node.requireDType(index, 'float32');
  const { dims } = node.input(0);
  if (dims.length < 3) node.fail(`${node.node.opType} needs at least 3 dims, not [${dims.join(', ')}]`);
  return dims;
}

function planInstanceNorm(node: NodeContext): Plan {
  const dims = requireImages(node);
  requireChannels(node, dims[1]!, [1, 2]);
  return planRows(node, { dims, groups: dims[1]!, perScale: 1, scales: dims[1]! });
}

/** Up to opset 20 each group has a scale and a bias, then each channel. */
function planGroupNorm(node: NodeContext): Plan {
  const dims = requireImages(node);
  const [channels, groups] = [dims[1]!, node.int('num_groups')];
  if (groups < 1 || channels % groups !== 0) {
    node.fail(`num_groups ${groups} does not divide ${channels} channels`);
  }
  const scales = node.opset < 21 ? groups : channels;
  requireChannels(node, scales, [1, 2]);
  return planRows(node, { dims, groups, perScale: channels / scales, scales });
}

interface Grouping {
  readonly dims: readonly number[];
  readonly groups: number;
  /** Channels that share a scale, and how many scales there are. */
  readonly perScale: number;
  readonly scales: number;
}

function planRows(node: NodeContext, grouping: Grouping): Plan {
  const { dims, groups } = grouping;
  const { dtype } = node.input(0);
  const channels = dims[1]! / Math.max(1, groups);
  const [rows, places] = [dims[0]! * groups, product(dims.slice(2))];
  const length = channels * places;
  const block = Math.max(1, Math.floor(BLOCK_ELEMENTS / Math.max(1, length)));
  return {
    outputs: [{ dtype, dims }],
    scratch: block * 16 + block * channels * 12,
    inPlace: [0],
    bind: (at) => {
      const many = block * Math.max(1, Math.floor(STEP_ELEMENTS / Math.max(1, block * length)));
      const steps: Step[] = [];
      for (let first = 0; first < rows && length > 0; first += many) {
        const end = Math.min(rows, first + many);
        steps.push(() => {
          for (let row = first; row < end; row += block) {
            normalizeRows(node, at, { ...grouping, channels, places, row, rows: Math.min(block, end - row) });
          }
        });
      }
      return steps;
    },
  };
}

interface Rows extends Grouping {
  readonly row: number;
  readonly rows: number;
  /** Channels in a row, and places of each. */
  readonly channels: number;
  readonly places: number;
}

function normalizeRows(node: NodeContext, at: Addresses, part: Rows): void {
  const { kernels } = node.engine;
  const { row, rows, channels, places, perScale, scales } = part;
  const length = channels * places;
  const offset = row * length * 4;
  const [x, means] = [at.input(0) + offset, at.scratch];
  const variances = means + rows * 8;
  const out = variances + rows * 8;
  const view = { outer: rows, axis: length, inner: 1 };
  fold(kernels, 'float32', Fold.sum, x, means, view);
  finish(kernels, 'float64', means, means, rows, length);
  deviations(kernels, x, means, variances, view);
  finish(kernels, 'float64', variances, variances, rows, length);
  const count = rows * channels;
  parameters(kernels, {
    ...{ means, variances, scale: at.input(1), bias: at.input(2), out, count },
    ...{ perStatistic: channels, first: row * channels, perScale, scales },
    epsilon: Math.fround(node.float('epsilon', 1e-5)),
  });
  const target = at.output(0) + offset;
  affine(kernels, x, out, count, 0, target, { groups: 1, outer: 1, channels: count, inner: places });
}

function planChannelsLast(node: NodeContext): Plan {
  const dims = requireImages(node);
  const { dtype } = node.input(0);
  const [images, channels, places] = [dims[0]!, dims.at(-1)!, product(dims.slice(1, -1))];
  requireChannels(node, channels, [1, 2]);
  const count = images * channels;
  const epsilon = Math.fround(node.float('epsilon', 1e-5));
  const { kernels } = node.engine;
  return {
    outputs: [{ dtype, dims }],
    scratch: count * 28,
    inPlace: [0],
    bind: (at) => {
      const [means, variances, from] = [0, 8, 16].map((each) => at.scratch + each * count) as [
        number,
        number,
        number,
      ];
      const x = at.input(0);
      return [
        ...momentSteps(kernels, x, means, variances, { outer: images, axis: places, inner: channels }),
        () =>
          parameters(kernels, {
            ...{ means, variances, scale: at.input(1), bias: at.input(2), out: from, count },
            ...{ scales: channels, epsilon },
          }),
        ...affineSteps(kernels, x, from, count, at.output(0), {
          ...{ groups: images, outer: places, channels, inner: 1 },
        }),
      ];
    },
  };
}
