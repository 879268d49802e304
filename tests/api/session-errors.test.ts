// What only a run can find wrong: shapes that become negative or too large, indices and axes that do not fit, a division
// by zero, memory that runs out, functions that call themselves. A typed error names the node, nothing stays behind, and the
// next run gives what it gave before.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  type ErrorCode,
  OctavoError,
  Session,
  type SessionOptions,
  type Tensor,
  type TensorInput,
} from '../../ts-host/index.js';
import { prepareOctavo } from '../support/octavo.js';
import { floats, func, graph, int64s, type ModelInput, model, node, value } from '../support/onnxBuilder.js';

before(prepareOctavo);

type Feeds = Record<string, TensorInput>;

const f32 = (dims: readonly number[]): TensorInput => ({
  data: Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => i + 1),
  dims,
});
const i64 = (...values: (number | bigint)[]): TensorInput => ({
  data: BigInt64Array.from(values, BigInt),
  dims: [values.length],
});
const scalar = (number: number): TensorInput => ({ data: BigInt64Array.of(BigInt(number)), dims: [] });

function isRefusal(error: unknown, codes: readonly ErrorCode[], message: RegExp): true {
  assert.ok(error instanceof OctavoError, `no OctavoError: ${error instanceof Error ? error.stack : error}`);
  assert.ok(codes.includes(error.code), `${error.code}: ${error.message}`);
  assert.match(error.message, message);
  assert.equal(error.place.node, 'bad', error.message);
  return true;
}

/** Runs the good feeds, the bad ones, the good ones again. */
async function refuses(
  input: ModelInput,
  good: Feeds,
  bad: Feeds,
  codes: readonly ErrorCode[],
  message: RegExp,
  options: SessionOptions = {},
): Promise<void> {
  const session = await Session.create(model(input), options);
  try {
    const first = await session.run(good);
    await assert.rejects(session.run(bad), (error) => isRefusal(error, codes, message));
    assert.deepEqual(await session.run(good), first);
    const held = session.diagnostics().memory!.held;
    await assert.rejects(session.run(bad), (error) => isRefusal(error, codes, message));
    assert.deepEqual(await session.run(good), first);
    assert.equal(session.diagnostics().memory!.held, held, 'memory stays behind');
  } finally {
    await session.dispose();
  }
}

type NodeInput = Parameters<typeof node>;
const bad = (...[opType, inputs, outputs, attributes]: NodeInput) =>
  node(opType, inputs, outputs, attributes, { name: 'bad' });

/** x of any shape, s an int64 list, `bad` over both. */
const fed = (made: ReturnType<typeof node>, opset = 13, ...more: ReturnType<typeof node>[]): ModelInput => ({
  opset,
  nodes: [made, ...more],
  inputs: [value('x', undefined), value('s', undefined, 'int64')],
  outputs: [value('y')],
});

const SHAPE: readonly ErrorCode[] = ['SHAPE_MISMATCH'];
const INDEX: readonly ErrorCode[] = ['INVALID_ARGUMENT'];
const SIZE: readonly ErrorCode[] = ['LIMIT_EXCEEDED', 'MEMORY_LIMIT', 'SHAPE_MISMATCH'];

interface Refusal {
  readonly why: string;
  readonly model: ModelInput;
  readonly good: Feeds;
  readonly bad: readonly Feeds[];
  readonly codes: readonly ErrorCode[];
  readonly message: RegExp;
}

const x6 = { x: f32([2, 3]) };
const updates = node('Mul', ['x', 'x'], ['u']);

const FED: readonly Refusal[] = [
  {
    why: 'Reshape to a shape with other, negative or too many elements',
    model: fed(bad('Reshape', ['x', 's'], ['y'])),
    good: { ...x6, s: i64(3, 2) },
    bad: [i64(4, 2), i64(-2, 3), i64(-1, -1), i64(2 ** 31, 2 ** 31), i64(2n ** 62n, 4n), i64(0, 0, 7)].map(
      (s) => ({ ...x6, s }),
    ),
    codes: [...SHAPE, 'LIMIT_EXCEEDED'],
    message: /./,
  },
  {
    why: 'Expand to a negative, too large or unfit shape',
    model: fed(bad('Expand', ['x', 's'], ['y'])),
    good: { ...x6, s: i64(2, 2, 3) },
    bad: [i64(-1, 3), i64(4, 3), i64(2 ** 20, 2 ** 20, 3)].map((s) => ({ ...x6, s })),
    codes: SIZE,
    message: /./,
  },
  {
    why: 'Tile by negative and by too large numbers',
    model: fed(bad('Tile', ['x', 's'], ['y'])),
    good: { ...x6, s: i64(2, 1) },
    bad: [i64(-1, 1), i64(2 ** 20, 2 ** 20), i64(1)].map((s) => ({ ...x6, s })),
    codes: SIZE,
    message: /./,
  },
  {
    why: 'Slice with a step of 0 and with an axis beyond the rank',
    model: fed(bad('Slice', ['x', 's', 's', 's', 's'], ['y'])),
    good: { ...x6, s: i64(1) },
    bad: [
      { ...x6, s: i64(0) },
      { x: f32([2]), s: i64(1) },
    ],
    codes: SHAPE,
    message: /step|axis/,
  },
  {
    why: 'Pad that leaves less than nothing',
    model: fed(bad('Pad', ['x', 's'], ['y'])),
    good: { ...x6, s: i64(0, 1, 0, -1) },
    bad: [i64(0, -2, 0, -2), i64(1, 1), i64(2 ** 40, 0, 0, 0)].map((s) => ({ ...x6, s })),
    codes: SIZE,
    message: /./,
  },
  {
    why: 'Split into lengths that are not the whole',
    model: fed(bad('Split', ['x', 's'], ['y', 'z'], { axis: 1n })),
    good: { ...x6, s: i64(1, 2) },
    bad: [i64(1, 1), i64(-1, 4), i64(3)].map((s) => ({ ...x6, s })),
    codes: [...SHAPE, 'GRAPH_INVALID'],
    message: /./,
  },
  {
    why: 'Unsqueeze and Squeeze at axes that are not there',
    model: fed(bad('Unsqueeze', ['x', 's'], ['y'])),
    good: { ...x6, s: i64(0, -1) },
    bad: [i64(5), i64(1, 1), i64(-6)].map((s) => ({ ...x6, s })),
    codes: SHAPE,
    message: /./,
  },
  {
    why: 'Squeeze of a dim that is not 1',
    model: fed(bad('Squeeze', ['x', 's'], ['y'])),
    good: { x: f32([2, 1]), s: i64(1) },
    bad: [
      { ...x6, s: i64(0) },
      { ...x6, s: i64(2) },
    ],
    codes: SHAPE,
    message: /./,
  },
  {
    why: 'ReduceSum over an axis that is not there',
    model: fed(bad('ReduceSum', ['x', 's'], ['y'])),
    good: { ...x6, s: i64(0) },
    bad: [i64(2), i64(-3)].map((s) => ({ ...x6, s })),
    codes: SHAPE,
    message: /axis/,
  },
  {
    why: 'CumSum along an axis that is not there',
    model: fed(bad('CumSum', ['x', 's'], ['y']), 14),
    good: { ...x6, s: scalar(1) },
    bad: [{ ...x6, s: scalar(2) }],
    codes: SHAPE,
    message: /axis/,
  },
  {
    why: 'TopK of more than there are, and of fewer than none',
    model: fed(bad('TopK', ['x', 's'], ['y', 'z'])),
    good: { ...x6, s: i64(2) },
    bad: [i64(4), i64(-1), i64(1, 2)].map((s) => ({ ...x6, s })),
    codes: SHAPE,
    message: /./,
  },
  {
    why: 'ConstantOfShape of a negative and of a too large shape',
    model: fed(bad('ConstantOfShape', ['s'], ['c']), 13, node('Add', ['c', 'x'], ['y'])),
    good: { ...x6, s: i64(2, 1) },
    bad: [i64(-1, 3), i64(2 ** 20, 2 ** 20)].map((s) => ({ ...x6, s })),
    codes: SIZE,
    message: /./,
  },
  {
    why: 'Range with a step of 0, and of too many elements',
    model: fed(bad('Range', ['s', 'end', 'step'], ['y']), 13, node('Identity', ['x'], ['unused'])),
    good: { ...x6, s: scalar(0) },
    bad: [{ ...x6, s: scalar(-(2 ** 40)) }],
    codes: SIZE,
    message: /./,
  },
  {
    why: 'Gather with an index outside',
    model: fed(bad('Gather', ['x', 's'], ['y'], { axis: 1n })),
    good: { ...x6, s: i64(0, -3) },
    bad: [i64(3), i64(-4), i64(2n ** 40n)].map((s) => ({ ...x6, s })),
    codes: INDEX,
    message: /outside/,
  },
  {
    why: 'ScatterND with an index outside',
    model: fed(
      bad('ScatterND', ['x', 'rows', 'u'], ['y']),
      13,
      node('Unsqueeze', ['s', 'one'], ['rows']),
      updates,
    ),
    good: { ...x6, s: i64(1, 0) },
    bad: [i64(2, 0), i64(0, -3)].map((s) => ({ ...x6, s })),
    codes: INDEX,
    message: /outside/,
  },
  {
    why: 'ScatterElements with an index outside',
    model: fed(
      bad('ScatterElements', ['x', 'rows', 'u'], ['y']),
      13,
      node('Reshape', ['s', 'two'], ['rows']),
      node('Slice', ['x', 'zero', 'oneOf'], ['u']),
    ),
    good: { ...x6, s: i64(0, 1, -1) },
    bad: [i64(0, 2, 0), i64(-3, 0, 0)].map((s) => ({ ...x6, s })),
    codes: INDEX,
    message: /outside/,
  },
  {
    why: 'a division by zero',
    model: fed(
      bad('Div', ['s', 's'], ['d']),
      13,
      node('Reshape', ['x', 'd'], ['r']),
      node('Neg', ['r'], ['y']),
    ),
    good: { x: f32([1]), s: i64(5) },
    bad: [{ x: f32([1]), s: i64(0) }],
    codes: INDEX,
    message: /divided by 0/,
  },
];

const CONSTANTS = [
  int64s('end', [], [4]),
  int64s('step', [], [1]),
  int64s('one', [1], [1]),
  int64s('oneOf', [1], [1]),
  int64s('zero', [1], [0]),
  int64s('two', [2], [1, 3]),
];

/** In an order in which every value is made before it is read. */
function sorted(input: ModelInput): ModelInput {
  const known = new Set(['x', 's', '', ...CONSTANTS.map(({ name }) => name)]);
  const nodes: NonNullable<ModelInput['nodes']>[number][] = [];
  const left = [...(input.nodes ?? [])];
  while (left.length > 0) {
    const at = left.findIndex(({ input: names }) => names.every((name) => known.has(name)));
    const [next] = left.splice(at, 1);
    nodes.push(next!);
    for (const name of next!.output) known.add(name);
  }
  return { ...input, nodes, initializers: CONSTANTS };
}

describe('what only fed values tell', () => {
  for (const { why, model: input, good, bad: all, codes, message } of FED) {
    it(`${why} -> ${codes.join(' or ')} with the node`, async () => {
      for (const feeds of all) await refuses(sorted(input), good, feeds, codes, message);
    });
  }
});

/** y made of n, the length of x, by shape arithmetic that folds when shapes are known. */
const ofLength = (...nodes: ReturnType<typeof node>[]): ModelInput => ({
  opset: 13,
  nodes: [node('Shape', ['x'], ['n']), ...nodes],
  initializers: [int64s('three', [1], [3]), int64s('huge', [1], [2 ** 30]), int64s('mine', [1], [-1])],
  inputs: [value('x', ['n'])],
  outputs: [value('y')],
});

describe('what fed shapes tell', () => {
  const feeds = (n: number): Feeds => ({ x: f32([n]) });
  const cases: readonly [string, ModelInput, number, number, readonly ErrorCode[], RegExp][] = [
    [
      'a shape that becomes negative',
      ofLength(node('Sub', ['n', 'three'], ['m']), bad('ConstantOfShape', ['m'], ['y'])),
      5,
      1,
      SHAPE,
      /-2/,
    ],
    [
      'a product of dims that overflows',
      ofLength(node('Mul', ['n', 'huge'], ['m']), bad('Expand', ['x', 'm'], ['y'])),
      0,
      8,
      SIZE,
      /./,
    ],
    [
      'a division by zero',
      ofLength(
        node('Sub', ['n', 'three'], ['m']),
        bad('Div', ['n', 'm'], ['q']),
        node('ConstantOfShape', ['q'], ['y']),
      ),
      6,
      3,
      INDEX,
      /divided by 0/,
    ],
    [
      'a length that two do not divide',
      ofLength(node('Concat', ['three', 'mine'], ['m'], { axis: 0n }), bad('Reshape', ['x', 'm'], ['y'])),
      6,
      7,
      SHAPE,
      /./,
    ],
  ];
  for (const [why, input, good, wrong, codes, message] of cases) {
    it(`${why} -> ${codes.join(' or ')} with the node`, () =>
      refuses(input, feeds(good), feeds(wrong), codes, message));
  }

  it('a window larger than the image -> SHAPE_MISMATCH with the node', () =>
    refuses(
      {
        opset: 13,
        nodes: [node('MaxPool', ['x'], ['p'], { kernel_shape: [2n, 2n] }), bad('Conv', ['p', 'w'], ['y'])],
        initializers: [floats('w', [1, 1, 3, 3])],
        inputs: [value('x', [1, 1, 'h', 'w'])],
        outputs: [value('y')],
      },
      { x: f32([1, 1, 5, 5]) },
      { x: f32([1, 1, 3, 3]) },
      SHAPE,
      /./,
    ));
});

describe('memoryLimit', () => {
  it('reached by one node -> MEMORY_LIMIT with the node', () =>
    refuses(
      sorted(fed(bad('Expand', ['x', 's'], ['y']))),
      { ...x6, s: i64(2, 2, 3) },
      { ...x6, s: i64(1_000_000, 2, 3) },
      ['MEMORY_LIMIT'],
      /allowed are in use/,
      { memoryLimit: 1_000_000 },
    ));

  it('reached by a weight -> MEMORY_LIMIT with the node that reads it', () =>
    refuses(
      {
        opset: 13,
        nodes: [
          node('Shape', ['x'], ['n']),
          node('ConstantOfShape', ['n'], ['w']),
          node('Pow', ['w', 'w'], ['v']),
          bad('Add', ['x', 'v'], ['y']),
        ],
        inputs: [value('x', ['n'])],
        outputs: [value('y')],
      },
      { x: f32([10]) },
      { x: f32([100_000]) },
      ['MEMORY_LIMIT'],
      /allowed/,
      { memoryLimit: 1_000_000 },
    ));

  it('reached in a branch -> MEMORY_LIMIT with the node of the branch', async () => {
    const branch = (name: string, ...nodes: ReturnType<typeof node>[]) =>
      graph({ nodes, outputs: [value(name)] });
    const input: ModelInput = {
      opset: 13,
      nodes: [
        node(
          'If',
          ['c'],
          ['y'],
          {
            then_branch: branch('big', node('Expand', ['x', 's'], ['big'], {}, { name: 'grow' })),
            else_branch: branch('same', node('Neg', ['x'], ['same'])),
          },
          { name: 'choose' },
        ),
      ],
      inputs: [value('x', [1]), value('s', [1], 'int64'), value('c', [], 'bool')],
      outputs: [value('y')],
    };
    const session = await Session.create(model(input), { memoryLimit: 1_000_000 });
    const feeds = (c: number): Feeds => ({
      x: f32([1]),
      s: i64(1e6),
      c: { data: Uint8Array.of(c), dims: [], dtype: 'bool' },
    });
    await assert.rejects(session.run(feeds(1)), (error: OctavoError) => {
      assert.equal(error.code, 'MEMORY_LIMIT');
      assert.match(error.place.node!, /grow/);
      return true;
    });
    const { y } = (await session.run(feeds(0))) as { y: Tensor };
    assert.deepEqual([...(y.data as Float32Array)], [-1]);
    await session.dispose();
  });
});

describe('functions', () => {
  it('that call themselves or each other -> GRAPH_INVALID when the session is made', async () => {
    const call = (name: string) => node(name, ['a'], ['b'], {}, { domain: 'my' });
    const f = (name: string, inner: string) => func('my', name, ['a'], ['b'], [call(inner)]);
    const input: ModelInput = {
      domains: { my: 1 },
      functions: [f('F', 'G'), f('G', 'F')],
      nodes: [node('F', ['x'], ['y'], {}, { domain: 'my' })],
      inputs: [value('x', [1])],
      outputs: [value('y', [1])],
    };
    await assert.rejects(
      Session.create(model(input)),
      (error: OctavoError) => error.code === 'GRAPH_INVALID' && /my:F -> my:G -> my:F/.test(error.message),
    );
  });
});
