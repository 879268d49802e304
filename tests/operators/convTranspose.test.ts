// ConvTranspose against onnxruntime: one to three axes, groups, strides, dilations, pads of every kind, output_padding,
// output_shape, bias.

import { describe } from 'node:test';
import type { AttributeInput } from '../support/onnxBuilder.js';
import {
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

/** onnxruntime refuses output_padding that is not below the stride: no such cases. */
function windows(rng: Rng, spatial: readonly number[]): { kernel: number[]; attributes: Attributes } {
  const kernel = spatial.map(() => pick(rng, [1, 2, 2, 3, 4, 5]));
  const strides = spatial.map(() => rng.int(1, 3));
  const dilations = spatial.map(() => (rng.float() < 0.3 ? 2 : 1));
  const padding = strides.map((stride) => rng.int(0, stride - 1));
  const whole = spatial.map(
    (extent, i) => (extent - 1) * strides[i]! + padding[i]! + (kernel[i]! - 1) * dilations[i]! + 1,
  );
  const pads = [...whole, ...whole].map((size) => rng.int(0, Math.floor((size - 1) / 2)));
  const common = {
    strides: bigints(strides),
    dilations: bigints(dilations),
    ...(rng.float() < 0.5 && { kernel_shape: bigints(kernel) }),
    ...(rng.float() < 0.5 && { output_padding: bigints(padding) }),
  };
  const kind = pick(rng, ['pads', 'pads', 'none', 'VALID', 'shape']);
  const given = whole.map((size) => Math.max(1, size - rng.int(0, 3)));
  const auto: Record<string, Attributes> = {
    none: {},
    pads: { pads: bigints(pads.map((pad) => Math.min(pad, 3))) },
    VALID: { auto_pad: 'VALID' },
    shape: { output_shape: bigints(given), auto_pad: pick(rng, ['NOTSET', 'SAME_UPPER', 'SAME_LOWER']) },
  };
  return { kernel, attributes: { ...common, ...auto[kind] } };
}

function transposed(rng: Rng, index: number): Case {
  const spatial = shape(rng, (index % 3) + 1, 1, index % 3 === 2 ? 4 : 7);
  const groups = pick(rng, [1, 1, 2, 3]);
  const [from, to] = [rng.int(1, 5), pick(rng, [1, 2, 7, 8, 9, 17])];
  const { kernel, attributes } = windows(rng, spatial);
  const bias = rng.float() < 0.6 ? random(rng, 'float32', [groups * to]) : undefined;
  return {
    opset: pick(rng, [7, 11, 17, 22]),
    attributes: { ...attributes, ...(groups > 1 && { group: BigInt(groups) }) },
    inputs: [
      random(rng, 'float32', [rng.int(1, 2), groups * from, ...spatial]),
      random(rng, 'float32', [groups * from, to, ...kernel]),
      bias,
    ],
    constants: pick(rng, [[1], []]),
  };
}

describe('convTranspose', () => {
  operatorCases('ConvTranspose', { cases: 45, bound: ofRange(2e-6), make: transposed });

  // Outputs = extent · stride.
  operatorCases('ConvTranspose', {
    title: 'SAME',
    cases: 20,
    bound: ofRange(2e-6),
    make: (rng) => {
      const stride = rng.int(1, 3);
      const kernel = rng.int(stride, stride + 3);
      return {
        opset: pick(rng, [11, 17]),
        attributes: {
          auto_pad: pick(rng, ['SAME_UPPER', 'SAME_LOWER']),
          strides: bigints([stride, stride]),
        },
        inputs: [random(rng, 'float32', [1, 3, 4, 5]), random(rng, 'float32', [3, 6, kernel, kernel])],
        constants: [1],
      };
    },
  });
});

describe('convTranspose refuses', () => {
  const ones = (...dims: number[]) =>
    feed('float32', dims, Array<number>(dims.reduce((a, b) => a * b, 1)).fill(1));
  const x = ones(1, 4, 5, 5);
  const w = ones(4, 6, 3, 3);
  const bad: [string, Parameters<typeof operatorRefuses>[2], Case][] = [
    ['x of rank 2', 'SHAPE_MISMATCH', { inputs: [ones(4, 5), ones(4, 6)] }],
    ['channels that do not fit', 'SHAPE_MISMATCH', { inputs: [x, ones(3, 6, 3, 3)] }],
    ['group that does not divide', 'SHAPE_MISMATCH', { inputs: [x, w], attributes: { group: 3n } }],
    ['one stride', 'SHAPE_MISMATCH', { inputs: [x, w], attributes: { strides: [1n] } }],
    ['pads that take all', 'SHAPE_MISMATCH', { inputs: [x, w], attributes: { pads: [4n, 0n, 4n, 0n] } }],
    [
      'negative output_padding',
      'SHAPE_MISMATCH',
      { inputs: [x, w], attributes: { output_padding: [-1n, 0n] } },
    ],
    ['output_shape of one axis', 'SHAPE_MISMATCH', { inputs: [x, w], attributes: { output_shape: [7n] } }],
    ['output_shape 0', 'SHAPE_MISMATCH', { inputs: [x, w], attributes: { output_shape: [0n, 7n] } }],
    ['a bias of another length', 'SHAPE_MISMATCH', { inputs: [x, w, ones(5)] }],
    [
      'float64',
      'UNSUPPORTED_DTYPE',
      { inputs: [feed('float64', [1, 1, 3], [1, 2, 3]), feed('float64', [1, 1, 1], [1])] },
    ],
  ];
  for (const [why, code, each] of bad) operatorRefuses('ConvTranspose', why, code, each);
});
