// The integer mode on small graphs: which rule fires, where none must, and what comes out against nodes run one by one.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import { OctavoError } from '../../ts-host/errors.js';
import type { NodeDecision } from '../../ts-host/execute/rewrite/fuseQuantized/decisions.js';
import type { DType } from '../../ts-host/ir/dtype.js';
import { executionEngine, referenceExecutionEngine } from '../support/engine.js';
import { type ModelInput, node } from '../support/onnxBuilder.js';
import { type CodeDType, QdqBuilder, type Quant } from '../support/qdqBuilder.js';
import { Rng } from '../support/rng.js';
import { executorOf, f32, run } from './support.js';

const [engine, reference] = [await executionEngine(), await referenceExecutionEngine()];

const X: Quant = { dtype: 'uint8', scale: 0.03, zeroPoint: 120 };
const S: Quant = { dtype: 'int8', scale: 0.03, zeroPoint: -3 };
const Y: Quant = { dtype: 'uint8', scale: 0.05, zeroPoint: 131 };
const POSITIVE: Quant = { dtype: 'uint8', scale: 0.02, zeroPoint: 0 };
const IMAGE = [1, 4, 6, 5];

interface Case {
  readonly title: string;
  /** Returns the name of the result: codes, unless `dtype` says otherwise. */
  readonly build: (b: QdqBuilder, rng: Rng) => string;
  readonly dims?: readonly number[];
  readonly opset?: number;
  readonly dtype?: DType;
  /** Operators that run, in order, without Transposes that the layout adds. */
  readonly runs: string;
  /** Default: at most one code, of one element in ten. */
  readonly exact?: boolean;
}

const codesOf = (rng: Rng, count: number): number[] =>
  Array.from({ length: count }, () => rng.int(-127, 127));

/** A weight with a scale a channel, or one. */
function weight(
  b: QdqBuilder,
  rng: Rng,
  dims: readonly number[],
  axis?: number,
  dtype: CodeDType = 'int8',
): string {
  const count = dims.reduce((p, q) => p * q, 1);
  const scale = axis === undefined ? 0.004 : Array.from({ length: dims[axis]! }, (_, i) => 0.002 + 0.001 * i);
  return b.weight({ dtype, scale, ...(axis === undefined ? {} : { axis }) }, dims, codesOf(rng, count));
}

/** A bias at the scale of the products of x with a weight of `weight`. */
const bias = (b: QdqBuilder, rng: Rng, count: number, x: Quant): string => {
  const scale = Array.from({ length: count }, (_, i) =>
    Math.fround(Math.fround(x.scale as number) * Math.fround(0.002 + 0.001 * i)),
  );
  return b.weight(
    { dtype: 'int32', scale, axis: 0 },
    [count],
    Array.from({ length: count }, () => rng.int(-3000, 3000)),
  );
};

/** DQ(Q(x)) → opType(…, others) → Q. */
const single =
  (
    opType: string,
    {
      x = X,
      y = Y,
      others = () => [],
      attributes = {},
    }: {
      x?: Quant;
      y?: Quant;
      others?: (b: QdqBuilder) => string[];
      attributes?: Parameters<QdqBuilder['add']>[2];
    } = {},
  ) =>
  (b: QdqBuilder): string =>
    b.quantize(b.add(opType, [b.both('x', x), ...others(b)], attributes), y);

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
  {
    title: 'ReduceMean over the image',
    build: single('ReduceMean', { attributes: { axes: [-1n, 2n] } }),
    runs: 'QuantizeLinear QLinearGlobalAveragePool',
  },
  {
    title: 'Sigmoid',
    build: single('Sigmoid', { y: POSITIVE }),
    runs: 'QuantizeLinear CodeLookup',
    exact: true,
  },
  {
    title: 'LeakyRelu',
    build: single('LeakyRelu', { attributes: { alpha: 0.2 } }),
    runs: 'QuantizeLinear CodeLookup',
    exact: true,
  },
  {
    title: 'x · sigmoid(x), from u8 to s8',
    build: (b) => {
      const x = b.both('x', X);
      return b.quantize(b.add('Mul', [x, b.add('Sigmoid', [x])]), S);
    },
    dtype: 'int8',
    runs: 'QuantizeLinear CodeLookup',
    exact: true,
  },
  {
    title: 'a hard swish of four nodes, constants behind DequantizeLinear',
    build: (b) => {
      const x = b.both('x', X);
      const constant = (code: number): string => b.weight({ dtype: 'int8', scale: 1 }, [1], [code]);
      const clipped = b.add('Clip', [b.add('Add', [x, constant(3)]), b.floats([], [0]), b.floats([], [6])]);
      return b.quantize(b.add('Div', [b.add('Mul', [x, clipped]), constant(6)]), Y);
    },
    runs: 'QuantizeLinear CodeLookup',
    exact: true,
  },
  {
    title: 'tables, one after the other',
    build: (b) => b.quantize(b.add('Tanh', [b.both(b.add('Abs', [b.both('x', X)]), POSITIVE)]), Y),
    runs: 'QuantizeLinear CodeLookup',
    exact: true,
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

const typesOf = async (
  input: ModelInput,
  dims: readonly number[],
  integers: 'fused' | 'simulated',
): Promise<string> => {
  const executor = await executorOf(input, engine, { integers });
  const { nodes } = await executor.describe(new Map([['x', f32(dims, [])]]), new RunContext());
  executor.dispose();
  return nodes
    .filter(({ id }) => id !== 'layout')
    .map(({ opType }) => opType)
    .join(' ');
};

async function outputOf(
  input: ModelInput,
  dims: readonly number[],
  integers: 'fused' | 'simulated',
  on = engine,
): Promise<ArrayLike<number>> {
  const count = dims.reduce((p, q) => p * q, 1);
  const executor = await executorOf(input, on, { integers });
  const { y } = await run(executor, { x: f32(dims, new Rng(11).normal(count)) });
  executor.dispose();
  return y!.data as Uint8Array;
}

describe('fuseQuantized', () => {
  for (const { title, build, dims = IMAGE, opset, dtype = 'uint8', runs, exact } of CASES) {
    it(`${title} -> ${runs}`, async () => {
      const b = new QdqBuilder();
      const input = b.finish({ x: dims }, build(b, new Rng(5)), opset, dtype);
      const ran = (await typesOf(input, dims, 'fused')).split(' ').filter((opType) => opType !== 'Identity');
      assert.equal(ran.join(' '), runs);
      const [fused, simulated] = [
        await outputOf(input, dims, 'fused'),
        await outputOf(input, dims, 'simulated'),
      ];
      assert.deepEqual(await outputOf(input, dims, 'fused', reference), fused);
      assert.ok(
        fused.length > 0 && new Set(Array.from(fused)).size > 1,
        'an output that is told apart from nothing',
      );
      const apart = Array.from(fused, (code, i) => Math.abs(code - simulated[i]!));
      if (dtype === 'float32')
        return assert.ok(Math.max(...apart) < 1e-5, `floats ${Math.max(...apart)} apart`);
      assert.ok(Math.max(...apart) <= (exact === true ? 0 : 1), `codes ${Math.max(...apart)} apart`);
      assert.ok(apart.filter((each) => each > 0).length <= apart.length / 10, 'too many codes apart');
    });
  }

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

/** The decision on the one node of `opType`. */
async function decisionOf(input: ModelInput, opType: string, watched: string[] = []): Promise<NodeDecision> {
  const executor = await executorOf(input, engine, { integers: 'fused', watched });
  executor.dispose();
  return executor.decisions.find((each) => each.opType === opType)!;
}

type Reason = readonly [string, string, RegExp, (b: QdqBuilder, rng: Rng) => string, number?];

const FLOAT: readonly Reason[] = [
  [
    '16-bit activations',
    'Conv',
    /input 0: its codes are uint16/,
    (b, rng) =>
      b.quantize(b.add('Conv', [b.both('x', { ...X, dtype: 'uint16' }), weight(b, rng, [3, 4, 1, 1])]), Y),
    21,
  ],
  [
    'scales of an activation along an axis',
    'Conv',
    /scales along an axis/,
    (b, rng) =>
      b.quantize(
        b.add('Conv', [
          b.both('x', { dtype: 'uint8', scale: [0.01, 0.02, 0.03, 0.04], axis: 1 }),
          weight(b, rng, [3, 4, 1, 1]),
        ]),
        Y,
      ),
  ],
  [
    'scales of the weight along its inputs',
    'Conv',
    /its weight has scales along axis 1/,
    (b, rng) => b.quantize(b.add('Conv', [b.both('x', X), weight(b, rng, [3, 4, 1, 1], 1)]), Y),
  ],
  [
    'a float weight',
    'Conv',
    /its input 1 is float/,
    (b) => b.quantize(b.add('Conv', [b.both('x', X), b.floats([1, 4, 1, 1], [1, 2, 3, 4])]), Y),
  ],
  [
    'a float bias that is coarser than the products',
    'Conv',
    /too coarse/,
    (b, rng) =>
      b.quantize(
        b.add('Conv', [b.both('x', { ...X, scale: 3 }), weight(b, rng, [1, 4, 1, 1]), b.floats([1], [0.5])]),
        { ...Y, scale: 0.001 },
      ),
  ],
  [
    'two readers, one in float',
    'Add',
    /its result is read in float by Exp/,
    (b) => {
      const x = b.both('x', X);
      const sum = b.add('Add', [x, x]);
      return b.quantize(b.add('Mul', [b.both(sum, Y), b.add('Exp', [sum])]), Y);
    },
  ],
  [
    'one result under two scales',
    'Add',
    /quantized in two ways/,
    (b) => {
      const x = b.both('x', X);
      const sum = b.add('Add', [x, x]);
      return b.quantize(b.add('Concat', [b.both(sum, Y), b.both(sum, X)], { axis: 0n }), Y);
    },
  ],
  [
    'codes of two types',
    'Add',
    /its inputs are int8, its result is uint8/,
    (b) => b.quantize(b.add('Add', [b.both('x', X), b.both('x', S)]), Y),
  ],
  [
    'padding that is no code',
    'Pad',
    /there is no integer Pad/,
    (b) =>
      b.quantize(b.add('Pad', [b.both('x', X), b.ints(0, 0, 1, 0, 0, 0, 0, 2), b.floats([], [0.041])]), X),
  ],
  [
    'a scale that is computed',
    'Conv',
    /its scale is computed/,
    (b, rng) => {
      const scale = b.add('ReduceMax', ['x'], { keepdims: 0n });
      const x = b.add('DequantizeLinear', [b.add('QuantizeLinear', ['x', scale]), scale]);
      return b.quantize(b.add('Conv', [x, weight(b, rng, [3, 4, 1, 1])]), Y);
    },
  ],
  [
    'ConvTranspose',
    'ConvTranspose',
    /there is no integer ConvTranspose/,
    (b, rng) => b.quantize(b.add('ConvTranspose', [b.both('x', X), weight(b, rng, [4, 2, 2, 2])]), Y),
  ],
  [
    'blocks of a weight',
    'MatMul',
    /by blocks/,
    (b) => {
      const names = [
        b.codes('int8', [4, 3], codesOf(new Rng(2), 12)),
        b.floats([2, 3], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]),
        b.codes('int8', [2, 3], [0, 0, 0, 0, 0, 0]),
      ];
      const w = b.add('DequantizeLinear', names, { axis: 0n, block_size: 2n });
      const x = b.add('Reshape', [b.both('x', X), b.ints(30, 4)]);
      return b.quantize(b.add('MatMul', [x, w]), Y);
    },
    21,
  ],
];

describe('fuseQuantized: what stays in float', () => {
  for (const [title, opType, reason, build, opset] of FLOAT) {
    it(`${title} -> float, with the reason, and the values of the model`, async () => {
      const b = new QdqBuilder();
      const input = b.finish({ x: IMAGE }, build(b, new Rng(5)), opset, 'uint8');
      const decision = await decisionOf(input, opType);
      assert.equal(decision.runs, 'float');
      assert.match(decision.reason!, reason);
      assert.deepEqual(await outputOf(input, IMAGE, 'fused'), await outputOf(input, IMAGE, 'simulated'));
    });
  }

  it('a watched result, an output of the model -> float', async () => {
    const b = new QdqBuilder();
    const x = b.both('x', X);
    const sum = b.add('Add', [x, x]);
    const input = b.finish({ x: IMAGE }, b.quantize(sum, Y), 13, 'uint8');
    assert.equal((await decisionOf(input, 'Add')).as, 'CodeLookup');
    assert.match((await decisionOf(input, 'Add', [sum])).reason!, /watched/);
    const given = {
      ...input,
      nodes: input.nodes!.slice(0, -1),
      outputs: [{ ...input.outputs![0]!, name: sum }],
    };
    assert.match((await decisionOf(given as ModelInput, 'Add')).reason!, /output of the model/);
  });

  it('a float model -> no decisions', async () => {
    const b = new QdqBuilder();
    const executor = await executorOf(b.finish({ x: IMAGE }, b.add('Relu', ['x'])), engine, {
      integers: 'fused',
    });
    assert.deepEqual(executor.decisions, []);
    executor.dispose();
  });

  it('a Relu behind a Conv -> told as part of it; shape arithmetic -> not told', async () => {
    const b = new QdqBuilder();
    const conv = b.add('Conv', [b.both('x', X), weight(b, new Rng(1), [3, 4, 1, 1])]);
    const codes = b.quantize(b.add('Relu', [conv]), POSITIVE);
    const shape = b.add('Concat', [b.add('Gather', [b.add('Shape', ['x']), b.ints(0)]), b.ints(-1)], {
      axis: 0n,
    });
    const input = b.finish({ x: IMAGE }, b.add('Reshape', [codes, shape]), 13, 'uint8');
    const executor = await executorOf(input, engine, { integers: 'fused' });
    const told = executor.decisions.map(({ opType, runs, as }) => `${opType} ${runs} ${as}`);
    assert.deepEqual(told, [
      'Conv integer QLinearConv',
      'Relu integer QLinearConv',
      'Reshape integer Reshape',
      'Identity integer Identity',
    ]);
    executor.dispose();
  });
});

describe('fuseQuantized: scales that nothing can be computed with', () => {
  const coded = (code: string) => (error: unknown) =>
    error instanceof OctavoError &&
    error.code === code &&
    error.place.node !== undefined &&
    error.place.tensor !== undefined;
  for (const scale of [0, -0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e-40]) {
    for (const [where, build] of [
      ['an activation', (b: QdqBuilder) => b.both('x', { ...X, scale })],
      ['a weight', (b: QdqBuilder) => b.weight({ dtype: 'int8', scale: [0.1, scale], axis: 0 }, [2], [1, 2])],
    ] as const) {
      it(`${scale} of ${where} -> SCALE_INVALID with the node`, async () => {
        const b = new QdqBuilder();
        const input = b.finish({ x: IMAGE }, build(b));
        await assert.rejects(executorOf(input, engine, { integers: 'fused' }), coded('SCALE_INVALID'));
      });
    }
  }

  it('a scale of QLinearAdd that is 0 -> SCALE_INVALID', async () => {
    const b = new QdqBuilder();
    const x = b.quantize('x', X);
    const inputs = [x, ...b.parameters(X), x, ...b.parameters({ ...X, scale: 0 }), ...b.parameters(Y)];
    const input = b.finish({ x: IMAGE }, b.add('QLinearAdd', inputs, {}, 'com.microsoft'), 13, 'uint8');
    await assert.rejects(executorOf(input, engine, { integers: 'fused' }), coded('SCALE_INVALID'));
  });

  it('scales and zero points that are not as many as channels -> SHAPE_MISMATCH', async () => {
    const b = new QdqBuilder();
    const w = b.weight({ dtype: 'int8', scale: [0.1, 0.2], axis: 0 }, [3, 4, 1, 1], codesOf(new Rng(1), 12));
    const input = b.finish({ x: IMAGE }, b.quantize(b.add('Conv', [b.both('x', X), w]), Y), 13, 'uint8');
    await assert.rejects(executorOf(input, engine, { integers: 'fused' }), coded('SHAPE_MISMATCH'));
  });
});
