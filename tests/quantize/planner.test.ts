// The planner's filters, weights that several nodes share, and the corners of real files: names missing or doubled, odd
// types, empty tensors, nested graphs.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { planQuantization, type QuantizeOptions, type QuantPlan, quantize } from '../../ts-host/index.js';
import { matchesGlob } from '../../ts-host/quantize/glob.js';
import { rejectsWith } from '../formats/onnx/support.js';
import { lineOf, prepareOctavo, quantizedBytes, summaryOf, tensorOf } from '../support/octavo.js';
import {
  constant,
  conv,
  floats,
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
import { Rng } from '../support/rng.js';
import { floatBytes } from '../support/tensors.js';

before(prepareOctavo);

const weight = (name: string, dims: readonly number[]) =>
  floats(name, dims, new Rng(name.length).normal(dims.reduce((a, b) => a * b, 1)));

const plan = (input: ModelInput, options: QuantizeOptions = {}): Promise<QuantPlan> =>
  planQuantization(model(input), options);

const ONE: ModelInput = {
  nodes: [matMul('x', 'w', 'y', 'n')],
  initializers: [weight('w', [64, 48])],
  inputs: [value('x')],
  outputs: [value('y')],
};
const READING_MODES: readonly QuantizeOptions[] = [
  { mode: 'weights' },
  { mode: 'weights', bits: 4 },
  { mode: 'dynamic' },
  { mode: 'fp16' },
];

const MLP: ModelInput = {
  nodes: [
    matMul('x', 'w1', 'a', 'layer1/mm'),
    node('Relu', ['a'], ['b'], {}, { name: 'relu' }),
    matMul('b', 'w2', 'c', 'layer2/mm'),
    node('Add', ['c', 'bias'], ['d'], {}, { name: 'add' }),
    conv('d', 'k', undefined, 'y', {}, 'layer3/conv'),
  ],
  initializers: [
    weight('w1', [64, 64]),
    weight('w2', [64, 32]),
    weight('bias', [400]),
    weight('k', [8, 64, 1, 1]),
  ],
  inputs: [value('x')],
  outputs: [value('y')],
};
const LAYERS = ['layer1/mm', 'layer2/mm', 'layer3/conv'];

const FILTERS: readonly [QuantizeOptions, Record<string, RegExp>][] = [
  [{ skip: ['layer1/*'] }, { 'layer1/mm': /skipped by layer1\/\*/ }],
  [{ skip: ['layer?/mm'] }, { 'layer1/mm': /skipped/, 'layer2/mm': /skipped/ }],
  [{ skip: ['*'] }, { 'layer1/mm': /skipped/, 'layer2/mm': /skipped/, 'layer3/conv': /skipped/ }],
  [{ opTypes: ['Conv'] }, { 'layer1/mm': /MatMul is not among opTypes/, 'layer2/mm': /opTypes/ }],
  [
    { minElements: 2049 },
    { 'layer2/mm': /2048 elements, fewer than minElements 2049/, 'layer3/conv': /512 el/ },
  ],
  [{ minChannels: 9 }, { 'layer3/conv': /8 output channels, fewer than minChannels 9/ }],
];
for (const [options, float] of FILTERS) {
  test(`planQuantization ${JSON.stringify(options)} -> those nodes float, with the reason`, async () => {
    for (const mode of ['weights', 'dynamic'] as const) {
      const made = await plan(MLP, { ...options, mode });
      for (const id of LAYERS) {
        const { form, reason } = lineOf(made, id);
        const expected = float[id];
        assert.equal(form === 'float', expected !== undefined, `${id} ${mode}`);
        if (expected !== undefined) assert.match(reason, expected);
      }
    }
  });
}

test('planQuantization any mode -> every node with a constant float operand, in graph order', async () => {
  const last = node('Add', ['y', 'w1'], ['z'], {}, { name: 'last' });
  for (const options of READING_MODES) {
    const made = await plan({ ...MLP, nodes: [...MLP.nodes!, last] }, options);
    assert.deepEqual(
      made.nodes.map((each) => each.node),
      ['layer1/mm', 'layer2/mm', 'add', 'layer3/conv', 'last'],
    );
  }
});

const WRONG: Readonly<Record<string, unknown>> = {
  mode: 'int8',
  bits: 9,
  granularity: 'row',
  blockSize: 20,
  symmetric: 'yes',
  observer: 'kl',
  weightType: 'int4',
  reduceRange: 1,
  blockForm: 'x',
  convInteger: 'no',
  skip: 'layer1',
  opTypes: [1],
  minElements: -1,
  minChannels: 1.5,
};
for (const [field, wrong] of Object.entries(WRONG)) {
  test(`planQuantization ${field} ${JSON.stringify(wrong)} -> INVALID_ARGUMENT naming it`, async () => {
    const error = await rejectsWith('INVALID_ARGUMENT', planQuantization(model(MLP), { [field]: wrong }));
    assert.equal(error.place.field, field);
  });
}

test('matchesGlob -> `*` any characters, `?` one, all else literal', () => {
  const matching: [string, string][] = [
    ['', ''],
    ['*', ''],
    ['**', 'abc'],
    ['a?c', 'abc'],
    ['a*c', 'ac'],
    ['*.weight', 'layer.0.weight'],
    ['/model/*/MatMul', '/model/layers.3/attn/MatMul'],
    ['[ab]', '[ab]'],
    ['*a*b*', 'xxaxxbxx'],
    ['*aab', 'aaaab'],
  ];
  const other: [string, string][] = [
    ['', 'a'],
    ['?', ''],
    ['a.b', 'axb'],
    ['a*b', 'abc'],
    ['[ab]', 'a'],
    ['*?', ''],
    ['abc', 'ab'],
  ];
  for (const [pattern, text] of matching) assert.ok(matchesGlob(pattern, text), `${pattern} ${text}`);
  for (const [pattern, text] of other) assert.ok(!matchesGlob(pattern, text), `${pattern} ${text}`);
});

test('matchesGlob patterns that make regular expressions explode -> well within a second', () => {
  const began = performance.now();
  assert.ok(!matchesGlob(`${'*a'.repeat(500)}b`, 'a'.repeat(10_000)));
  assert.ok(!matchesGlob(`${'*'.repeat(5000)}b`, 'a'.repeat(5000)));
  assert.ok(performance.now() - began < 1000);
});

test('planQuantization a table shared with another reader -> dequantized for both', async () => {
  const tied: ModelInput = {
    nodes: [
      gather('w', 'x', 'e', 0, 'embed'),
      node('Transpose', ['w'], ['t'], { perm: [1n, 0n] }, { name: 'turn' }),
      matMul('e', 't', 'y', 'head'),
    ],
    initializers: [weight('w', [80, 64])],
    inputs: [value('x', [3], 'int64')],
    outputs: [value('y')],
  };
  for (const options of READING_MODES.slice(0, 3)) {
    const made = await plan(tied, options);
    assert.deepEqual(summaryOf(made).slice(0, 2), ['embed dequantize w', 'turn dequantize w']);
    assert.match(lineOf(made, 'embed').reason, /2 users/);
  }
});

test('planQuantization a weight used as B both ways -> dequantized, whatever the granularity', async () => {
  const input: ModelInput = {
    nodes: [matMul('x', 'w', 'a', 'one'), gemm('x', 'w', undefined, 'b', { transB: 1n }, 'two')],
    initializers: [weight('w', [64, 64])],
    inputs: [value('x')],
    outputs: [value('a'), value('b')],
  };
  for (const options of [{ mode: 'dynamic', granularity: 'tensor' }, ...READING_MODES.slice(0, 3)] as const) {
    const made = await plan(input, options);
    assert.deepEqual(summaryOf(made).slice(0, 2), ['one dequantize w', 'two dequantize w']);
  }
});

test('planQuantization a weight that another product adds -> the product keeps its own form', async () => {
  const input: ModelInput = {
    nodes: [gemm('x', 'w', undefined, 'a', {}, 'one'), gemm('x', 'v', 'w', 'b', {}, 'two')],
    initializers: [weight('w', [64, 64]), weight('v', [64, 64])],
    inputs: [value('x')],
    outputs: [value('a'), value('b')],
  };
  const made = await plan(input, { mode: 'dynamic' });
  assert.deepEqual(summaryOf(made).slice(0, 2), ['one dequantize w', 'two dynamicInteger v']);
  const bytes = model(input);
  assert.deepEqual(
    await quantizedBytes(bytes, { plan: made }),
    await quantizedBytes(bytes, { mode: 'dynamic' }),
  );
});

test('planQuantization a weight that the graph gives out -> dequantized under its own name', async () => {
  const input = { ...ONE, outputs: [value('y'), value('w')] };
  for (const options of READING_MODES.slice(1, 3)) {
    assert.equal(lineOf(await plan(input, options), 'n').form, 'dequantize');
  }
  const unread = { ...input, nodes: [node('Relu', ['x'], ['y'])] };
  assert.deepEqual(summaryOf(await plan(unread, { mode: 'fp16' })), []);
});

test('planQuantization skip for one of two users of a weight -> float for both', async () => {
  const input: ModelInput = {
    ...ONE,
    nodes: [matMul('x', 'w', 'a', 'one'), matMul('a', 'w', 'y', 'two')],
    initializers: [weight('w', [64, 64])],
  };
  const made = await plan(input, { mode: 'dynamic', skip: ['two'] });
  assert.deepEqual(summaryOf(made), ['one float', 'two float']);
  assert.match(lineOf(made, 'one').reason, /shares its weight with two/);
});

test('planQuantization weights inside If branches and around them -> found by path', async () => {
  const inner = {
    nodes: [matMul('x', 'inner', 'e', 'mm')],
    initializers: [weight('inner', [64, 64])],
    outputs: [value('e')],
  };
  const input: ModelInput = {
    nodes: [
      ifNode('c', 'y', graph({ nodes: [matMul('x', 'outer', 't')], outputs: [value('t')] }), graph(inner)),
    ],
    initializers: [weight('outer', [64, 64])],
    inputs: [value('x'), value('c', [], 'bool')],
    outputs: [value('y')],
  };
  assert.deepEqual(summaryOf(await plan(input, { mode: 'dynamic' })), [
    'If#0/then_branch/MatMul#0 dynamicInteger outer',
    'If#0/else_branch/mm dynamicInteger If#0/else_branch/inner',
    'outer: int8 channel 1',
    'If#0/else_branch/inner: int8 channel 1',
  ]);
});

test('planQuantization a Constant node, an initializer that is an input too -> weights like any other', async () => {
  const input: ModelInput = {
    nodes: [constant('k', weight('', [64, 32])), matMul('x', 'k', 'a', 'one'), matMul('a', 'w', 'y', 'two')],
    initializers: [weight('w', [32, 64])],
    inputs: [value('x'), value('w', [32, 64])],
    outputs: [value('y')],
  };
  assert.deepEqual(summaryOf(await plan(input, { mode: 'dynamic' })), [
    'one dynamicInteger k',
    'two dynamicInteger w',
    'k: int8 channel 1',
    'w: int8 channel 1',
  ]);
});

test('planQuantization names missing, doubled, or like made ones -> ids that differ', async () => {
  const names = ['', 'same', 'same', 'MatMul#0', 'MatMul#9', ''];
  const input: ModelInput = {
    nodes: names.map((name, i) => matMul(i === 0 ? 'x' : `v${i - 1}`, `w${i}`, `v${i}`, name)),
    initializers: names.map((_, i) => weight(`w${i}`, [32, 32])),
    inputs: [value('x')],
    outputs: [value('v5')],
  };
  assert.deepEqual(summaryOf(await plan(input, { mode: 'dynamic' })).slice(0, 6), [
    'MatMul#0 dynamicInteger w0',
    'MatMul#1 dynamicInteger w1',
    'MatMul#2 dynamicInteger w2',
    'MatMul#3 dynamicInteger w3',
    'MatMul#9 dynamicInteger w4',
    'MatMul#5 dynamicInteger w5',
  ]);
});

for (const dtype of ['float64', 'float16', 'bfloat16'] as const) {
  test(`planQuantization ${dtype} weights -> dequantized and cast, never integer products`, async () => {
    const raw = floatBytes(dtype, new Rng(1).normal(64 * 64));
    const input: ModelInput = { ...ONE, initializers: [tensor('w', dtype, [64, 64], raw)] };
    for (const options of READING_MODES.slice(0, 3)) {
      assert.equal(lineOf(await plan(input, options), 'n').form, 'dequantize');
    }
    const line = lineOf(await plan(input, { mode: 'fp16' }), 'n');
    assert.deepEqual([line.form, line.reason], ['float', `${dtype} constants are left as they are`]);
  });
}

test('quantize empty tensors, no weights, no nodes -> no tensor planned, a model written', async () => {
  const empty: ModelInput = { ...ONE, initializers: [floats('w', [64, 0])] };
  for (const input of [empty, { ...ONE, initializers: [] as const, inputs: [value('x'), value('w')] }, {}]) {
    for (const options of [...READING_MODES, { mode: 'embedding' }, { mode: 'auto' }] as const) {
      const result = await quantize(model(input), options);
      assert.deepEqual(result.plan.tensors, []);
      assert.equal((await result.bytes()).byteLength, result.byteLength);
    }
  }
  assert.equal(lineOf(await plan(empty, { mode: 'weights' }), 'n').reason, 'the weight is empty');
});

test('quantize mode auto -> dynamic where products hold most weights, else weights, and why', async () => {
  const { plan: made, report } = await quantize(model(MLP));
  assert.equal(made.mode, 'dynamic');
  assert.match(report.modeReason!, /MatMul and Gemm hold 92 % of the 6656 weights/);
  const convolutional = { ...MLP, nodes: MLP.nodes!.slice(-1), inputs: [value('d')] };
  const other = await quantize(model(convolutional));
  assert.equal(other.plan.mode, 'weights');
  assert.match(other.report.modeReason!, /hold 0 % of the 512 weights/);
  assert.equal((await quantize(model(MLP), { mode: 'weights' })).report.modeReason, undefined);
});

test('planQuantization a weight that would not get smaller -> float with its size', async () => {
  for (const options of READING_MODES) {
    const line = lineOf(await plan({ ...ONE, initializers: [weight('w', [4, 4])] }, options), 'n');
    assert.deepEqual([line.form, line.reason], ['float', 'its weight of 16 elements would not get smaller']);
  }
});

for (const bad of [Number.NaN, Infinity, -Infinity]) {
  test(`planQuantization a weight holding ${bad} -> NON_FINITE_WEIGHT with the tensor, unless skipped`, async () => {
    const values = new Rng(2).normal(64 * 64);
    values[4095] = bad;
    const input: ModelInput = { ...ONE, initializers: [floats('w', [64, 64], values)] };
    for (const options of READING_MODES) {
      const error = await rejectsWith('NON_FINITE_WEIGHT', plan(input, options));
      assert.equal(error.place.tensor, 'w');
      assert.deepEqual((await plan(input, { ...options, skip: ['n'] })).tensors, []);
    }
  });
}

for (const [low, reason] of [
  [-Infinity, /NaN or infinity/],
  [-3.4e38, /65504/],
] as const) {
  test(`planQuantization fp16 with an attention mask of ${low} -> the mask stays float`, async () => {
    const mask = Array.from({ length: 256 }, (_, i) => (i % 16 > i / 16 ? low : 0));
    const input: ModelInput = {
      ...ONE,
      nodes: [node('Add', ['x', 'mask'], ['y'], {}, { name: 'n' })],
      initializers: [floats('mask', [16, 16], mask)],
    };
    const line = lineOf(await plan(input, { mode: 'fp16' }), 'n');
    assert.equal(line.form, 'float');
    assert.match(line.reason, reason);
  });
}

test('planQuantization bits and symmetry -> dtype and code range', async () => {
  const input: ModelInput = {
    ...ONE,
    nodes: [conv('x', 'w', undefined, 'y', {}, 'n')],
    initializers: [weight('w', [16, 64, 1, 1])],
  };
  const expected: [QuantizeOptions, string, number, number][] = [
    [{ bits: 2, symmetric: true }, 'int4', -1, 1],
    [{ bits: 2 }, 'uint4', 0, 3],
    [{ bits: 3, symmetric: true }, 'int4', -3, 3],
    [{ bits: 4 }, 'uint4', 0, 15],
    [{ bits: 5, symmetric: true }, 'int8', -15, 15],
    [{ bits: 7 }, 'uint8', 0, 127],
    [{ bits: 8, symmetric: true }, 'int8', -127, 127],
    [{ bits: 16 }, 'uint16', 0, 65535],
    [{ bits: 16, symmetric: true }, 'int16', -32767, 32767],
  ];
  for (const [options, ...codes] of expected) {
    const made = tensorOf(await plan(input, { ...options, mode: 'weights' }), 'w');
    assert.ok(made.dtype !== 'float16');
    assert.deepEqual([made.dtype, made.qmin, made.qmax], codes);
  }
});

test('planQuantization a product of two computed values -> listed as float, but no lookup in a shape', async () => {
  const input: ModelInput = {
    ...ONE,
    nodes: [
      node('Shape', ['x'], ['s']),
      gather('s', 'i', 'd', 0, 'dim'),
      matMul('x', 'w', 'm', 'projection'),
      matMul('m', 'x', 'y', 'attention'),
    ],
    initializers: [weight('w', [64, 48]), int64s('i', [], [0])],
  };
  for (const options of READING_MODES.slice(0, 3)) {
    const made = await plan(input, options);
    assert.deepEqual(
      made.nodes.map((each) => each.node),
      ['projection', 'attention'],
    );
    assert.equal(lineOf(made, 'attention').reason, 'it has no constant weight');
  }
});

test('planQuantization integer constants -> not listed', async () => {
  const input: ModelInput = {
    nodes: [gather('w', 'i', 'y', 0, 'n'), node('Reshape', ['x', 's'], ['z'], {}, { name: 'r' })],
    initializers: [weight('w', [50, 64]), int64s('i', [2], [1, 2]), int64s('s', [1], [-1])],
    inputs: [value('x')],
    outputs: [value('y'), value('z')],
  };
  assert.deepEqual(
    (await plan(input, { mode: 'weights' })).nodes.map((each) => each.node),
    ['n'],
  );
});

test('planQuantization operators named like members of Object -> left alone', async () => {
  const names = ['toString', 'constructor', '__proto__', 'hasOwnProperty'];
  const input: ModelInput = {
    nodes: names.map((opType, i) => node(opType, ['x', 'w'], [`y${i}`], {}, { name: opType })),
    initializers: [weight('w', [64, 48])],
    inputs: [value('x')],
    outputs: names.map((_, i) => value(`y${i}`)),
  };
  for (const options of READING_MODES.slice(0, 3)) {
    const made = await plan(input, options);
    assert.deepEqual(
      made.nodes.map(({ form }) => form),
      names.map(() => 'float'),
    );
  }
});
