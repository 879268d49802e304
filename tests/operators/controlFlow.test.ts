// If, Loop and Scan against onnxruntime, and what they refuse.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import { OctavoError } from '../../ts-host/errors.js';
import { Executor } from '../../ts-host/execute/executor.js';
import { NodeContext } from '../../ts-host/execute/node.js';
import type { EvaluationContext } from '../../ts-host/execute/operator.js';
import { runLoop } from '../../ts-host/execute/operators/controlFlowLoop.js';
import { bytesOf, type TensorType, type TensorValue } from '../../ts-host/execute/value.js';
import { readOnnx } from '../../ts-host/formats/onnx/reader.js';
import { toSource } from '../../ts-host/io/any-source.js';
import type { DType } from '../../ts-host/ir/dtype.js';
import { executionEngine } from '../support/engine.js';
import { constant, graph, model, node, tensor, value } from '../support/onnxBuilder.js';
import {
  type Case,
  exact,
  feed,
  ints,
  operatorCases,
  operatorRefuses,
  pick,
  random,
  scalar,
  shape,
} from './harness.js';

type Graph = ReturnType<typeof graph>;
type NodeInput = Parameters<typeof node>;

const any = (rank: number): null[] => Array<null>(rank).fill(null);
const nodesOf = (list: readonly NodeInput[]) => list.map((each) => node(...each));
const yes = constant('yes', tensor('yes', 'bool', [], Uint8Array.of(1)));

/** A graph without inputs. */
function branch(nodes: readonly NodeInput[], outputs: readonly string[], dtype: DType, rank: number): Graph {
  return graph({ nodes: nodesOf(nodes), outputs: outputs.map((name) => value(name, any(rank), dtype)) });
}

operatorCases('If', {
  cases: 24,
  bound: exact,
  make: (rng, index) => {
    const dims = shape(rng, rng.int(1, 3));
    const dtype = pick(rng, ['float32', 'float32', 'float64', 'int32'] as const);
    const make = (nodes: readonly NodeInput[], ...outputs: string[]): Graph =>
      branch(nodes, outputs, dtype, dims.length);
    const plain = make(
      [
        ['Mul', ['x1', 'x2'], ['p']],
        ['Add', ['p', 'sum'], ['q']],
      ],
      'q',
      'p',
    );
    const inner = {
      then_branch: make([['Mul', ['x1', 'sum'], ['product']]], 'product'),
      else_branch: make([['Sub', ['x2', 'sum'], ['other']]], 'other'),
    };
    const nested = make(
      [
        ['If', ['x3'], ['chosen'], inner],
        ['Sub', ['chosen', 'x2'], ['less']],
      ],
      'less',
      'chosen',
    );
    // A value from around the branch as it is, and one of another shape.
    const outer = make(
      [
        ['Identity', ['sum'], ['same']],
        ['Concat', ['x1', 'x2'], ['long'], { axis: 0n }],
      ],
      'same',
      'long',
    );
    const [first, second] = pick(rng, [
      [plain, nested] as const,
      [nested, outer] as const,
      [outer, plain] as const,
    ]);
    const nodes = [
      node('Add', ['x1', 'x2'], ['sum']),
      node('If', ['x0'], ['y0', 'y1'], { then_branch: first, else_branch: second }),
    ];
    const condition = feed('bool', index % 2 === 0 ? [] : [1], [rng.int(0, 1)]);
    const [a, b] = [random(rng, dtype, dims), random(rng, dtype, dims)];
    return { graph: { nodes }, inputs: [condition, a, b, scalar(rng.int(0, 1), 'bool')], outputs: 2 };
  },
});

/** v' = v + x2 · round; stacks v' and the round; goes on until round x3. */
function countingBody(dtype: DType, rank: number): Graph {
  return graph({
    inputs: [value('i', [], 'int64'), value('go', [], 'bool'), value('v', any(rank), dtype)],
    nodes: nodesOf([
      ['Cast', ['i'], ['round'], { to: dtype === 'float32' ? 1n : 6n }],
      ['Mul', ['x2', 'round'], ['step']],
      ['Add', ['v', 'step'], ['next']],
      ['Identity', ['next'], ['seen']],
      ['Sub', ['x3', 'i'], ['left']],
      ['Cast', ['left'], ['goes'], { to: 9n }],
    ]),
    outputs: [
      value('goes', [], 'bool'),
      value('next', any(rank), dtype),
      value('seen', any(rank), dtype),
      value('round', [], dtype),
    ],
  });
}

operatorCases('Loop', {
  title: 'counts and conditions',
  cases: 30,
  bound: exact,
  make: (rng, index) => {
    const dtype = pick(rng, ['float32', 'int32'] as const);
    const dims = shape(rng, rng.int(1, 3), 1, 4);
    const body = countingBody(dtype, dims.length);
    // Trip count, condition, both; none would go on until the body stops it.
    const names = [index % 3 === 1 ? '' : 'x0', index % 3 === 0 ? '' : 'x4', 'x1'];
    const nodes = [node('Loop', names, ['y0', 'y1', 'y2'], { body })];
    return {
      graph: { nodes },
      inputs: [
        scalar(rng.int(1, 5), 'int64'),
        random(rng, dtype, dims),
        random(rng, dtype, dims),
        scalar(rng.int(0, 6), 'int64'),
        scalar(1, 'bool'),
      ],
      outputs: 3,
    };
  },
});

operatorCases('Loop', {
  title: 'no round',
  cases: 2,
  bound: exact,
  make: (rng, index) => {
    const body = graph({
      inputs: [value('i', [], 'int64'), value('go', [], 'bool'), value('v', [2, 3])],
      nodes: nodesOf([
        ['Identity', ['go'], ['goes']],
        ['Neg', ['v'], ['next']],
        ['Add', ['v', 'v'], ['seen']],
      ]),
      outputs: [value('goes', [], 'bool'), value('next', [2, 3]), value('seen', [2, 3])],
    });
    const nodes = [node('Loop', ['x0', 'x1', 'x2'], ['y0', 'y1'], { body })];
    const [trips, go] = index === 0 ? [0, 1] : [3, 0];
    const inputs = [scalar(trips, 'int64'), scalar(go, 'bool'), random(rng, 'float32', [2, 3])];
    return { graph: { nodes }, inputs, outputs: 2 };
  },
});

operatorCases('Loop', {
  title: 'values that grow, loops in loops',
  cases: 10,
  bound: exact,
  make: (rng) => {
    const inner = graph({
      inputs: [value('j', [], 'int64'), value('go2', [], 'bool'), value('w', [null])],
      nodes: nodesOf([
        ['Identity', ['go2'], ['goes2']],
        ['Add', ['w', 'v'], ['w2']],
      ]),
      outputs: [value('goes2', [], 'bool'), value('w2', [null])],
    });
    const body = graph({
      inputs: [value('i', [], 'int64'), value('go', [], 'bool'), value('v', [null]), value('s', [null])],
      nodes: nodesOf([
        ['Identity', ['go'], ['goes']],
        ['Loop', ['x2', '', 'v'], ['added'], { body: inner }],
        ['Concat', ['added', 'x1'], ['longer'], { axis: 0n }],
        ['Shape', ['longer'], ['length']],
      ]),
      outputs: [
        value('goes', [], 'bool'),
        value('longer', [null]),
        value('v', [null]),
        value('length', [1], 'int64'),
      ],
    });
    const nodes = [node('Loop', ['x0', '', 'x1', 'x1'], ['y0', 'y1', 'y2'], { body })];
    const counts = [scalar(rng.int(1, 4), 'int64'), scalar(rng.int(0, 3), 'int64')];
    const [trips, times] = counts as [Case['inputs'][0], Case['inputs'][0]];
    return { graph: { nodes }, inputs: [trips, random(rng, 'float32', [rng.int(1, 3)]), times], outputs: 3 };
  },
});

operatorCases('Scan', {
  cases: 30,
  bound: exact,
  make: (rng, index) => {
    const opset = pick(rng, [9, 11, 17]);
    const rank = rng.int(1, 3);
    const slice = shape(rng, rank, 1, 4);
    const rounds = rng.int(1, 4);
    // Only from opset 11 on axes may be negative.
    const axisOf = (): number => rng.int(opset >= 11 ? -rank - 1 : 0, rank);
    const whole = (axis: number): number[] => {
      const at = axis < 0 ? axis + rank + 1 : axis;
      return [...slice.slice(0, at), rounds, ...slice.slice(at)];
    };
    const body = graph({
      inputs: [value('s', any(rank)), value('a', any(rank)), value('b', any(rank))],
      nodes: nodesOf([
        ['Mul', ['a', 'b'], ['product']],
        ['Add', ['s', 'product'], ['next']],
        ['Sub', ['next', 'x3'], ['seen']],
        ['Identity', ['product'], ['also']],
      ]),
      outputs: [value('next', any(rank)), value('seen', any(rank)), value('also', any(rank))],
    });
    const inputAxes = [axisOf(), axisOf()];
    const flip = (): bigint => BigInt(rng.int(0, 1));
    const attributes = {
      body,
      num_scan_inputs: 2n,
      ...(index % 3 > 0 && { scan_output_axes: [axisOf(), axisOf()].map(BigInt) }),
      ...(index % 2 > 0 && {
        scan_input_directions: [flip(), flip()],
        scan_output_directions: [flip(), flip()],
      }),
      scan_input_axes: inputAxes.map(BigInt),
    };
    const nodes = [node('Scan', ['x0', 'x1', 'x2'], ['y0', 'y1', 'y2'], attributes)];
    const [state, aside] = [random(rng, 'float32', slice), random(rng, 'float32', slice)];
    const cuts = inputAxes.map((axis) => random(rng, 'float32', whole(axis)));
    return { opset, graph: { nodes }, inputs: [state, ...cuts, aside], outputs: 3 };
  },
});

// onnxruntime does not cut an empty tensor.
operatorCases('Scan', {
  title: 'no round',
  cases: 1,
  bound: exact,
  make: () => {
    const body = graph({
      inputs: [value('s', [2]), value('a', [2])],
      nodes: [node('Add', ['s', 'a'], ['next']), node('Neg', ['next'], ['seen'])],
      outputs: [value('next', [2]), value('seen', [2])],
    });
    const nodes = [node('Scan', ['x0', 'x1'], ['y0', 'y1'], { body, num_scan_inputs: 1n })];
    const state = feed('float32', [2], [1, 2]);
    const expected = [state, feed('float32', [0, 2], [])];
    return { graph: { nodes }, inputs: [state, feed('float32', [0, 2], [])], outputs: 2, expected };
  },
});

describe('control flow refuses', () => {
  const identity = (name: string): Graph =>
    graph({ nodes: [node('Identity', ['x1'], [name])], outputs: [value(name, [null])] });
  const two = graph({ nodes: identity('p').node, outputs: [value('p', [null]), value('p', [null])] });
  const x = feed('float32', [2], [1, 2]);
  type Code = 'SHAPE_MISMATCH' | 'GRAPH_INVALID' | 'UNSUPPORTED_DTYPE';
  const refuse = (
    opType: string,
    why: string,
    code: Code,
    made: ReturnType<typeof node>,
    inputs: Case['inputs'],
    message: RegExp,
  ): void => operatorRefuses(opType, why, code, { graph: { nodes: [made] }, inputs }, message);

  const branches = { then_branch: identity('p'), else_branch: two };
  const choose = node('If', ['x0'], ['y0'], branches);
  const no = scalar(0, 'bool');
  refuse('If', 'a branch with other outputs', 'GRAPH_INVALID', choose, [no, x], /2 outputs, needs 1/);
  const many = feed('bool', [2], [0, 1]);
  refuse('If', 'two conditions', 'SHAPE_MISMATCH', choose, [many, x], /needs one element/);
  refuse('If', 'a condition that is no bool', 'UNSUPPORTED_DTYPE', choose, [scalar(1), x], /not bool/);

  const body = (goes: string, ...outputs: string[]): Graph =>
    graph({
      inputs: [value('i', [], 'int64'), value('go', [], 'bool'), value('v', [null])],
      nodes: [yes, node('Add', ['v', 'v'], ['next']), node('Range', ['zero', 'i', 'one'], ['growing'])],
      initializers: [
        tensor('zero', 'int64', [], new Uint8Array(8)),
        tensor('one', 'int64', [], Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0)),
      ],
      outputs: [goes, ...outputs].map((name) => value(name)),
    });
  const loop = (made: Graph, outputs: string[]) => node('Loop', ['x0', '', 'x1'], outputs, { body: made });
  const trips = scalar(3, 'int64');
  const short = loop(body('yes'), ['y0']);
  refuse(
    'Loop',
    'a body without the carried value',
    'GRAPH_INVALID',
    short,
    [trips, x],
    /1 outputs, needs 2/,
  );
  const bad = loop(body('next', 'next'), ['y0']);
  refuse('Loop', 'a condition that is no bool', 'UNSUPPORTED_DTYPE', bad, [trips, x], /not bool/);
  const list = loop(body('yes', 'next'), ['y0']);
  refuse('Loop', 'a trip count of two', 'SHAPE_MISMATCH', list, [ints(1, 2), x], /one element/);

  const scan = (attributes: NodeInput[3]) => {
    const made = graph({
      inputs: [value('s', [null]), value('a', [null])],
      nodes: [node('Add', ['s', 'a'], ['next'])],
      outputs: [value('next', [null])],
    });
    return node('Scan', ['x0', 'x1'], ['y0'], { body: made, num_scan_inputs: 1n, ...attributes });
  };
  const pair = [x, feed('float32', [2, 2], [1, 2, 3, 4])];
  const far = scan({ scan_input_axes: [2n] });
  refuse('Scan', 'an axis beyond the rank', 'SHAPE_MISMATCH', far, pair, /axis 2/);
  const sideways = scan({ scan_input_directions: [2n] });
  refuse('Scan', 'a direction of 2', 'SHAPE_MISMATCH', sideways, pair, /directions holds 2/);
  const none = scan({ num_scan_inputs: 0n });
  refuse('Scan', 'nothing to cut', 'SHAPE_MISMATCH', none, pair, /num_scan_inputs 0/);
});

/** A Loop that never stops: its condition is always true. */
function endless(): Uint8Array {
  const body = graph({
    inputs: [value('i', [], 'int64'), value('go', [], 'bool'), value('v', [1])],
    nodes: [yes, node('Neg', ['v'], ['next'])],
    outputs: [value('yes', [], 'bool'), value('next', [1])],
  });
  return model({
    nodes: [node('Loop', ['', '', 'x'], ['y'], { body }, { name: 'forever' })],
    inputs: [value('x', [1])],
    outputs: [value('y', [1])],
  });
}

describe('a loop without end', () => {
  const start = async (signal?: AbortSignal) => {
    const context = new RunContext(signal === undefined ? {} : { signal });
    const read = await readOnnx(await toSource(endless(), context), {}, context);
    const executor = await Executor.create(read, await executionEngine(), {}, context);
    return { executor, context };
  };
  const x = new Map([['x', { dtype: 'float32' as const, dims: [1], data: Float32Array.of(1) }]]);

  test('aborted -> ABORTED', async () => {
    const controller = new AbortController();
    const { executor, context } = await start(controller.signal);
    const run = executor.run(x, context);
    setTimeout(() => controller.abort(), 20);
    await assert.rejects(run, (error) => error instanceof OctavoError && error.code === 'ABORTED');
    executor.dispose();
  });

  test('more rounds than allowed -> LIMIT_EXCEEDED', async () => {
    const { node: loop, rounds } = await fakeLoop();
    const isLimit = (error: unknown) => error instanceof OctavoError && error.code === 'LIMIT_EXCEEDED';
    await assert.rejects(runLoop(loop, 5), isLimit);
    assert.equal(rounds(), 5);
  });
});

/** A Loop without condition and trip count whose body is no graph but an answer: go on. */
async function fakeLoop(): Promise<{ node: EvaluationContext; rounds: () => number }> {
  const engine = await executionEngine();
  const context = new RunContext();
  const read = await readOnnx(await toSource(endless(), context), {}, context);
  const [made] = read.graph.nodes;
  let rounds = 0;
  const temporary = (type: TensorType): TensorValue => {
    return { kind: 'tensor', ...type, address: engine.heap.alloc(bytesOf(type)) };
  };
  const carried = temporary({ dtype: 'float32', dims: [1] });
  const facts = [undefined, undefined, { ...carried, constant: false }];
  const fake = Object.assign(new NodeContext(made!, 'forever', 17, engine, facts), {
    value: () => carried,
    temporary,
    release: () => undefined,
    breathe: () => Promise.resolve(),
    runGraph: async () => {
      rounds++;
      const goes = temporary({ dtype: 'bool', dims: [] });
      engine.heap.bytes[goes.address] = 1;
      return [goes, carried];
    },
  });
  return { node: fake as unknown as EvaluationContext, rounds: () => rounds };
}
