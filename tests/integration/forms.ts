// Small models with one weight each (or a few), for every way in which a form is written. A model is a function of its
// weights, so that the same graph can be built with the weights that quantization should leave.

import {
  constant,
  conv,
  gather,
  gemm,
  graph,
  ifNode,
  int64s,
  type ModelInput,
  matMul,
  model,
  node,
  tensor,
  value,
} from '../support/onnxBuilder.js';
import { floatBytes } from '../support/tensors.js';

type Attributes = Parameters<typeof gemm>[4];

export interface FormCase {
  readonly title: string;
  /** float32, unless `dtype` says otherwise. */
  readonly weights: Readonly<Record<string, readonly number[]>>;
  readonly dtype?: 'float32' | 'float64';
  /** Float inputs by name; the values of integer ones. */
  readonly inputs: Readonly<Record<string, readonly number[] | BigInt64Array>>;
  /** Dims of integer inputs. */
  readonly dims?: Readonly<Record<string, readonly number[]>>;
  readonly outputs?: readonly string[];
  /** Nodes and whatever else the model has, without its weights, inputs and outputs. */
  readonly rest: ModelInput;
  /** Weights that are made by Constant nodes, or live in another graph, and so are not added as initializers. */
  readonly build?: (weights: Weights) => ModelInput;
}

export type Weights = Readonly<Record<string, ArrayLike<number>>>;

/** The file with these weights. */
export function fileOf(each: FormCase, weights: Weights): Uint8Array {
  const { dtype = 'float32' } = each;
  const built = each.build?.(weights) ?? each.rest;
  const initializers = Object.entries(each.weights).map(([name, dims]) =>
    tensor(name, dtype, dims, floatBytes(dtype, weights[name]!)),
  );
  const inputs = Object.entries(each.inputs).map(([name, dims]) =>
    dims instanceof BigInt64Array ? value(name, each.dims![name], 'int64') : value(name, dims, dtype),
  );
  const outputs = (each.outputs ?? ['y']).map((name) => value(name, undefined, dtype));
  return model({
    inputs,
    outputs,
    ...built,
    initializers: [...(each.build === undefined ? initializers : []), ...(built.initializers ?? [])],
  });
}

const float = (weights: Weights, name: string, dims: readonly number[]) =>
  tensor(name, 'float32', dims, floatBytes('float32', weights[name]!));

const convolution = (
  title: string,
  weight: readonly number[],
  x: readonly number[],
  attributes: Attributes,
  bias: boolean,
): FormCase => ({
  title,
  weights: bias ? { w: weight, b: [weight[0]!] } : { w: weight },
  inputs: { x },
  rest: { nodes: [conv('x', 'w', bias ? 'b' : undefined, 'y', attributes)] },
});

const transposed = (title: string, weight: readonly number[], attributes: Attributes): FormCase => ({
  title,
  weights: { w: weight },
  inputs: { x: [1, weight[0]!, 5, 5] },
  rest: { nodes: [node('ConvTranspose', ['x', 'w'], ['y'], attributes)] },
});

const product = (title: string, x: readonly number[], w: readonly number[], opset = 17): FormCase => ({
  title,
  weights: { w },
  inputs: { x },
  rest: { nodes: [matMul('x', 'w', 'y')], opset },
});

const general = (
  title: string,
  x: readonly number[],
  w: readonly number[],
  c: readonly number[] | undefined,
  attributes: Attributes,
): FormCase => ({
  title,
  weights: c === undefined ? { w } : { w, c },
  inputs: { x },
  rest: { nodes: [gemm('x', 'w', c === undefined ? undefined : 'c', 'y', attributes)] },
});

const lookup = (
  title: string,
  dims: readonly number[],
  indices: readonly bigint[],
  opset = 17,
  width = 64,
): FormCase => ({
  title,
  weights: { w: [30, width] },
  inputs: { i: BigInt64Array.from(indices) },
  dims: { i: dims },
  rest: { nodes: [gather('w', 'i', 'y')], opset },
});

export const CONVOLUTIONS: readonly FormCase[] = [
  convolution('Conv', [16, 32, 3, 3], [1, 32, 6, 6], { pads: [1n, 1n, 1n, 1n] }, true),
  convolution(
    'Conv stride and dilation',
    [16, 33, 3, 3],
    [2, 33, 9, 8],
    { strides: [2n, 1n], dilations: [1n, 2n] },
    false,
  ),
  convolution('Conv groups', [16, 32, 3, 3], [1, 64, 6, 6], { group: 2n, auto_pad: 'SAME_UPPER' }, true),
  convolution('Conv depthwise', [64, 1, 3, 3], [1, 64, 6, 6], { group: 64n, pads: [1n, 1n, 1n, 1n] }, false),
  convolution('Conv of one axis', [16, 32, 3], [1, 32, 20], { pads: [1n, 1n] }, true),
  convolution('Conv of three axes', [8, 32, 3, 2, 2], [1, 32, 4, 4, 4], {}, true),
  transposed('ConvTranspose', [32, 16, 3, 3], { strides: [2n, 2n] }),
  transposed('ConvTranspose groups', [64, 8, 3, 3], { group: 2n }),
];

export const PRODUCTS: readonly FormCase[] = [
  product('MatMul', [5, 64], [64, 48]),
  product('MatMul of rank 3 by 2', [2, 5, 50], [50, 37]),
  product('MatMul of a vector', [96], [96, 33]),
  product('MatMul by rank 3', [3, 4, 64], [3, 64, 40]),
  product('MatMul opset 9', [5, 64], [64, 48], 9),
  product('MatMul opset 21', [5, 64], [64, 48], 21),
  {
    title: 'MatMul with constant A',
    weights: { w: [40, 64] },
    inputs: { x: [64, 7] },
    rest: { nodes: [matMul('w', 'x', 'y')] },
  },
  {
    title: 'MatMul with two constants',
    weights: { w: [40, 64], v: [64, 36] },
    inputs: { x: [40, 36] },
    rest: { nodes: [matMul('w', 'v', 'p'), node('Add', ['x', 'p'], ['y'])] },
  },
  {
    title: 'MatMul float64',
    dtype: 'float64',
    weights: { w: [64, 48] },
    inputs: { x: [5, 64] },
    rest: { nodes: [matMul('x', 'w', 'y')] },
  },
  {
    title: 'two MatMul over one input',
    weights: { w: [64, 48], v: [64, 40] },
    inputs: { x: [5, 64] },
    outputs: ['y', 'z'],
    rest: { nodes: [matMul('x', 'w', 'y'), matMul('x', 'v', 'z')] },
  },
  {
    title: 'a weight used twice',
    weights: { w: [64, 64] },
    inputs: { x: [5, 64] },
    outputs: ['y', 'z'],
    rest: { nodes: [matMul('x', 'w', 'y'), gemm('x', 'w', undefined, 'z', {})] },
  },
  {
    title: 'a weight used both ways',
    weights: { w: [64, 64] },
    inputs: { x: [5, 64] },
    outputs: ['y', 'z'],
    rest: { nodes: [matMul('x', 'w', 'y'), gemm('x', 'w', undefined, 'z', { transB: 1n })] },
  },
  {
    title: 'a weight that the graph gives out',
    weights: { w: [64, 64] },
    inputs: { x: [5, 64] },
    outputs: ['y', 'w'],
    rest: { nodes: [matMul('x', 'w', 'y')] },
  },
  general('Gemm', [5, 64], [64, 48], [48], {}),
  general('Gemm without C', [5, 64], [64, 48], undefined, {}),
  general('Gemm transB', [5, 50], [36, 50], [36], { transB: 1n }),
  general('Gemm transA', [64, 5], [64, 48], [48], { transA: 1n }),
  general('Gemm transA, transB, alpha, beta', [64, 5], [48, 64], [1, 48], {
    transA: 1n,
    transB: 1n,
    alpha: 0.5,
    beta: -2,
  }),
  general('Gemm with a column C', [5, 64], [64, 48], [5, 1], { beta: 3 }),
  general('Gemm with a scalar C', [5, 64], [64, 48], [1], { alpha: -1.5 }),
];

const RECURRENT = { hidden_size: 32n };

export const OTHERS: readonly FormCase[] = [
  lookup('Gather', [2, 3], [0n, 29n, 5n, 5n, 1n, 7n]),
  lookup('Gather of one row', [], [7n]),
  lookup('Gather from the end', [2], [-1n, -30n]),
  lookup('Gather opset 9', [2], [1n, 2n], 9),
  lookup('Gather of rows that no block divides', [2], [1n, 2n], 17, 50),
  {
    title: 'LSTM',
    weights: { w: [1, 128, 32], r: [1, 128, 32] },
    inputs: { x: [4, 2, 32] },
    rest: { nodes: [node('LSTM', ['x', 'w', 'r'], ['y'], RECURRENT)] },
  },
  {
    title: 'GRU',
    weights: { w: [1, 96, 40], r: [1, 96, 32] },
    inputs: { x: [4, 2, 40] },
    rest: { nodes: [node('GRU', ['x', 'w', 'r'], ['y'], RECURRENT)] },
  },
  {
    title: 'a table shared with a product',
    weights: { w: [40, 64] },
    inputs: { i: BigInt64Array.of(3n, 0n, 39n) },
    dims: { i: [3] },
    rest: {
      nodes: [
        gather('w', 'i', 'e'),
        node('Transpose', ['w'], ['t'], { perm: [1n, 0n] }),
        matMul('e', 't', 'y'),
      ],
    },
  },
  {
    title: 'a weight of a Constant node',
    weights: { w: [64, 48] },
    inputs: { x: [5, 64] },
    rest: {},
    build: (weights) => ({ nodes: [constant('w', float(weights, 'w', [64, 48])), matMul('x', 'w', 'y')] }),
  },
  {
    title: 'a weight that is an input too, IR 3',
    weights: { w: [64, 48] },
    inputs: { x: [5, 64] },
    rest: {},
    build: (weights) => ({
      nodes: [matMul('x', 'w', 'y')],
      initializers: [float(weights, 'w', [64, 48])],
      inputs: [value('x', [5, 64]), value('w', [64, 48])],
      opset: 9,
      irVersion: 3,
    }),
  },
  {
    title: 'weights inside If and around it',
    weights: { outer: [64, 48], inner: [64, 48] },
    inputs: { x: [5, 64] },
    rest: {},
    build: (weights) => ({
      nodes: [
        node('Constant', [], ['c'], { value: tensor('', 'bool', [], Uint8Array.of(0)) }),
        ifNode(
          'c',
          'y',
          graph({ nodes: [matMul('x', 'outer', 't')], outputs: [value('t')] }),
          graph({
            nodes: [matMul('x', 'inner', 'p'), matMul('x', 'outer', 'q'), node('Sub', ['p', 'q'], ['e'])],
            initializers: [float(weights, 'inner', [64, 48])],
            outputs: [value('e')],
          }),
        ),
      ],
      initializers: [float(weights, 'outer', [64, 48])],
    }),
  },
  {
    title: 'a product inside Loop',
    weights: { w: [32, 32] },
    inputs: { x: [4, 32] },
    rest: {
      nodes: [
        node('Loop', ['trips', '', 'x'], ['y'], {
          body: graph({
            inputs: [value('n', [], 'int64'), value('go', [], 'bool'), value('state', [4, 32])],
            nodes: [node('Identity', ['go'], ['on']), matMul('state', 'w', 'next')],
            outputs: [value('on', [], 'bool'), value('next', [4, 32])],
          }),
        }),
      ],
      initializers: [int64s('trips', [], [1])],
    },
  },
];
