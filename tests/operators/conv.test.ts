// Conv and FusedConv against onnxruntime: one to three axes, groups, depthwise with one and several outputs a channel,
// strides, dilations, pads of every kind, bias, addend and activations.

import { describe } from 'node:test';
import type { AttributeInput } from '../support/onnxBuilder.js';
import {
  absolute,
  anyOf,
  type Case,
  feed,
  ofRange,
  operatorCases,
  operatorRefuses,
  pick,
  type Rng,
  random,
  shape,
} from './harness.js';

type Attributes = Record<string, AttributeInput>;

const bigints = (list: readonly number[]): bigint[] => list.map(BigInt);

/** Kernel sizes and attributes that fit `spatial`. onnxruntime refuses SAME with dilations: no such cases. */
function windows(rng: Rng, spatial: readonly number[]): { kernel: number[]; attributes: Attributes } {
  const kernel = spatial.map((extent) => Math.min(extent, pick(rng, [1, 1, 2, 3, 3, 5])));
  const autoPad = pick(rng, ['NOTSET', 'NOTSET', 'NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER']);
  const mayDilate = !autoPad.startsWith('SAME') && rng.float() < 0.5;
  const dilations = spatial.map((extent, i) =>
    mayDilate && (kernel[i]! - 1) * 2 < extent ? rng.int(1, 2) : 1,
  );
  const pads = [...kernel, ...kernel].map((size) => rng.int(0, size));
  const attributes: Attributes = {
    ...(rng.float() < 0.5 && { kernel_shape: bigints(kernel) }),
    ...(rng.float() < 0.7 && { strides: bigints(spatial.map(() => rng.int(1, 3))) }),
    ...(autoPad === 'NOTSET' ? rng.float() < 0.7 && { pads: bigints(pads) } : { auto_pad: autoPad }),
    ...(mayDilate && { dilations: bigints(dilations) }),
  };
  return { kernel, attributes };
}

interface Channels {
  readonly groups: number;
  /** In and out, of a group. */
  readonly in: number;
  readonly out: number;
}

function convolution(rng: Rng, index: number, { groups, in: from, out: to }: Channels): Case {
  const spatial = shape(rng, (index % 3) + 1, 3, index % 3 === 2 ? 5 : 9);
  const { kernel, attributes } = windows(rng, spatial);
  const x = random(rng, 'float32', [rng.int(1, 2), groups * from, ...spatial]);
  const weights = random(rng, 'float32', [groups * to, from, ...kernel]);
  const bias = rng.float() < 0.6 ? random(rng, 'float32', [groups * to]) : undefined;
  return {
    opset: pick(rng, [7, 11, 17, 22]),
    attributes: { ...attributes, ...((groups > 1 || rng.float() < 0.5) && { group: BigInt(groups) }) },
    inputs: [x, weights, bias],
    constants: pick(rng, [[1, 2].slice(0, bias === undefined ? 1 : 2), [1], []]),
  };
}

/** Both sum in float32, in different orders. */
const SUM = ofRange(2e-6);

describe('conv', () => {
  operatorCases('Conv', {
    title: 'one group',
    cases: 30,
    bound: SUM,
    make: (rng, index) =>
      convolution(rng, index, { groups: 1, in: pick(rng, [1, 2, 3, 5, 16, 33]), out: rng.int(1, 20) }),
  });

  operatorCases('Conv', {
    title: 'groups',
    cases: 21,
    bound: SUM,
    make: (rng, index) =>
      convolution(rng, index, { groups: rng.int(2, 4), in: rng.int(2, 5), out: pick(rng, [1, 3, 8, 10]) }),
  });

  operatorCases('Conv', {
    title: 'depthwise',
    cases: 30,
    bound: SUM,
    make: (rng, index) =>
      convolution(rng, index, {
        groups: pick(rng, [2, 4, 7, 8, 12, 21]),
        in: 1,
        out: pick(rng, [1, 1, 2, 3, 8]),
      }),
  });

  operatorCases('FusedConv', {
    cases: 30,
    // Clip leaves a small range of larger sums.
    bound: anyOf(SUM, absolute(1e-5)),
    make: (rng, index) => fused(rng, index),
  });
});

const ACTIVATIONS: [string, number[] | undefined][] = [
  ['Relu', undefined],
  ['Clip', [-0.3, 0.7]],
  ['LeakyRelu', [0.2]],
  ['HardSigmoid', [0.15, 0.4]],
];

/** onnxruntime has FusedConv for 1 and 2 axes, and the addend only where it is NCHW. */
function fused(rng: Rng, index: number): Case {
  const depthwise = rng.float() < 0.4;
  const groups = depthwise ? pick(rng, [3, 8, 13]) : 1;
  const spatial = shape(rng, 2, 3, 8);
  const outputs = depthwise ? groups : rng.int(1, 18);
  const x = random(rng, 'float32', [rng.int(1, 2), depthwise ? groups : rng.int(1, 6), ...spatial]);
  const weights = random(rng, 'float32', [outputs, x.dims[1]! / groups, 3, 3]);
  const withAddend = rng.float() < 0.5;
  const bias = withAddend || rng.float() < 0.6 ? random(rng, 'float32', [outputs]) : undefined;
  const addend = withAddend ? random(rng, 'float32', [x.dims[0]!, outputs, ...spatial]) : undefined;
  const [activation, parameters] = ACTIVATIONS[index % ACTIVATIONS.length]!;
  return {
    domain: 'com.microsoft',
    attributes: {
      pads: [1n, 1n, 1n, 1n],
      group: BigInt(groups),
      activation,
      ...(parameters === undefined ? {} : { activation_params: parameters }),
    },
    inputs: [x, weights, bias, addend],
    constants: [1],
  };
}

describe('conv refuses', () => {
  const ones = (...dims: number[]) =>
    feed('float32', dims, Array<number>(dims.reduce((a, b) => a * b, 1)).fill(1));
  const x = ones(1, 4, 5, 5);
  const w = ones(6, 4, 3, 3);
  const bad: [string, Parameters<typeof operatorRefuses>[2], Case][] = [
    ['x of rank 2', 'SHAPE_MISMATCH', { inputs: [ones(4, 5), ones(6, 4)] }],
    ['x of rank 6', 'SHAPE_MISMATCH', { inputs: [ones(1, 1, 2, 2, 2, 2), ones(1, 1, 1, 1, 1, 1)] }],
    ['weights of another rank', 'SHAPE_MISMATCH', { inputs: [x, ones(6, 4, 3)] }],
    ['channels that do not fit', 'SHAPE_MISMATCH', { inputs: [x, ones(6, 3, 3, 3)] }],
    ['group 0', 'SHAPE_MISMATCH', { inputs: [x, w], attributes: { group: 0n } }],
    [
      'group that does not divide',
      'SHAPE_MISMATCH',
      { inputs: [x, ones(6, 1, 3, 3)], attributes: { group: 4n } },
    ],
    ['three pads', 'SHAPE_MISMATCH', { inputs: [x, w], attributes: { pads: [1n, 1n, 1n] } }],
    ['negative pads', 'SHAPE_MISMATCH', { inputs: [x, w], attributes: { pads: [-1n, 0n, 0n, 0n] } }],
    ['stride 0', 'SHAPE_MISMATCH', { inputs: [x, w], attributes: { strides: [0n, 1n] } }],
    ['dilation 0', 'SHAPE_MISMATCH', { inputs: [x, w], attributes: { dilations: [1n, 0n] } }],
    ['a kernel beyond x', 'SHAPE_MISMATCH', { inputs: [x, ones(6, 4, 7, 3)] }],
    [
      'kernel_shape that differs',
      'SHAPE_MISMATCH',
      { inputs: [x, w], attributes: { kernel_shape: [3n, 5n] } },
    ],
    ['an empty kernel', 'SHAPE_MISMATCH', { inputs: [x, ones(6, 4, 0, 3)] }],
    ['a bias of another length', 'SHAPE_MISMATCH', { inputs: [x, w, ones(5)] }],
    ['auto_pad SOME', 'SHAPE_MISMATCH', { inputs: [x, w], attributes: { auto_pad: 'SOME' } }],
    [
      'dilation beyond 31 bits',
      ['SHAPE_MISMATCH', 'LIMIT_EXCEEDED'],
      {
        inputs: [x, w],
        attributes: { dilations: [2147483647n, 1n], pads: [2147483647n, 0n, 2147483647n, 0n] },
      },
    ],
    [
      'float64',
      'UNSUPPORTED_DTYPE',
      { inputs: [feed('float64', [1, 1, 3], [1, 2, 3]), feed('float64', [1, 1, 1], [1])] },
    ],
    ['no weights', 'GRAPH_INVALID', { inputs: [x] }],
  ];
  for (const [why, code, each] of bad) operatorRefuses('Conv', why, code, each);
  const refuseFused = (
    why: string,
    code: 'UNSUPPORTED_OP' | 'SHAPE_MISMATCH' | 'GRAPH_INVALID',
    each: Case,
  ) => operatorRefuses('FusedConv', why, code, { domain: 'com.microsoft', ...each });
  refuseFused('activation Softmax', 'UNSUPPORTED_OP', {
    inputs: [x, w],
    attributes: { activation: 'Softmax' },
  });
  refuseFused('an addend of another shape', 'SHAPE_MISMATCH', {
    inputs: [x, w, ones(6), ones(1, 6, 5, 5)],
    attributes: { activation: 'Relu' },
  });
  refuseFused('too many parameters', 'GRAPH_INVALID', {
    inputs: [x, w],
    attributes: { activation: 'LeakyRelu', activation_params: [1, 2] },
  });
});
