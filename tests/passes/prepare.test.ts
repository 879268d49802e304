// The prepared model: what it looks like, and that onnxruntime computes the same with it as with the original.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import { OctavoError } from '../../ts-host/errors.js';
import type { NodeProto, TensorProto } from '../../ts-host/formats/onnx/proto/onnx_pb.js';
import type { Model } from '../../ts-host/ir/model.js';
import { prepareModel } from '../../ts-host/passes/prepare/index.js';
import { enginesMissing } from '../consumers/run.js';
import { runOrt } from '../operators/ort.js';
import { simdEngine } from '../support/engine.js';
import { fileOf, modelOf } from '../support/models.js';
import {
  constant,
  conv,
  floats,
  func,
  gemm,
  graph,
  ifNode,
  int64s,
  type ModelInput,
  matMul,
  model,
  node,
  value,
} from '../support/onnxBuilder.js';
import { Rng } from '../support/rng.js';
import { showModel } from '../support/show-model.js';

const engine = await simdEngine();
const rng = new Rng(11);

const normal = (name: string, dims: readonly number[]): TensorProto =>
  floats(name, dims, rng.normal(dims.reduce((a, b) => a * b, 1)));
const positive = (name: string, dims: readonly number[]): TensorProto =>
  floats(
    name,
    dims,
    rng.normal(dims.reduce((a, b) => a * b, 1)).map((each) => Math.abs(each) + 0.3),
  );

/** Parameters of a BatchNormalization. */
const statistics = (channels: number, prefix = ''): TensorProto[] => [
  normal(`${prefix}gamma`, [channels]),
  normal(`${prefix}beta`, [channels]),
  normal(`${prefix}mean`, [channels]),
  positive(`${prefix}variance`, [channels]),
];

const batchNorm = (x: string, y: string, prefix = ''): NodeProto =>
  node(
    'BatchNormalization',
    [x, `${prefix}gamma`, `${prefix}beta`, `${prefix}mean`, `${prefix}variance`],
    [y],
    { epsilon: 0.01 },
  );

async function prepared(input: ModelInput): Promise<Model> {
  return prepareModel(engine, await modelOf(model(input)), new RunContext());
}

const skip = enginesMissing() ?? false;

/** Largest difference of all outputs, as a share of the largest output. */
async function difference(a: Uint8Array, b: Uint8Array, dims: readonly number[]): Promise<number> {
  const data = new Rng(5).normal(dims.reduce((x, y) => x * y, 1));
  const feeds = new Map([['x', { dtype: 'float32' as const, dims, data }]]);
  const [before, after] = [await runOrt(a, feeds), await runOrt(b, feeds)];
  assert.deepEqual([...after.keys()], [...before.keys()]);
  let [largest, error] = [0, 0];
  for (const [name, { dims: shape, data: values }] of before) {
    assert.deepEqual(after.get(name)!.dims, shape);
    for (const [i, each] of [...(values as Float32Array)].entries()) {
      largest = Math.max(largest, Math.abs(each));
      error = Math.max(error, Math.abs(each - (after.get(name)!.data as Float32Array)[i]!));
    }
  }
  return error / largest;
}

interface Case {
  readonly title: string;
  readonly input: ModelInput;
  /** `opType outputs` of every node, and constants by name. */
  readonly shape: readonly string[];
  readonly dims?: readonly number[];
}

const xy = { inputs: [value('x', [2, 3, 5, 5])], outputs: [value('y')] };

const CASES: readonly Case[] = [
  {
    title: 'Conv, BatchNormalization -> a Conv with the name of the result, its weight under the old name',
    input: {
      ...xy,
      nodes: [conv('x', 'w', undefined, 'c'), batchNorm('c', 'y')],
      initializers: [normal('w', [4, 3, 3, 3]), ...statistics(4)],
    },
    shape: ['Conv(x, w, y_bias) -> y', 'w [4,3,3,3]', 'y_bias [4]'],
  },
  {
    title: 'Conv with bias, BatchNormalization, Mul, Add, Div, Sub -> one Conv',
    input: {
      ...xy,
      nodes: [
        conv('x', 'w', 'b', 'c'),
        batchNorm('c', 'd'),
        node('Mul', ['s', 'd'], ['e']),
        node('Add', ['e', 't'], ['f']),
        node('Div', ['f', 'q'], ['g']),
        node('Sub', ['g', 't'], ['y']),
      ],
      initializers: [
        normal('w', [4, 3, 3, 3]),
        normal('b', [4]),
        ...statistics(4),
        normal('s', [1, 4, 1, 1]),
        normal('t', [4, 1, 1]),
        floats('q', [], [1.7]),
      ],
    },
    shape: ['Conv(x, w, b) -> y', 'w [4,3,3,3]', 'b [4]'],
  },
  {
    title: 'ConvTranspose, BatchNormalization -> channels on axis 1',
    input: {
      ...xy,
      nodes: [node('ConvTranspose', ['x', 'w'], ['c'], { strides: [2n, 2n] }), batchNorm('c', 'y')],
      initializers: [normal('w', [3, 4, 2, 2]), ...statistics(4)],
    },
    shape: ['ConvTranspose(x, w, y_bias) -> y', 'w [3,4,2,2]', 'y_bias [4]'],
  },
  {
    title: 'ConvTranspose in groups -> as it was',
    input: {
      inputs: [value('x', [2, 4, 5, 5])],
      outputs: [value('y')],
      nodes: [node('ConvTranspose', ['x', 'w'], ['c'], { group: 2n }), batchNorm('c', 'y')],
      initializers: [normal('w', [4, 2, 2, 2]), ...statistics(4)],
    },
    shape: [
      'ConvTranspose(x, w) -> c',
      'BatchNormalization(c, gamma, beta, mean, variance) -> y',
      'w [4,2,2,2]',
      'gamma [4]',
      'beta [4]',
      'mean [4]',
      'variance [4]',
    ],
    dims: [2, 4, 5, 5],
  },
  ...[false, true].map(
    (transB): Case => ({
      title: `Gemm with alpha and beta, transB ${transB}, BatchNormalization -> one plain Gemm`,
      input: {
        inputs: [value('x', [2, 6])],
        outputs: [value('y')],
        nodes: [gemm('x', 'w', 'b', 'c', { alpha: 0.5, beta: 2, transB }), batchNorm('c', 'y')],
        initializers: [normal('w', transB ? [4, 6] : [6, 4]), normal('b', [1, 4]), ...statistics(4)],
      },
      shape: ['Gemm(x, w, b) -> y', `w [${transB ? '4,6' : '6,4'}]`, 'b [4]'],
      dims: [2, 6],
    }),
  ),
  {
    title: 'a weight that two convolutions share -> the one that is folded gets its own',
    input: {
      ...xy,
      outputs: [value('y'), value('z')],
      nodes: [conv('x', 'w', undefined, 'c'), batchNorm('c', 'y'), conv('x', 'w', undefined, 'z')],
      initializers: [normal('w', [4, 3, 3, 3]), ...statistics(4)],
    },
    shape: [
      'Conv(x, w_folded, y_bias) -> y',
      'Conv(x, w) -> z',
      'w [4,3,3,3]',
      'w_folded [4,3,3,3]',
      'y_bias [4]',
    ],
  },
  {
    title: 'what two nodes read, what the graph gives out, what is no constant a channel -> not folded',
    input: {
      ...xy,
      outputs: [value('y'), value('c')],
      nodes: [
        conv('x', 'w', undefined, 'c'),
        node('Mul', ['c', 's'], ['d']),
        conv('d', 'v', undefined, 'e'),
        node('Add', ['e', 'spatial'], ['f']),
        node('Add', ['f', 'e'], ['y']),
      ],
      initializers: [
        normal('w', [4, 3, 3, 3]),
        floats('s', [], [2]),
        normal('v', [4, 4, 1, 1]),
        normal('spatial', [1, 1, 3, 3]),
      ],
    },
    shape: [
      'Conv(x, w) -> c',
      'Mul(c, s) -> d',
      'Conv(d, v) -> e',
      'Add(e, spatial) -> f',
      'Add(f, e) -> y',
      'w [4,3,3,3]',
      's []',
      'v [4,4,1,1]',
      'spatial [1,1,3,3]',
    ],
  },
  {
    title: 'other − x, other / x and x · x -> not folded',
    input: {
      ...xy,
      nodes: [
        conv('x', 'w', undefined, 'c'),
        node('Sub', ['s', 'c'], ['d']),
        conv('d', 'v', undefined, 'e'),
        node('Mul', ['e', 'e'], ['y']),
      ],
      initializers: [normal('w', [4, 3, 1, 1]), floats('s', [], [2]), normal('v', [4, 4, 1, 1])],
    },
    shape: [
      'Conv(x, w) -> c',
      'Sub(s, c) -> d',
      'Conv(d, v) -> e',
      'Mul(e, e) -> y',
      'w [4,3,1,1]',
      's []',
      'v [4,4,1,1]',
    ],
  },
  {
    title: 'Identity and Dropout -> gone; one in front of an output hands its name on',
    input: {
      ...xy,
      opset: 9,
      nodes: [
        node('Identity', ['x'], ['a']),
        node('Dropout', ['a'], ['b'], { ratio: 0.5 }),
        node('Relu', ['b'], ['c']),
        node('Identity', ['c'], ['d']),
        node('Identity', ['d'], ['y']),
      ],
    },
    shape: ['Relu(x) -> y'],
  },
  {
    title: 'Identity from the input to an output, and a second output of one value -> those stay',
    input: {
      ...xy,
      outputs: [value('y'), value('z'), value('u')],
      nodes: [
        node('Identity', ['x'], ['y']),
        node('Relu', ['x'], ['r']),
        node('Identity', ['r'], ['z']),
        node('Identity', ['r'], ['u']),
      ],
    },
    shape: ['Identity(x) -> y', 'Relu(x) -> z', 'Identity(z) -> u'],
  },
  {
    title: 'Constant nodes of every kind -> initializers, and what nobody reads goes',
    input: {
      inputs: [value('x', [2, 3])],
      outputs: [value('y'), value('z')],
      nodes: [
        constant('w', normal('inner', [3, 2])),
        node('Constant', [], ['one'], { value_float: 1 }),
        node('Constant', [], ['two'], { value_floats: [1, 2] }),
        node('Constant', [], ['axes'], { value_ints: [0n] }),
        node('Constant', [], ['unread'], { value_int: 3n }),
        matMul('x', 'w', 'p'),
        node('Add', ['p', 'one'], ['q']),
        node('Mul', ['q', 'two'], ['y']),
        node('Unsqueeze', ['y', 'axes'], ['z']),
        node('Relu', ['p'], ['dead']),
      ],
    },
    shape: [
      'MatMul(x, w) -> p',
      'Add(p, one) -> q',
      'Mul(q, two) -> y',
      'Unsqueeze(y, axes) -> z',
      'w [3,2]',
      'one []',
      'two [2]',
      'axes [1]',
    ],
    dims: [2, 3],
  },
  {
    title: 'initializers that an old file lists as inputs -> initializers only',
    input: {
      irVersion: 3,
      inputs: [value('x', [2, 3, 5, 5]), value('w', [4, 3, 3, 3])],
      outputs: [value('y')],
      nodes: [conv('x', 'w', undefined, 'y')],
      initializers: [normal('w', [4, 3, 3, 3])],
    },
    shape: ['Conv(x, w) -> y', 'w [4,3,3,3]'],
  },
  {
    title: 'a copy that a nested graph reads -> stays',
    input: {
      ...xy,
      nodes: [
        node('Identity', ['x'], ['a']),
        constant('yes', int64s('yes', [], [1])),
        node('Cast', ['yes'], ['condition'], { to: 9n }),
        ifNode(
          'condition',
          'y',
          graph({ nodes: [node('Relu', ['a'], ['then'])], outputs: [value('then')] }),
          graph({ nodes: [node('Neg', ['x'], ['else'])], outputs: [value('else')] }),
        ),
      ],
    },
    shape: ['Identity(x) -> a', 'Cast(yes) -> condition', 'If(condition) -> y', 'yes []'],
  },
  {
    title: 'MatMul of matrices and Add of a row, then Mul -> one Gemm; Add of a column and of a stack stay',
    input: {
      inputs: [value('x', [2, 6])],
      outputs: [value('y'), value('z'), value('u')],
      nodes: [
        matMul('x', 'w', 'a', 'layer'),
        node('Add', ['row', 'a'], ['b']),
        node('Mul', ['b', 's'], ['y']),
        matMul('x', 'w', 'c'),
        node('Add', ['c', 'column'], ['z']),
        node('Unsqueeze', ['x', 'axes'], ['stack']),
        matMul('stack', 'w', 'd'),
        node('Add', ['d', 'row'], ['u']),
      ],
      initializers: [
        normal('w', [6, 4]),
        normal('row', [4]),
        normal('s', [4]),
        normal('column', [2, 1]),
        int64s('axes', [1], [0]),
      ],
    },
    shape: [
      'Gemm(x, w_folded, row_folded) -> y',
      'MatMul(x, w) -> c',
      'Add(c, column) -> z',
      'Unsqueeze(x, axes) -> stack',
      'MatMul(stack, w) -> d',
      'Add(d, row) -> u',
      'w [6,4]',
      'row [4]',
      'column [2,1]',
      'axes [1]',
      'w_folded [6,4]',
      'row_folded [4]',
    ],
    dims: [2, 6],
  },
  {
    title: 'MatMul and Add behind a Reshape to a computed shape of two, and behind Flatten -> Gemm',
    input: {
      inputs: [value('x', [2, 2, 1, 3])],
      outputs: [value('y'), value('z')],
      nodes: [
        node('Shape', ['x'], ['extents']),
        node('Slice', ['extents', 'zero', 'one'], ['batch']),
        node('Concat', ['batch', 'rest'], ['shape'], { axis: 0n }),
        node('Reshape', ['x', 'shape'], ['rows']),
        matMul('rows', 'w', 'a'),
        node('Add', ['a', 'row'], ['y']),
        node('Flatten', ['x'], ['f']),
        matMul('f', 'w', 'b'),
        node('Add', ['b', 'row'], ['z']),
      ],
      initializers: [
        normal('w', [6, 4]),
        normal('row', [4]),
        int64s('zero', [1], [0]),
        int64s('one', [1], [1]),
        int64s('rest', [1], [-1]),
      ],
    },
    shape: [
      'Shape(x) -> extents',
      'Slice(extents, zero, one) -> batch',
      'Concat(batch, rest) -> shape',
      'Reshape(x, shape) -> rows',
      'Gemm(rows, w, row) -> y',
      'Flatten(x) -> f',
      'Gemm(f, w, row) -> z',
      'w [6,4]',
      'row [4]',
      'zero [1]',
      'one [1]',
      'rest [1]',
    ],
    dims: [2, 2, 1, 3],
  },
];

function shapeOf({ graph: { nodes, initializers } }: Model): string[] {
  return [
    ...nodes.map(({ opType, inputs, outputs }) => `${opType}(${inputs.join(', ')}) -> ${outputs.join(', ')}`),
    ...[...initializers].map(([name, { dims }]) => `${name} [${dims.join()}]`),
  ];
}

describe('prepareModel', () => {
  for (const { title, input, shape, dims = [2, 3, 5, 5] } of CASES) {
    test(title, async () => {
      const result = await prepared(input);
      assert.deepEqual(shapeOf(result), shape, showModel(result).join('\n'));
      assert.ok(result.opsets.get('')! >= 13 && result.irVersion >= 4);
      if (skip !== false) return;
      const error = await difference(model(input), await fileOf(result), dims);
      assert.ok(error < 2e-6, `differs by ${error} of the largest output`);
    });
  }

  test('a function of the model -> its nodes, folded as any other', async () => {
    const result = await prepared({
      ...xy,
      domains: { own: 1 },
      nodes: [node('Block', ['x', 'w'], ['y'], {}, { domain: 'own', name: 'block' })],
      initializers: [normal('w', [4, 3, 3, 3])],
      functions: [
        func(
          'own',
          'Block',
          ['a', 'b'],
          ['r'],
          [
            node('Conv', ['a', 'b'], ['c']),
            node('Constant', [], ['k'], { value_float: 3 }),
            node('Mul', ['c', 'k'], ['r']),
          ],
        ),
      ],
    });
    assert.deepEqual(shapeOf(result), ['Conv(x, w, y_bias) -> y', 'w [4,3,3,3]', 'y_bias [4]']);
    assert.deepEqual(result.functions, []);
  });

  test('folded weights and biases -> s · w and s · b + t, computed in float64 and rounded once', async () => {
    const [w, b, s, t] = [rng.normal(8), rng.normal(2), rng.normal(2), rng.normal(2)];
    const { graph: result } = await prepared({
      inputs: [value('x', [1, 1, 2, 2])],
      outputs: [value('y')],
      nodes: [conv('x', 'w', 'b', 'c'), node('Mul', ['c', 's'], ['d']), node('Add', ['d', 't'], ['y'])],
      initializers: [
        floats('w', [2, 1, 2, 2], w),
        floats('b', [2], b),
        floats('s', [2, 1, 1], s),
        floats('t', [2, 1, 1], t),
      ],
    });
    const read = async (name: string): Promise<Float32Array> => {
      const { data } = result.initializers.get(name)!;
      const bytes = new Uint8Array(data.byteLength);
      for await (const chunk of data.chunks(new RunContext())) bytes.set(chunk);
      return new Float32Array(bytes.buffer);
    };
    assert.deepEqual(
      await read('w'),
      w.map((each, k) => each * s[Math.floor(k / 4)]!),
    );
    assert.deepEqual(
      await read('b'),
      b.map((each, c) => each * s[c]! + t[c]!),
    );
  });

  test('a BatchNormalization that divides by 0 -> stays as it is', async () => {
    const result = await prepared({
      ...xy,
      nodes: [
        conv('x', 'w', undefined, 'c'),
        node('BatchNormalization', ['c', 'gamma', 'beta', 'mean', 'variance'], ['y'], { epsilon: 0 }),
      ],
      initializers: [normal('w', [4, 3, 1, 1]), ...statistics(4).slice(0, 3), floats('variance', [4])],
    });
    assert.deepEqual(
      result.graph.nodes.map(({ opType }) => opType),
      ['Conv', 'BatchNormalization'],
    );
  });

  test('a model that holds codes, also in a nested graph -> ALREADY_QUANTIZED naming the node', async () => {
    const quantize = node('DynamicQuantizeLinear', ['x'], ['q', 's', 'z'], {}, { name: 'first' });
    const back = node('DequantizeLinear', ['q', 's', 'z'], ['y']);
    const refused = (at: string) => (error: unknown) => {
      assert.ok(error instanceof OctavoError && error.code === 'ALREADY_QUANTIZED', String(error));
      assert.equal(error.place.node, at);
      return true;
    };
    await assert.rejects(prepared({ ...xy, nodes: [quantize, back] }), refused('first'));
    const nested = graph({ nodes: [quantize, back], outputs: [value('y')] });
    const inner = { ...xy, outputs: [value('r')], inputs: [...xy.inputs, value('yes', [], 'bool')] };
    await assert.rejects(
      prepared({ ...inner, nodes: [ifNode('yes', 'r', nested, nested)] }),
      refused('If#0/then_branch/first'),
    );
  });

  test('outputs that depend on no input -> NOTHING_TO_QUANTIZE', async () => {
    const input = { ...xy, nodes: [node('Relu', ['w'], ['y'])], initializers: [normal('w', [2])] };
    const refused = (error: unknown) => error instanceof OctavoError && error.code === 'NOTHING_TO_QUANTIZE';
    await assert.rejects(prepared(input), refused);
  });

  test('a model that opset 13 is out of reach for -> UNSUPPORTED_OP naming the node', async () => {
    const input: ModelInput = {
      ...xy,
      opset: 6,
      nodes: [node('Relu', ['x'], ['y'], {}, { name: 'old' })],
    };
    await assert.rejects(prepared(input), (error) => {
      assert.ok(error instanceof OctavoError);
      assert.equal(error.code, 'UNSUPPORTED_OP');
      assert.equal(error.place.node, 'old');
      return true;
    });
  });
});
