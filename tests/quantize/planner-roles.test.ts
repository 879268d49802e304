// What the planner decides for each operator's weight in each mode.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { planQuantization, type QuantizeOptions } from '../../ts-host/index.js';
import { prepareOctavo, summaryOf } from '../support/octavo.js';
import {
  conv,
  floats,
  type GraphInput,
  gather,
  gemm,
  matMul,
  model,
  node,
  value,
} from '../support/onnxBuilder.js';
import { Rng } from '../support/rng.js';

before(prepareOctavo);

const weight = (name: string, dims: readonly number[]) =>
  floats(name, dims, new Rng(name.length).normal(dims.reduce((a, b) => a * b, 1)));

const one = (made: ReturnType<typeof node>, ...weights: ReturnType<typeof weight>[]): GraphInput => ({
  nodes: [made],
  initializers: weights,
});

const MODES: readonly QuantizeOptions[] = [
  { mode: 'weights' },
  { mode: 'weights', bits: 4 },
  { mode: 'dynamic' },
  { mode: 'embedding' },
  { mode: 'fp16' },
];

interface Role {
  readonly title: string;
  readonly input: GraphInput;
  /** Lines of the plan by mode, `; ` between them; embedding and fp16 only where they are not the usual ones. */
  readonly expected: readonly string[];
}

const FLOAT = 'n float';
const HALF = 'n halfCast w; w: float16';

const ROLES: readonly Role[] = [
  {
    title: 'Conv',
    input: one(conv('x', 'w', undefined, 'y', {}, 'n'), weight('w', [8, 32, 3, 3])),
    expected: [
      'n dequantize w; w: uint8 channel 0',
      'n dequantize w; w: uint4 block 1',
      'n dequantize w; w: uint8 channel 0',
    ],
  },
  {
    title: 'depthwise Conv',
    input: one(conv('x', 'w', undefined, 'y', { group: 64n }, 'n'), weight('w', [64, 1, 5, 5])),
    expected: [
      'n dequantize w; w: uint8 channel 0',
      'n dequantize w; w: uint8 channel 0',
      'n dequantize w; w: uint8 channel 0',
    ],
  },
  {
    title: 'ConvTranspose',
    input: one(node('ConvTranspose', ['x', 'w'], ['y'], {}, { name: 'n' }), weight('w', [32, 16, 3, 3])),
    expected: [
      'n dequantize w; w: uint8 channel 1',
      'n dequantize w; w: uint4 block 0',
      'n dequantize w; w: uint8 channel 1',
    ],
  },
  {
    title: 'MatMul with constant B',
    input: one(matMul('x', 'w', 'y', 'n'), weight('w', [64, 48])),
    expected: [
      'n dequantize w; w: uint8 channel 1',
      'n blockMatMul w; w: uint4 block 0',
      'n dynamicInteger w; w: int8 channel 1',
    ],
  },
  {
    title: 'MatMul with constant A',
    input: one(matMul('w', 'x', 'y', 'n'), weight('w', [64, 48])),
    expected: [
      'n dequantize w; w: uint8 channel 0',
      'n dequantize w; w: uint4 block 1',
      'n dequantize w; w: uint8 channel 0',
    ],
  },
  {
    title: 'MatMul with two constants',
    input: one(matMul('w', 'v', 'y', 'n'), weight('w', [64, 48]), weight('v', [48, 64])),
    expected: [
      'n dequantize w v; w: uint8 channel 0; v: uint8 channel 1',
      'n dequantize w v; w: uint4 block 1; v: uint4 block 0',
      'n dequantize w v; w: uint8 channel 0; v: uint8 channel 1',
      FLOAT,
      'n halfCast w v; w: float16; v: float16',
    ],
  },
  {
    title: 'MatMul with B of rank 3',
    input: one(matMul('x', 'w', 'y', 'n'), weight('w', [3, 64, 48])),
    expected: [
      'n dequantize w; w: uint8 channel 2',
      'n dequantize w; w: uint4 block 1',
      'n dequantize w; w: uint8 channel 2',
    ],
  },
  {
    title: 'MatMul of a weight with itself',
    input: one(matMul('w', 'w', 'y', 'n'), weight('w', [64, 64])),
    expected: [
      'n dequantize w; w: uint8 channel 0',
      'n dequantize w; w: uint4 block 1',
      'n dequantize w; w: uint8 channel 0',
    ],
  },
  {
    title: 'Gemm with a bias',
    input: one(gemm('x', 'w', 'b', 'y', {}, 'n'), weight('w', [64, 48]), weight('b', [48])),
    expected: [
      'n dequantize w; w: uint8 channel 1',
      'n blockMatMul w; w: uint4 block 0',
      'n dynamicInteger w; w: int8 channel 1',
    ],
  },
  {
    title: 'Gemm transB',
    input: one(gemm('x', 'w', undefined, 'y', { transB: 1n }, 'n'), weight('w', [48, 64])),
    expected: [
      'n dequantize w; w: uint8 channel 0',
      'n blockMatMul w; w: uint4 block 1',
      'n dynamicInteger w; w: int8 channel 0',
    ],
  },
  ...[
    { title: 'Gemm transA', attributes: { transA: 1n } },
    { title: 'Gemm alpha 2', attributes: { alpha: 2 } },
  ].map(({ title, attributes }) => ({
    title,
    input: one(
      gemm('x', 'w', undefined, 'y', attributes as Record<string, bigint>, 'n'),
      weight('w', [64, 48]),
    ),
    expected: [
      'n dequantize w; w: uint8 channel 1',
      'n dequantize w; w: uint4 block 0',
      'n dynamicInteger w; w: int8 channel 1',
    ],
  })),
  {
    title: 'Gemm beta 2',
    input: one(gemm('x', 'w', 'b', 'y', { beta: 2 }, 'n'), weight('w', [64, 48]), weight('b', [48])),
    expected: [
      'n dequantize w; w: uint8 channel 1',
      'n dequantize w; w: uint4 block 0',
      'n dynamicInteger w; w: int8 channel 1',
    ],
  },
  {
    title: 'Gemm with C of rank 2',
    input: one(gemm('x', 'w', 'c', 'y', {}, 'n'), weight('w', [64, 48]), weight('c', [1, 48])),
    expected: [
      'n dequantize w; w: uint8 channel 1',
      'n dequantize w; w: uint4 block 0',
      'n dynamicInteger w; w: int8 channel 1',
    ],
  },
  {
    title: 'Gather axis 0',
    input: one(gather('w', 'x', 'y', 0, 'n'), weight('w', [50, 64])),
    expected: [
      'n gatherDequantize w; w: uint8 channel 0',
      'n blockGather w; w: uint4 block 1',
      'n gatherDequantize w; w: uint8 channel 0',
      'n gatherDequantize w; w: uint8 channel 0',
    ],
  },
  {
    title: 'Gather axis 1',
    input: one(gather('w', 'x', 'y', 1, 'n'), weight('w', [50, 64])),
    expected: [FLOAT, FLOAT, FLOAT],
  },
  ...['LSTM', 'GRU'].map((opType) => ({
    title: opType,
    input: one(
      node(opType, ['x', 'w', 'r'], ['y'], { hidden_size: 16n }, { name: 'n' }),
      weight('w', [1, 64, 32]),
      weight('r', [1, 64, 16]),
    ),
    expected: [
      'n dequantize w r; w: uint8 channel 1; r: uint8 channel 1',
      'n dequantize w r; w: uint4 block 2; r: uint8 channel 1',
      'n dequantize w r; w: uint8 channel 1; r: uint8 channel 1',
      FLOAT,
      'n halfCast w r; w: float16; r: float16',
    ],
  })),
  {
    title: 'an operator of another domain',
    input: one(node('MatMul', ['x', 'w'], ['y'], {}, { name: 'n', domain: 'other' }), weight('w', [64, 48])),
    expected: [FLOAT, FLOAT, FLOAT],
  },
];

for (const { title, input, expected } of ROLES) {
  test(`planQuantization ${title} -> the form of each mode`, async () => {
    const bytes = model({ ...input, inputs: [value('x')], outputs: [value('y')], domains: { other: 1 } });
    for (const [i, options] of MODES.entries()) {
      const made = await planQuantization(bytes, options);
      const usual = options.mode === 'embedding' ? FLOAT : HALF;
      assert.equal(summaryOf(made).join('; '), expected[i] ?? usual, JSON.stringify(options));
      for (const { reason } of made.nodes) assert.ok(reason.length > 8, reason);
    }
  });
}
