// Operators that compute codes from codes without weights, and those that move them.

import { describe } from 'node:test';
import { node } from '../../support/onnxBuilder.js';
import { type Case, POSITIVE, S, single, testCases, weight, X, Y } from './support.js';

const CASES: readonly Case[] = [
  {
    title: 'Add of two codes, Relu',
    build: (b) =>
      b.quantize(b.add('Relu', [b.add('Add', [b.both('x', X), b.both('x', { ...X, scale: 0.07 })])]), Y),
    runs: 'QuantizeLinear QuantizeLinear QLinearAdd',
    exact: true,
  },
  {
    title: 'Mul with a constant',
    build: (b, rng) =>
      b.quantize(b.add('Mul', [b.both('x', S), weight(b, rng, [4, 1, 1])]), { ...S, scale: 0.01 }),
    dtype: 'int8',
    runs: 'QuantizeLinear QLinearMul',
    exact: true,
  },
  {
    title: 'Concat of two scales',
    build: (b) =>
      b.quantize(b.add('Concat', [b.both('x', X), b.both('x', { ...X, scale: 0.07 })], { axis: 1n }), Y),
    runs: 'QuantizeLinear QuantizeLinear QLinearConcat',
    exact: true,
  },
  {
    title: 'Concat under one scale',
    build: (b) => {
      const x = b.both('x', X);
      return b.quantize(b.add('Concat', [x, x], { axis: 1n }), X);
    },
    runs: 'QuantizeLinear Concat',
    exact: true,
  },
  {
    title: 'movers, one after the other',
    build: (b) => {
      const pooled = b.add('MaxPool', [b.both('x', X)], { kernel_shape: [2n, 2n] });
      const padded = b.add('Pad', [pooled, b.ints(0, 0, 1, 0, 0, 0, 0, 2)]);
      const sliced = b.add('Slice', [padded, b.ints(1), b.ints(4), b.ints(1)]);
      const turned = b.add('Transpose', [sliced], { perm: [0n, 2n, 3n, 1n] });
      const shaped = b.add('Unsqueeze', [b.add('Reshape', [turned, b.ints(1, -1)]), b.ints(1)]);
      return b.quantize(b.add('Squeeze', [shaped, b.ints(1)]), X);
    },
    runs: 'QuantizeLinear MaxPool Pad Slice Transpose Reshape Unsqueeze Squeeze',
    exact: true,
  },
  {
    title: 'a mover under another scale',
    build: (b) => b.quantize(b.add('Transpose', [b.both('x', X)]), Y),
    runs: 'QuantizeLinear Transpose CodeLookup',
    exact: true,
  },
  {
    title: 'DepthToSpace behind channels last, in both modes',
    dims: [1, 32, 6, 5],
    build: (b) => {
      const pooled = b.add('MaxPool', [b.both('x', X)], { kernel_shape: [1n, 2n] });
      const first = b.add('DepthToSpace', [pooled], { blocksize: 2n, mode: 'CRD' });
      return b.quantize(b.add('DepthToSpace', [first], { blocksize: 2n, mode: 'DCR' }), X);
    },
    runs: 'QuantizeLinear MaxPool DepthToSpace DepthToSpace',
    exact: true,
  },
  {
    title: 'a crop to the dims of another value',
    build: (b) => {
      const x = b.both('x', X);
      const pooled = b.add('MaxPool', [x], { kernel_shape: [2n, 2n] });
      const cropped = b.add('Slice', [x, b.ints(0, 0, 0, 0), b.add('Shape', [pooled])]);
      return b.quantize(b.add('Concat', [pooled, cropped], { axis: 1n }), X);
    },
    runs: 'QuantizeLinear MaxPool Slice Concat',
    exact: true,
  },
  {
    title: 'Resize to the nearest',
    build: (b) =>
      b.quantize(b.add('Resize', [b.both('x', X), '', b.floats([4], [1, 1, 2, 2])], { mode: 'nearest' }), X),
    runs: 'QuantizeLinear Resize',
    exact: true,
  },
  {
    title: 'Split and Concat',
    build: (b) => {
      b.nodes.push(
        node('Split', [b.both('x', X), b.ints(1, 3)], ['s', 't'], { axis: 1n }, { name: 'split' }),
      );
      return b.quantize(b.add('Concat', ['t', 's'], { axis: 1n }), X);
    },
    runs: 'QuantizeLinear Split Concat',
    exact: true,
  },
  {
    title: 'AveragePool',
    build: single('AveragePool', { attributes: { kernel_shape: [2n, 3n] } }),
    runs: 'QuantizeLinear QLinearAveragePool',
  },
  {
    title: 'GlobalAveragePool',
    build: single('GlobalAveragePool'),
    runs: 'QuantizeLinear QLinearGlobalAveragePool',
  },
  ...(['GlobalAveragePool', 'ReduceMean'] as const).map(
    (opType): Case => ({
      title: `${opType} of a last image, float behind it`,
      build: (b) => {
        const attributes = opType === 'ReduceMean' ? { axes: [2n, 3n] } : {};
        const pooled = b.add('MaxPool', [b.both('x', S)], { kernel_shape: [1n, 2n] });
        return b.add('Exp', [b.add(opType, [pooled], attributes)]);
      },
      dtype: 'float32',
      runs: 'QuantizeLinear MaxPool DequantizedGlobalAveragePool Exp',
    }),
  ),
  {
    title: 'GlobalAveragePool of what has channels first, float behind it',
    build: (b) => b.add('Exp', [b.add('GlobalAveragePool', [b.both('x', X)])]),
    dtype: 'float32',
    runs: 'QuantizeLinear DequantizedGlobalAveragePool Exp',
  },
  {
    title: 'ReduceMean over the image',
    build: single('ReduceMean', { attributes: { axes: [-1n, 2n] } }),
    runs: 'QuantizeLinear QLinearGlobalAveragePool',
  },
  {
    title: 'Softmax',
    build: single('Softmax', { y: POSITIVE, attributes: { axis: 1n } }),
    runs: 'QuantizeLinear QLinearSoftmax',
    exact: true,
  },
  {
    title: 'Softmax of opset 11',
    build: single('Softmax', { y: POSITIVE }),
    opset: 11,
    runs: 'QuantizeLinear QLinearSoftmax',
    exact: true,
  },
];

describe('fuseQuantized: values', () => {
  testCases(CASES);
});
