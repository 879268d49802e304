import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkConsistency } from '../../ts-host/ir/check.js';
import type { Graph, Model } from '../../ts-host/ir/model.js';
import { type OpsetObstacle, raiseOpset } from '../../ts-host/passes/raise-opset/index.js';
import { type AttributeLiteral, EMPTY_FUNCTION, graph, model, node, tensor } from './literals.js';
import { RAISE_CASES } from './raise-opset-cases.js';
import { show } from './show.js';

function raised(before: Model, target: number): Model {
  const after = raiseOpset(before, target);
  if (Array.isArray(after)) assert.fail(JSON.stringify(after));
  checkConsistency(after);
  return after;
}

function obstacles(before: Model, target: number): OpsetObstacle[] {
  const result = raiseOpset(before, target);
  assert.ok(Array.isArray(result), 'expected obstacles');
  return result;
}

for (const { title, from, to, graph: before, after } of RAISE_CASES) {
  test(title, async () => {
    const old = model(before, from);
    const done = raised(old, to);
    assert.deepEqual(await show(done.graph, before), after);
    assert.equal(done.opsets.get(''), to);
    assert.equal(raiseOpset(done, to), done, 'raising again changes nothing');
    assert.equal(old.opsets.get(''), from, 'the old model is as it was');
  });
}

const one = (opType: string, attributes: Record<string, AttributeLiteral> = {}, x = 'x: float32[1,1,4,4]') =>
  graph({ inputs: [x], outputs: ['y'], nodes: [node(opType, ['x'], ['y'], attributes)] });

const ints = (...values: number[]) => values.map(BigInt);

interface Refused {
  readonly title: string;
  readonly from: number;
  readonly target: number;
  readonly graph: Graph;
  readonly to: number;
  readonly reason: RegExp;
}

const REFUSED: readonly Refused[] = [
  {
    title: 'operator outside the standard',
    from: 11,
    target: 13,
    graph: one('Quux'),
    to: 13,
    reason: /not an operator of the standard/,
  },
  {
    title: 'operator newer than the declared opset',
    from: 7,
    target: 13,
    graph: one('Round'),
    to: 13,
    reason: /came with opset 11/,
  },
  {
    title: 'operator withdrawn before the declared opset',
    from: 11,
    target: 13,
    graph: one('Upsample'),
    to: 13,
    reason: /withdrawn with opset 10/,
  },
  {
    title: 'opset below 7',
    from: 6,
    target: 13,
    graph: one('Relu'),
    to: 13,
    reason: /older than 7/,
  },
  {
    title: 'Scan 8',
    from: 8,
    target: 9,
    graph: one('Scan'),
    to: 9,
    reason: /batch of sequences/,
  },
  {
    title: 'Clip of unknown element type',
    from: 10,
    target: 11,
    graph: one('Clip', { min: 0 }, 'x'),
    to: 11,
    reason: /element type/,
  },
  {
    title: 'Pad of unknown element type with a value',
    from: 10,
    target: 11,
    graph: one('Pad', { pads: ints(0, 1), value: 2 }, 'x'),
    to: 11,
    reason: /element type/,
  },
  {
    title: 'Unsqueeze without axes',
    from: 12,
    target: 13,
    graph: one('Unsqueeze'),
    to: 13,
    reason: /axes is missing/,
  },
  {
    title: 'BatchNormalization in training',
    from: 9,
    target: 14,
    graph: graph({
      inputs: ['x', 's', 'b', 'm', 'v'],
      outputs: ['y'],
      nodes: [node('BatchNormalization', ['x', 's', 'b', 'm', 'v'], ['y', 'mean', 'var'])],
    }),
    to: 14,
    reason: /training/,
  },
  {
    title: 'Dropout whose mask is used',
    from: 10,
    target: 13,
    graph: graph({ inputs: ['x'], outputs: ['y', 'mask'], nodes: [node('Dropout', ['x'], ['y', 'mask'])] }),
    to: 12,
    reason: /mask/,
  },
  {
    title: 'GroupNormalization of unknown element type',
    from: 18,
    target: 21,
    graph: graph({
      inputs: ['x', 's', 'b'],
      outputs: ['y'],
      nodes: [node('GroupNormalization', ['x', 's', 'b'], ['y'], { num_groups: 2n })],
    }),
    to: 21,
    reason: /computes in is not known/,
  },
  {
    title: 'Resize with a withdrawn coordinate mode',
    from: 11,
    target: 13,
    graph: one('Resize', { coordinate_transformation_mode: 'tf_half_pixel_for_nn' }),
    to: 13,
    reason: /tf_half_pixel_for_nn/,
  },
  {
    title: 'Resize with a mode of its own',
    from: 10,
    target: 11,
    graph: one('Resize', { mode: 'cubic' }),
    to: 11,
    reason: /mode "cubic"/,
  },
  {
    title: 'MaxPool whose last window starts in the padding',
    from: 12,
    target: 22,
    graph: one(
      'MaxPool',
      { kernel_shape: ints(2, 2), strides: ints(3, 3), pads: ints(0, 0, 1, 1), ceil_mode: 1n },
      'x: float32[1,1,5,5]',
    ),
    to: 22,
    reason: /ceil_mode/,
  },
  {
    title: 'AveragePool that counts beyond its padding',
    from: 11,
    target: 19,
    graph: one('AveragePool', {
      kernel_shape: ints(3, 3),
      strides: ints(2, 2),
      pads: ints(1, 1, 1, 1),
      ceil_mode: 1n,
      count_include_pad: 1n,
    }),
    to: 19,
    reason: /count_include_pad/,
  },
  {
    title: 'ConvTranspose with odd automatic padding',
    from: 10,
    target: 11,
    graph: one('ConvTranspose', { auto_pad: 'SAME_UPPER', kernel_shape: ints(3, 3), strides: ints(2, 2) }),
    to: 11,
    reason: /odd/,
  },
  {
    title: 'ConvTranspose with output_shape',
    from: 10,
    target: 11,
    graph: one('ConvTranspose', { output_shape: ints(8, 8), kernel_shape: ints(3, 3) }),
    to: 11,
    reason: /output_shape/,
  },
  {
    title: 'Erf of integers',
    from: 12,
    target: 13,
    graph: one('Erf', {}, 'x: int32[3]'),
    to: 13,
    reason: /integers/,
  },
  {
    title: 'Mod of integers by fmod',
    from: 10,
    target: 13,
    graph: graph({
      inputs: ['x: int64[2]'],
      outputs: ['y'],
      nodes: [node('Mod', ['x', 'x'], ['y'], { fmod: 1n })],
    }),
    to: 13,
    reason: /fmod/,
  },
  {
    title: 'Cast to float8e4m3fnuz',
    from: 19,
    target: 24,
    graph: one('Cast', { to: 18n }),
    to: 24,
    reason: /infinity/,
  },
  {
    title: 'CastLike of unknown type',
    from: 19,
    target: 24,
    graph: graph({ inputs: ['x', 't'], outputs: ['y'], nodes: [node('CastLike', ['x', 't'], ['y'])] }),
    to: 24,
    reason: /casts to is not known/,
  },
];

for (const { title, from, target, graph: before, to, reason } of REFUSED) {
  test(`${title} -> an obstacle`, () => {
    const [obstacle, ...more] = obstacles(model(before, from), target);
    assert.ok(obstacle);
    assert.deepEqual(more, []);
    const { opType } = before.nodes[0]!;
    assert.deepEqual({ ...obstacle, reason: '' }, { node: `${opType}#0`, opType, from, to, reason: '' });
    assert.match(obstacle.reason, reason);
  });
}

test('several obstacles -> all are told, with their place in nested graphs', () => {
  const inner = graph({ inputs: [], outputs: ['z'], nodes: [node('Quux', ['x'], ['z'])] });
  const branches = node('If', ['c'], ['y'], {
    then_branch: { kind: 'graph', value: inner },
    else_branch: { kind: 'graph', value: inner },
  });
  const before = graph({
    inputs: ['c: bool[]', 'x'],
    outputs: ['y', 'w'],
    nodes: [branches, { ...node('Quux', ['x'], ['w']), name: 'late' }],
  });
  assert.deepEqual(
    obstacles(model(before, 9), 13).map((each) => each.node),
    ['If#0/then_branch/Quux#0', 'If#0/else_branch/Quux#0', 'late'],
  );
});

test('a function of the model -> an obstacle, unless nothing is to be raised', () => {
  const before = {
    ...model(one('Relu'), 18, 8),
    functions: [{ ...EMPTY_FUNCTION, domain: 'local', name: 'Gelu' }],
  };
  assert.deepEqual(
    obstacles(before, 21).map(({ node: id, reason }) => [id, reason]),
    [['local:Gelu', 'a function of the model imports an opset of its own']],
  );
  assert.equal(raiseOpset(before, 18), before);
});

test('target at or below the declared opset -> the model itself', () => {
  const before = model(one('Quux'), 13, 7);
  assert.equal(raiseOpset(before, 13), before);
  assert.equal(raiseOpset(before, 11), before);
});

test('target outside 7 to 25 -> INVALID_ARGUMENT', () => {
  for (const target of [6, 26, 13.5, Number.NaN]) {
    assert.throws(() => raiseOpset(model(one('Relu')), target), { code: 'INVALID_ARGUMENT' });
  }
});

test('IR version -> raised to what the opset needs, never lowered', () => {
  assert.equal(raised(model(one('Relu'), 7, 3), 8).irVersion, 3);
  assert.equal(raised(model(one('Relu'), 7, 3), 13).irVersion, 7);
  assert.equal(raised(model(one('Relu'), 7, 9), 13).irVersion, 9);
  assert.equal(raised(model(one('Relu'), 7, 3), 25).irVersion, 13);
});

test('graph without a change -> the same object', () => {
  const before = model(one('Relu'), 7);
  assert.equal(raised(before, 21).graph, before.graph);
});

test('node in a nested graph -> its constants live there', async () => {
  const branch = (min: number) =>
    graph({ inputs: [], outputs: ['z'], nodes: [node('Clip', ['x'], ['z'], { min })] });
  const before = graph({
    inputs: ['c: bool[]', 'x: float32[2]'],
    outputs: ['y'],
    nodes: [
      node('If', ['c'], ['y'], {
        then_branch: { kind: 'graph', value: branch(0) },
        else_branch: { kind: 'graph', value: branch(1) },
      }),
    ],
  });
  const after = raised(model(before, 7), 11).graph;
  assert.equal(after.initializers.size, 0);
  const [thenBranch, elseBranch] = ['then_branch', 'else_branch'].map((name) => {
    const attribute = after.nodes[0]!.attributes.get(name);
    assert.equal(attribute?.kind, 'graph');
    return attribute.value;
  });
  assert.deepEqual(await show(thenBranch!, branch(0)), ['z = Clip(x, float32[]{0})']);
  assert.deepEqual(await show(elseBranch!, branch(1)), ['z = Clip(x, float32[]{1})']);
  assert.notDeepEqual([...thenBranch!.initializers.keys()], [...elseBranch!.initializers.keys()]);
});

test('domain called ai.onnx, on nodes and in the import -> the standard one', () => {
  const clip = { ...node('Clip', ['x'], ['y'], { min: 0 }), domain: 'ai.onnx' };
  const before = {
    ...model(graph({ inputs: ['x: float32[2]'], outputs: ['y'], nodes: [clip] })),
    opsets: new Map([['ai.onnx', 7]]),
  };
  const after = raised(before, 11);
  assert.deepEqual([...after.opsets], [['ai.onnx', 11]]);
  assert.equal(after.graph.nodes[0]?.inputs.length, 2);
});

test('nodes of other domains -> left alone, and a model of such nodes alone gets the opset', () => {
  const custom = { ...node('Clip', ['x'], ['y'], { min: 0 }), domain: 'com.example' };
  const before = {
    ...model(graph({ inputs: ['x'], outputs: ['y'], nodes: [custom] })),
    opsets: new Map([['com.example', 1]]),
  };
  const after = raised(before, 13);
  assert.equal(after.graph, before.graph);
  assert.deepEqual(
    [...after.opsets],
    [
      ['com.example', 1],
      ['', 13],
    ],
  );
});

test('a scale that is only the default of an input -> not taken for a constant', async () => {
  const before = graph({
    inputs: ['x: float32[1,1,2,2]', 's: float32[4]'],
    outputs: ['y'],
    initializers: [tensor('s', 'float32', [4], [1, 1, 2, 2])],
    nodes: [node('Resize', ['x', 's'], ['y'])],
  });
  assert.equal(raised(model(before, 10, 5), 11).graph.nodes.length, 4);
});

test('new nodes of a named node -> named after it, which keeps its name', () => {
  const soft = { ...node('Softmax', ['x'], ['y']), name: 'probabilities' };
  const before = graph({ inputs: ['x: float32[2,3,4]'], outputs: ['y'], nodes: [soft] });
  assert.deepEqual(
    raised(model(before), 13).graph.nodes.map(({ name, opType }) => `${name} ${opType}`),
    [
      'probabilities_Shape Shape',
      'probabilities_Flatten Flatten',
      'probabilities Softmax',
      'probabilities_Reshape Reshape',
    ],
  );
});
