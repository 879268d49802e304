// Products of codes: Conv, MatMul, Gemm, with what follows them.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { node } from '../../support/onnxBuilder.js';
import { QdqBuilder, type Quant } from '../../support/qdqBuilder.js';
import { Rng } from '../../support/rng.js';
import {
  bias,
  type Case,
  codesOf,
  IMAGE,
  outputOf,
  POSITIVE,
  S,
  testCases,
  weight,
  X,
  Y,
} from './support.js';

const pads = { pads: [1n, 1n, 1n, 1n] };

const CASES: readonly Case[] = [
  {
    title: 'Conv, scales and bias by channels',
    build: (b, rng) =>
      b.quantize(
        b.add('Conv', [b.both('x', X), weight(b, rng, [3, 4, 3, 3], 0), bias(b, rng, 3, X)], pads),
        Y,
      ),
    runs: 'QuantizeLinear QLinearConv',
  },
  {
    title: 'Conv, Relu: the zero point is the least code',
    build: (b, rng) =>
      b.quantize(b.add('Relu', [b.add('Conv', [b.both('x', X), weight(b, rng, [3, 4, 1, 1])])]), POSITIVE),
    runs: 'QuantizeLinear QLinearConv',
  },
  {
    title: 'Conv of s8, Clip inside the range of codes',
    build: (b, rng) => {
      const conv = b.add('Conv', [b.both('x', S), weight(b, rng, [3, 4, 3, 3], 0)]);
      const clipped = b.add('Clip', [conv, b.floats([], [-0.7]), b.floats([], [1.6])]);
      return b.quantize(clipped, { ...S, scale: 0.05 });
    },
    dtype: 'int8',
    runs: 'QuantizeLinear QLinearConv',
  },
  {
    title: 'Conv, Clip of opset 7, depthwise',
    build: (b, rng) => {
      const conv = b.add('Conv', [b.both('x', X), weight(b, rng, [4, 1, 3, 3])], { group: 4n });
      return b.quantize(b.add('Clip', [conv], { min: -0.4, max: 0.5 }), Y);
    },
    opset: 10,
    runs: 'QuantizeLinear QLinearConv',
  },
  {
    title: 'Conv with a float bias, finer than a result can show',
    build: (b, rng) =>
      b.quantize(
        b.add('Conv', [b.both('x', X), weight(b, rng, [3, 4, 3, 3], 0), b.floats([3], [0.31, -1.2, 0.004])]),
        Y,
      ),
    runs: 'QuantizeLinear QLinearConv',
  },
  {
    title: 'MatMul, scales by columns',
    build: (b, rng) => b.quantize(b.add('MatMul', [b.both('x', X), weight(b, rng, [5, 7], 1)]), Y),
    runs: 'QuantizeLinear QLinearMatMul',
  },
  {
    title: 'MatMul of two values, float behind it',
    build: (b) => {
      const x = b.both('x', X);
      return b.add('MatMul', [x, b.add('Transpose', [x], { perm: [0n, 1n, 3n, 2n] })]);
    },
    dtype: 'float32',
    runs: 'QuantizeLinear Transpose MatMulIntegerToFloat',
    exact: false,
  },
  {
    title: 'MatMul with a transposed weight',
    build: (b, rng) =>
      b.quantize(b.add('MatMul', [b.both('x', X), b.add('Transpose', [weight(b, rng, [7, 5], 0)])]), Y),
    runs: 'QuantizeLinear QLinearMatMul',
  },
  {
    title: 'Flatten, Gemm, Relu',
    build: (b, rng) => {
      const flat = b.add('Flatten', [b.both('x', X)]);
      const gemm = b.add('Gemm', [flat, weight(b, rng, [6, 120], 0), bias(b, rng, 6, X)], { transB: 1n });
      return b.quantize(b.add('Relu', [gemm]), { ...Y, scale: 0.2 });
    },
    runs: 'QuantizeLinear Flatten QGemm',
  },
  {
    title: 'dynamic quantization of a MatMul, scales by columns, bias',
    build: (b, rng) => {
      b.nodes.push(node('DynamicQuantizeLinear', ['x'], ['xq', 'xs', 'xz'], {}, { name: 'dynamic' }));
      const w = b.codes('int8', [5, 7], codesOf(rng, 35));
      const product = b.add('Cast', [b.add('MatMulInteger', ['xq', w, 'xz'])], { to: 1n });
      const scale = b.add('Mul', ['xs', b.floats([7], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7])]);
      return b.add('Add', [b.add('Mul', [product, scale]), b.floats([7], rng.normal(7))]);
    },
    dtype: 'float32',
    runs: 'DynamicQuantizeLinear MatMulIntegerToFloat',
  },
  {
    title: 'dynamic quantization of a Conv, scales by channels',
    build: (b, rng) => {
      b.nodes.push(node('DynamicQuantizeLinear', ['x'], ['xq', 'xs', 'xz'], {}, { name: 'dynamic' }));
      const w = b.codes(
        'uint8',
        [3, 4, 3, 3],
        Array.from({ length: 108 }, () => rng.int(0, 255)),
      );
      const inputs = ['xq', w, 'xz', b.codes('uint8', [], [117])];
      const product = b.add('Cast', [b.add('ConvInteger', inputs, pads)], { to: 1n });
      return b.add('Mul', [b.add('Mul', [b.floats([1, 3, 1, 1], [0.1, 0.2, 0.3]), 'xs']), product]);
    },
    dtype: 'float32',
    runs: 'DynamicQuantizeLinear DequantizedConv',
  },
  {
    title: 'two QuantizeLinear of one result',
    build: (b, rng) => {
      const conv = b.add('Conv', [b.both('x', X), weight(b, rng, [4, 4, 1, 1])]);
      return b.quantize(b.add('Add', [b.both(conv, Y), b.both(conv, Y)]), Y);
    },
    runs: 'QuantizeLinear QLinearConv QLinearAdd',
  },
];

describe('fuseQuantized: products', () => {
  testCases(CASES);

  it('Conv -> the bits of QLinearConv of the same constants', async () => {
    const b = new QdqBuilder();
    const [x, w] = [b.quantize('x', X), b.codes('int8', [3, 4, 3, 3], codesOf(new Rng(5), 108))];
    const quant: Quant = { dtype: 'int8', scale: [0.002, 0.003, 0.004], axis: 0 };
    const qdq = b.quantize(b.add('Conv', [b.dequantize(x, X), b.dequantize(w, quant)], pads), Y);
    const inputs = [x, ...b.parameters(X), w, ...b.parameters(quant), ...b.parameters(Y)];
    const operator = b.add('QLinearConv', inputs, pads);
    const [first, second] = [
      b.finish({ x: IMAGE }, qdq, 13, 'uint8'),
      b.finish({ x: IMAGE }, operator, 13, 'uint8'),
    ];
    assert.deepEqual(await outputOf(first, IMAGE, 'fused'), await outputOf(second, IMAGE, 'fused'));
  });
});
