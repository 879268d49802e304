// What a graph becomes: before and after as text for every form, and the operators each opset allows.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type QuantizeOptions, quantize } from '../../ts-host/index.js';
import { checkConsistency } from '../../ts-host/ir/check.js';
import { read } from '../formats/onnx/support.js';
import { prepareOctavo } from '../support/octavo.js';
import {
  conv,
  floats,
  gather,
  gemm,
  graph,
  ifNode,
  type ModelInput,
  matMul,
  model,
  node,
  value,
} from '../support/onnxBuilder.js';
import { Rng } from '../support/rng.js';
import { showModel } from '../support/show-model.js';

before(prepareOctavo);

const weight = (name: string, dims: readonly number[]) =>
  floats(name, dims, new Rng(name.length).normal(dims.reduce((a, b) => a * b, 1)));

async function after(input: ModelInput, options: QuantizeOptions): Promise<string[]> {
  const result = await quantize(model({ inputs: [value('x')], outputs: [value('y')], ...input }), options);
  const output = await read(await result.bytes());
  checkConsistency(output);
  return showModel(output);
}

interface Case {
  readonly title: string;
  readonly input: ModelInput;
  readonly options: QuantizeOptions;
  readonly expected: readonly string[];
}

const CONV: ModelInput = {
  nodes: [conv('x', 'w', undefined, 'y', {}, 'c')],
  initializers: [weight('w', [16, 64, 1, 1])],
};
const MATMUL: ModelInput = { nodes: [matMul('x', 'w', 'y', 'm')], initializers: [weight('w', [64, 48])] };
const GATHER: ModelInput = {
  nodes: [gather('w', 'x', 'y', 0, 'g')],
  initializers: [weight('w', [30, 64])],
  inputs: [value('x', [3], 'int64')],
};
const GEMM = (attributes: Parameters<typeof gemm>[4]): ModelInput => ({
  nodes: [gemm('x', 'w', 'b', 'y', attributes, 'm')],
  initializers: [weight('w', [48, 64]), weight('b', [48])],
});

const CASES: readonly Case[] = [
  {
    title: 'dequantize per channel',
    input: CONV,
    options: { mode: 'weights' },
    expected: [
      'ir 8, onnx 17',
      'w = DequantizeLinear<axis=0>(w_quantized, w_scale, w_zero_point)',
      'y = Conv(x, w)',
      'w_quantized: uint8[16,64,1,1]',
      'w_scale: float32[16]',
      'w_zero_point: uint8[16]',
    ],
  },
  {
    title: 'dequantize symmetric per tensor',
    input: CONV,
    options: { mode: 'weights', symmetric: true, granularity: 'tensor' },
    expected: [
      'ir 8, onnx 17',
      'w = DequantizeLinear(w_quantized, w_scale)',
      'y = Conv(x, w)',
      'w_quantized: int8[16,64,1,1]',
      'w_scale: float32[]',
    ],
  },
  {
    title: 'dequantize 4-bit blocks',
    input: CONV,
    options: { mode: 'weights', bits: 4 },
    expected: [
      'ir 10, onnx 21',
      'w = DequantizeLinear<axis=1, block_size=32>(w_quantized, w_scale, w_zero_point)',
      'y = Conv(x, w)',
      'w_quantized: uint4[16,64,1,1]',
      'w_scale: float32[16,2,1,1]',
      'w_zero_point: uint4[16,2,1,1]',
    ],
  },
  {
    title: 'dequantize 16 bits below opset 21',
    input: CONV,
    options: { mode: 'weights', bits: 16 },
    expected: [
      'ir 8, onnx 17, com.microsoft 1',
      'w = com.microsoft.DequantizeLinear<axis=0>(w_quantized, w_scale, w_zero_point)',
      'y = Conv(x, w)',
      'w_quantized: uint16[16,64,1,1]',
      'w_scale: float32[16]',
      'w_zero_point: uint16[16]',
    ],
  },
  {
    title: 'dequantize per channel, opset 9',
    input: { ...CONV, opset: 9, irVersion: 4 },
    options: { mode: 'weights', symmetric: true },
    expected: [
      'ir 7, onnx 13',
      'w = DequantizeLinear<axis=0>(w_quantized, w_scale)',
      'y = Conv(x, w)',
      'w_quantized: int8[16,64,1,1]',
      'w_scale: float32[16]',
    ],
  },
  {
    title: 'dequantize per tensor, opset 9',
    input: { ...CONV, opset: 9, irVersion: 4 },
    options: { mode: 'weights', symmetric: true, granularity: 'tensor' },
    expected: [
      'ir 5, onnx 10',
      'w = DequantizeLinear(w_quantized, w_scale)',
      'y = Conv(x, w)',
      'w_quantized: int8[16,64,1,1]',
      'w_scale: float32[]',
    ],
  },
  {
    title: 'dequantize in an opset that nothing can be raised from',
    input: {
      ...CONV,
      nodes: [...CONV.nodes!, node('Gone', ['y'], ['z'])],
      outputs: [value('z')],
      opset: 9,
    },
    options: { mode: 'weights', bits: 4 },
    expected: [
      'ir 8, onnx 9',
      'w_cast = Cast<to=1>(w_quantized)',
      'w_zero_point_cast = Cast<to=1>(w_zero_point)',
      'w_shifted = Sub(w_cast, w_zero_point_cast)',
      'w = Mul(w_shifted, w_scale)',
      'y = Conv(x, w)',
      'z = Gone(y)',
      'w_quantized: uint8[16,64,1,1]',
      'w_scale: float32[16,1,1,1]',
      'w_zero_point: uint8[16,1,1,1]',
    ],
  },
  {
    title: 'blockMatMul',
    input: MATMUL,
    options: { mode: 'weights', bits: 4 },
    expected: [
      'ir 8, onnx 17, com.microsoft 1',
      'y = com.microsoft.MatMulNBits<K=64, N=48, bits=4, block_size=32>(x, w_q4, w_scales, w_zero_points)',
      'w_q4: uint8[48,2,16]',
      'w_scales: float32[48,2]',
      'w_zero_points: uint8[48,1]',
    ],
  },
  {
    title: 'blockMatMul of Gemm transB with a bias, symmetric',
    input: GEMM({ transB: 1n }),
    options: { mode: 'weights', bits: 8, granularity: 'block', symmetric: true },
    expected: [
      'ir 8, onnx 17, com.microsoft 1',
      'y = com.microsoft.MatMulNBits<K=64, N=48, bits=8, block_size=32>(x, w_q8, w_scales, , , b)',
      'b: float32[48]',
      'w_q8: uint8[48,2,32]',
      'w_scales: float32[48,2]',
    ],
  },
  {
    title: 'blockGather',
    input: GATHER,
    options: { mode: 'embedding', bits: 4 },
    expected: [
      'ir 8, onnx 17, com.microsoft 1',
      'y = com.microsoft.GatherBlockQuantized<bits=4, block_size=32, gather_axis=0, quantize_axis=1>(w_q4, x, w_scales, w_zero_points)',
      'w_q4: uint8[30,32]',
      'w_scales: float32[30,2]',
      'w_zero_points: uint8[30,1]',
    ],
  },
  {
    title: 'gatherDequantize per tensor',
    input: GATHER,
    options: { mode: 'embedding', granularity: 'tensor' },
    expected: [
      'ir 8, onnx 17',
      'y_codes = Gather(w_quantized, x)',
      'y = DequantizeLinear(y_codes, w_scale, w_zero_point)',
      'w_quantized: uint8[30,64]',
      'w_scale: float32[]',
      'w_zero_point: uint8[]',
    ],
  },
  {
    title: 'gatherDequantize per row',
    input: GATHER,
    options: { mode: 'embedding' },
    expected: [
      'ir 8, onnx 17',
      'y_codes = Gather(w_quantized, x)',
      'y_cast = Cast<to=1>(y_codes)',
      'y_zero_point = Gather(w_zero_point, x)',
      'y_zero_point_cast = Cast<to=1>(y_zero_point)',
      'y_shifted = Sub(y_cast, y_zero_point_cast)',
      'y_scale = Gather(w_scale, x)',
      'y = Mul(y_shifted, y_scale)',
      'w_quantized: uint8[30,64]',
      'w_scale: float32[30,1]',
      'w_zero_point: uint8[30,1]',
    ],
  },
  {
    title: 'dynamicInteger of two products over one input',
    input: {
      nodes: [matMul('x', 'w', 'y', 'm'), matMul('x', 'v', 'z', 'n')],
      initializers: [weight('w', [64, 48]), weight('v', [64, 32])],
      outputs: [value('y'), value('z')],
    },
    options: { mode: 'dynamic' },
    expected: [
      'ir 8, onnx 17',
      'x_quantized, x_quantized_scale, x_quantized_zero_point = DynamicQuantizeLinear(x)',
      'y_sums = MatMulInteger(x_quantized, w_quantized, x_quantized_zero_point)',
      'y_float = Cast<to=1>(y_sums)',
      'y_scale = Mul(x_quantized_scale, w_scale)',
      'y = Mul(y_float, y_scale)',
      'z_sums = MatMulInteger(x_quantized, v_quantized, x_quantized_zero_point)',
      'z_float = Cast<to=1>(z_sums)',
      'z_scale = Mul(x_quantized_scale, v_scale)',
      'z = Mul(z_float, z_scale)',
      'w_quantized: int8[64,48]',
      'w_scale: float32[48]',
      'v_quantized: int8[64,32]',
      'v_scale: float32[32]',
    ],
  },
  {
    title: 'dynamicInteger of Gemm with everything',
    input: {
      nodes: [gemm('x', 'w', 'b', 'y', { transA: 1n, transB: 1n, alpha: 0.5, beta: 2 }, 'm')],
      initializers: [weight('w', [48, 64]), weight('b', [48])],
    },
    options: { mode: 'dynamic', weightType: 'uint8' },
    expected: [
      'ir 8, onnx 17',
      'x_transposed = Transpose(x)',
      'x_transposed_quantized, x_transposed_quantized_scale, x_transposed_quantized_zero_point = DynamicQuantizeLinear(x_transposed)',
      'y_sums = MatMulInteger(x_transposed_quantized, w_quantized, x_transposed_quantized_zero_point, w_zero_point)',
      'y_float = Cast<to=1>(y_sums)',
      'y_scale = Mul(x_transposed_quantized_scale, w_scale)',
      'y_scale_alpha = Mul(y_scale, y_alpha)',
      'y_product = Mul(y_float, y_scale_alpha)',
      'y_bias = Mul(b, y_beta)',
      'y = Add(y_product, y_bias)',
      'b: float32[48]',
      'w_quantized: uint8[64,48]',
      'w_scale: float32[48]',
      'w_zero_point: uint8[48]',
      'y_alpha: float32[]',
      'y_beta: float32[]',
    ],
  },
  {
    title: 'dynamicInteger of Conv with a bias',
    input: {
      nodes: [conv('x', 'w', 'b', 'y', { pads: [1n, 1n, 1n, 1n] }, 'c')],
      initializers: [weight('w', [16, 32, 3, 3]), weight('b', [16])],
    },
    options: { mode: 'dynamic', convInteger: true },
    expected: [
      'ir 8, onnx 17',
      'x_quantized, x_quantized_scale, x_quantized_zero_point = DynamicQuantizeLinear(x)',
      'y_sums = ConvInteger<pads=1,1,1,1>(x_quantized, w_quantized, x_quantized_zero_point)',
      'y_float = Cast<to=1>(y_sums)',
      'y_scale = Mul(x_quantized_scale, w_scale)',
      'y_product = Mul(y_float, y_scale)',
      'y_bias = Reshape(b, y_bias_shape)',
      'y = Add(y_product, y_bias)',
      'b: float32[16]',
      'w_quantized: int8[16,32,3,3]',
      'w_scale: float32[16,1,1]',
      'y_bias_shape: int64[4]',
    ],
  },
  {
    title: 'halfCast',
    input: MATMUL,
    options: { mode: 'fp16' },
    expected: ['ir 8, onnx 17', 'w = Cast<to=1>(w_float16)', 'y = MatMul(x, w)', 'w_float16: float16[64,48]'],
  },
  {
    title: 'dequantize inside a branch, with names of both graphs taken',
    input: {
      nodes: [
        ifNode(
          'c',
          'y',
          graph({
            nodes: [matMul('x', 'w', 'w_scale')],
            initializers: [weight('w', [64, 48])],
            outputs: [value('w_scale')],
          }),
          graph({ nodes: [node('Identity', ['w_quantized'], ['e'])], outputs: [value('e')] }),
        ),
      ],
      inputs: [value('x'), value('c', [], 'bool'), value('w_quantized')],
    },
    options: { mode: 'weights', symmetric: true },
    expected: [
      'ir 8, onnx 17',
      'y = If(c)',
      '  then_branch:',
      '    w = DequantizeLinear<axis=1>(w_quantized_1, w_scale_1)',
      '    w_scale = MatMul(x, w)',
      '    w_quantized_1: int8[64,48]',
      '    w_scale_1: float32[48]',
      '  else_branch:',
      '    e = Identity(w_quantized)',
    ],
  },
];

for (const { title, input, options, expected } of CASES) {
  test(`quantize ${title} -> the graph as drawn`, async () => {
    assert.deepEqual(await after(input, options), expected);
  });
}

test('quantize in a model whose nodes have no names -> made nodes have names of their own', async () => {
  const bytes = model({
    ...MATMUL,
    nodes: [matMul('x', 'w', 'y')],
    inputs: [value('x')],
    outputs: [value('y')],
  });
  const { graph: made } = await read(await (await quantize(bytes, { mode: 'dynamic' })).bytes());
  const names = made.nodes.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  assert.ok(!names.includes(''));
});
