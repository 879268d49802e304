// The executor as a whole: shapes that change, values known only at run time, watching, aborting, memory.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import { OctavoError } from '../../ts-host/errors.js';
import type { NodeTime, Watched } from '../../ts-host/execute/program.js';
import { executionEngine } from '../support/engine.js';
import { floats, int64s, type ModelInput, node, value } from '../support/onnxBuilder.js';
import { Rng } from '../support/rng.js';
import { counting, executorOf, f32, i64, run } from './support.js';

const engine = await executionEngine();

const coded =
  (code: string, message = /./) =>
  (error: unknown) =>
    error instanceof OctavoError && error.code === code && message.test(error.message);

/** x [N, 2, H, W] ─► Conv 3×3 ─► BatchNormalization ─► Relu ─► + x' ─► y, with channels to be moved back at the end. */
function smallNet(): ModelInput {
  const rng = new Rng(3);
  const positive = rng.normal(4).map((each) => Math.abs(each) + 0.5);
  return {
    opset: 13,
    nodes: [
      node('Conv', ['x', 'w', 'b'], ['c'], { pads: [1n, 1n, 1n, 1n] }),
      node('BatchNormalization', ['c', 'gamma', 'beta', 'mean', 'variance'], ['n']),
      node('Relu', ['n'], ['r']),
      node('Conv', ['r', 'w2'], ['d']),
      node('Mul', ['d', 'scale'], ['m']),
      node('Add', ['m', 'shift'], ['s']),
      node('Clip', ['s', 'low', 'high'], ['k']),
      node('Add', ['k', 'd'], ['y']),
    ],
    initializers: [
      floats('w', [4, 2, 3, 3], rng.normal(72)),
      floats('b', [4], rng.normal(4)),
      floats('gamma', [4], rng.normal(4)),
      floats('beta', [4], rng.normal(4)),
      floats('mean', [4], rng.normal(4)),
      floats('variance', [4], positive),
      floats('w2', [3, 4, 1, 1], rng.normal(12)),
      floats('scale', [1, 3, 1, 1], rng.normal(3)),
      floats('shift', [3, 1, 1], rng.normal(3)),
      floats('low', [], [-1]),
      floats('high', [], [1]),
    ],
    inputs: [value('x', ['n', 2, 'h', 'w'])],
    outputs: [value('y')],
  };
}

describe('Executor', () => {
  it('onNode -> told once of every node that has steps, in order, with the same outputs', async () => {
    const executor = await executorOf(smallNet(), engine);
    const x = f32([1, 2, 5, 5], new Rng(5).normal(50));
    const plain = (await run(executor, { x })).y!;
    const times: NodeTime[] = [];
    const onNode = (time: NodeTime): void => void times.push(time);
    const outputs = await executor.run(new Map([['x', x]]), new RunContext(), { onNode });
    assert.deepEqual(outputs.get('y')!.data, plain.data);
    const types = new Map([['x', x]]);
    const { nodes } = await executor.describe(types, new RunContext());
    assert.deepEqual(
      times.map(({ opType }) => opType),
      nodes.map(({ opType }) => opType),
    );
    assert.ok(times.every(({ milliseconds }) => milliseconds >= 0));
    assert.ok(times.some(({ multiplyAdds }) => multiplyAdds > 0));
    executor.dispose();
  });

  it('rewrites -> the same values as nodes one by one, within float rounding', async () => {
    const names = ['c', 'n', 'r', 'd', 'm', 's', 'k'];
    const fused = await executorOf(smallNet(), engine);
    const plain = await executorOf(smallNet(), engine, { watched: names });
    const x = f32([2, 2, 7, 5], new Rng(5).normal(140));
    const [a, b] = [(await run(fused, { x })).y!, (await run(plain, { x })).y!];
    assert.deepEqual(a.dims, [2, 3, 7, 5]);
    for (const [i, each] of (a.data as Float32Array).entries()) {
      assert.ok(Math.abs(each - Number(b.data[i])) < 1e-4, `${i}: ${each} for ${b.data[i]}`);
    }
    const types = new Map([['x', { dtype: 'float32' as const, dims: x.dims }]]);
    const context = new RunContext();
    const operators = (await fused.describe(types, context)).nodes.map(({ opType }) => opType);
    assert.equal(operators.filter((each) => each === 'BatchNormalization' || each === 'Relu').length, 0);
    assert.equal(operators.filter((each) => each === 'Transpose').length, 2);
    fused.dispose();
    plain.dispose();
    assert.equal(engine.heap.held, 0);
  });

  it('more shapes than programs are kept, again and again -> right each time, memory does not grow', async () => {
    const executor = await executorOf(smallNet(), engine);
    const held: number[] = [];
    const answers = new Map<number, unknown>();
    for (let round = 0; round < 3; round++) {
      for (let size = 3; size < 10; size++) {
        const y = (await run(executor, { x: f32([1, 2, size, 4], counting(8 * size)) })).y!;
        assert.deepEqual(y.dims, [1, 3, size, 4]);
        if (round === 0) answers.set(size, y.data);
        else assert.deepEqual(y.data, answers.get(size), `${size}`);
      }
      held.push(engine.heap.held);
    }
    assert.equal(held[2], held[1]);
    executor.dispose();
    assert.equal(engine.heap.held, 0);
  });

  it('a watched value -> seen where it lies, in either order of dims, equal to that value as an output', async () => {
    const executor = await executorOf(smallNet(), engine, { watched: ['r', 'k'] });
    const plain = await executorOf({ ...smallNet(), outputs: [value('r'), value('k')] }, engine, {
      watched: ['r', 'k'],
    });
    const x = f32([1, 2, 3, 3], counting(18));
    const seen = new Map<string, { watched: Watched; sum: number }>();
    await executor.run(new Map([['x', x]]), new RunContext(), {
      watch: (watched) => {
        const count = watched.dims.reduce((a, b) => a * b, 1);
        const values = new Float32Array(engine.heap.memory.buffer, watched.address, count);
        seen.set(watched.name, { watched, sum: values.reduce((a, b) => a + b, 0) });
      },
    });
    const expected = await run(plain, { x });
    assert.deepEqual([...seen.keys()].sort(), ['k', 'r']);
    for (const [name, { watched, sum }] of seen) {
      const { dims, data } = expected[name]!;
      const [n, c, h, w] = dims;
      assert.deepEqual(watched.dims, watched.channelsLast ? [n, h, w, c] : dims);
      const right = (data as Float32Array).reduce((a, b) => a + b, 0);
      assert.ok(Math.abs(sum - right) < 1e-3 * Math.max(1, Math.abs(right)), `${name}: ${sum} for ${right}`);
    }
    executor.dispose();
    plain.dispose();
  });

  it('watched inputs and outputs -> once each, the input as it is fed, conversions of layout unseen', async () => {
    const executor = await executorOf(smallNet(), engine, { watched: ['x', 'y'] });
    const x = f32([1, 2, 3, 3], counting(18));
    const seen: [string, readonly number[], number][] = [];
    const { y } = Object.fromEntries(
      await executor.run(new Map([['x', x]]), new RunContext(), {
        watch: ({ name, dims, address }) => {
          const count = dims.reduce((a, b) => a * b, 1);
          const values = new Float32Array(engine.heap.memory.buffer, address, count);
          seen.push([name, dims, values.reduce((a, b) => Math.max(a, b))]);
        },
      }),
    );
    assert.deepEqual(seen, [
      ['x', [1, 2, 3, 3], 18],
      ['y', [1, 3, 3, 3], (y!.data as Float32Array).reduce((a, b) => Math.max(a, b))],
    ]);
    executor.dispose();
  });

  it('a watched value behind a shape that comes as data, channels last -> seen', async () => {
    const executor = await executorOf(
      {
        opset: 13,
        nodes: [
          node('Reshape', ['x', 'shape'], ['r']),
          node('Conv', ['r', 'w'], ['c']),
          node('Relu', ['c'], ['y']),
        ],
        initializers: [floats('w', [3, 2, 1, 1], counting(6))],
        inputs: [value('x', ['n']), value('shape', [4], 'int64')],
        outputs: [value('y')],
      },
      engine,
      { watched: ['r', 'c'] },
    );
    const seen: [string, readonly number[]][] = [];
    const feeds = new Map([
      ['x', f32([12], counting(12))],
      ['shape', i64(1, 2, 3, 2)],
    ]);
    await executor.run(feeds, new RunContext(), {
      watch: ({ name, dims, channelsLast }) =>
        seen.push([name, channelsLast ? [dims[0]!, dims[3]!, dims[1]!, dims[2]!] : dims]),
    });
    assert.deepEqual(seen, [
      ['r', [1, 2, 3, 2]],
      ['c', [1, 3, 3, 2]],
    ]);
    executor.dispose();
  });

  it('shapes that come as data -> planned at run time, also through a convolution', async () => {
    const executor = await executorOf(
      {
        opset: 13,
        nodes: [
          node('Reshape', ['x', 'shape'], ['r']),
          node('Conv', ['r', 'w'], ['c']),
          node('Relu', ['c'], ['a']),
          node('Add', ['a', 'fixed'], ['y']),
          node('Mul', ['x', 'x'], ['z']),
        ],
        initializers: [floats('w', [1, 2, 1, 1], [1, -1]), floats('fixed', [1], [0.5])],
        inputs: [value('x', ['n']), value('shape', [4], 'int64')],
        outputs: [value('y'), value('z')],
      },
      engine,
    );
    const x = f32([12], counting(12));
    const first = await run(executor, { x, shape: i64(1, 2, 3, 2) });
    assert.deepEqual(first.y, f32([1, 1, 3, 2], [0.5, 0.5, 0.5, 0.5, 0.5, 0.5]));
    const second = await run(executor, { x: f32([4], [5, 6, 1, 2]), shape: i64(1, 2, 1, -1) });
    assert.deepEqual(second.y, f32([1, 1, 1, 2], [4.5, 4.5]));
    assert.deepEqual(second.z!.data, Float32Array.of(25, 36, 1, 4));
    await assert.rejects(run(executor, { x, shape: i64(1, 2, 3, 5) }), coded('SHAPE_MISMATCH'));
    assert.deepEqual((await run(executor, { x, shape: i64(1, 2, 3, 2) })).y, first.y);
    executor.dispose();
    assert.equal(engine.heap.held, 0);
  });

  it('shape arithmetic over a known shape -> folded, nothing is planned at run time', async () => {
    const executor = await executorOf(
      {
        opset: 13,
        nodes: [
          node('Shape', ['x'], ['s']),
          node('Gather', ['s', 'first'], ['n'], { axis: 0n }),
          node('Concat', ['n', 'rest'], ['to'], { axis: 0n }),
          node('Reshape', ['x', 'to'], ['y']),
        ],
        initializers: [int64s('first', [1], [0]), int64s('rest', [1], [-1])],
        inputs: [value('x', ['n', 'c', 'h'])],
        outputs: [value('y')],
      },
      engine,
    );
    const x = f32([2, 3, 4], counting(24));
    assert.deepEqual((await run(executor, { x })).y, f32([2, 12], counting(24)));
    const facts = await executor.describe(new Map([['x', x]]), new RunContext());
    assert.deepEqual([facts.lateNodes, facts.nodes.map(({ opType }) => opType)], [[], ['Reshape']]);
    executor.dispose();
  });

  it('feeds that are missing, unknown or too short -> named', async () => {
    const executor = await executorOf(smallNet(), engine);
    const x = f32([1, 2, 3, 3], counting(18));
    await assert.rejects(run(executor, {}), coded('INVALID_ARGUMENT', /input x is not fed/));
    await assert.rejects(run(executor, { x, q: x }), coded('INVALID_ARGUMENT', /no input q/));
    await assert.rejects(run(executor, { x: f32([1, 2, 3, 3], [1]) }), coded('SHAPE_MISMATCH', /4 bytes/));
    await assert.rejects(run(executor, { x: f32([2, 3, 3], counting(18)) }), OctavoError);
    await assert.rejects(
      run(executor, { x: f32([1, 3, 3, 2], counting(18)) }),
      coded('SHAPE_MISMATCH', /Conv/),
    );
    assert.deepEqual((await run(executor, { x })).y!.dims, [1, 3, 3, 3]);
    executor.dispose();
    await assert.rejects(run(executor, { x }), coded('INVALID_ARGUMENT', /disposed/));
    assert.equal(engine.heap.held, 0);
  });

  it('two runs at once -> one after the other, both right', async () => {
    const executor = await executorOf(smallNet(), engine);
    const feeds = [f32([1, 2, 4, 4], counting(32)), f32([1, 2, 3, 5], counting(30))];
    const alone = [await run(executor, { x: feeds[0]! }), await run(executor, { x: feeds[1]! })];
    const together = await Promise.all(feeds.map((x) => run(executor, { x })));
    assert.deepEqual(together, alone);
    executor.dispose();
  });

  it('an abort between steps -> ABORTED, and the next run is right', async () => {
    const layers = counting(60);
    const deep: ModelInput = {
      opset: 13,
      nodes: layers.map((i) => node('Conv', [`x${i}`, 'w'], [`x${i + 1}`], { pads: [1n, 1n, 1n, 1n] })),
      initializers: [floats('w', [32, 32, 3, 3], new Rng(1).normal(9216, 0.02))],
      inputs: [value('x1', [1, 32, 64, 64])],
      outputs: [value('x61')],
    };
    const executor = await executorOf(deep, engine);
    const x1 = f32([1, 32, 64, 64], new Rng(2).normal(131072));
    const whole = await run(executor, { x1 });
    const held = engine.heap.held;
    const controller = new AbortController();
    const stop = setTimeout(() => controller.abort(), 0);
    await assert.rejects(run(executor, { x1 }, { signal: controller.signal }), coded('ABORTED'));
    clearTimeout(stop);
    assert.equal(engine.heap.held, held);
    assert.deepEqual(await run(executor, { x1 }), whole);
    executor.dispose();
  });

  it('operators that are missing -> all of them, with their nodes', async () => {
    const graph = {
      opset: 13,
      nodes: [
        { ...node('Fancy', ['x'], ['a']), name: 'one' },
        node('Relu', ['a'], ['b']),
        node('Other', ['b'], ['c'], {}, { domain: 'my.domain' }),
        { ...node('Fancy', ['c'], ['y']), name: 'two' },
      ],
      inputs: [value('x', [1])],
      outputs: [value('y')],
    };
    await assert.rejects(
      executorOf(graph, engine),
      coded('UNSUPPORTED_OP', /lacks 2 operators.*Fancy \(2: one, two\); my\.domain\.Other \(1: Other#2\)/),
    );
  });
});
