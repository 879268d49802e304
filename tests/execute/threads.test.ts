// Engines of several threads: the same bytes as with one, whatever the sizes; what becomes of a thread that fails.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import { OctavoError } from '../../ts-host/errors.js';
import type { ExecutionEngine } from '../../ts-host/wasm/execution.js';
import { GEMM_KERNEL, gemmCall, gemmPackedBytes, packGemm } from '../../ts-host/wasm/kernels/execute/gemm.js';
import { Control } from '../../ts-host/wasm/threads/control.js';
import type { ThreadHost } from '../../ts-host/wasm/threads/host.js';
import { executionEngine } from '../support/engine.js';
import { floats, type ModelInput, node, tensor, value } from '../support/onnxBuilder.js';
import { Rng } from '../support/rng.js';
import { type ThreadedOptions, threadedEngine, threadHost } from '../support/threads.js';
import { executorOf, f32, run } from './support.js';

const made: ExecutionEngine[] = [];
async function threaded(threads: number, options: ThreadedOptions = {}): Promise<ExecutionEngine> {
  const engine = await threadedEngine(threads, options);
  made.push(engine);
  return engine;
}
after(() => {
  for (const { threads } of made) threads.close();
});

const one = await executionEngine();
const two = await threaded(2);
const three = await threaded(3);

interface ConvCase {
  readonly x: readonly number[];
  readonly weights: readonly number[];
  readonly group?: bigint;
  readonly type?: 'Conv' | 'ConvTranspose';
}

/** A convolution with bias and Relu. */
function convolution({ x, weights, group = 1n, type = 'Conv' }: ConvCase): ModelInput {
  const outputs = type === 'Conv' ? weights[0]! : weights[1]! * Number(group);
  const rng = new Rng(1);
  const random = (count: number): number[] => Array.from({ length: count }, () => rng.float() - 0.5);
  return {
    nodes: [node(type, ['x', 'w', 'b'], ['c'], { group }), node('Relu', ['c'], ['y'])],
    initializers: [
      floats('w', [...weights], random(weights.reduce((a, b) => a * b))),
      floats('b', [outputs], random(outputs)),
    ],
    inputs: [value('x', [...x])],
    outputs: [value('y', ['a', 'b', 'c', 'd'])],
  };
}

function feed(dims: readonly number[]): Record<string, ReturnType<typeof f32>> {
  const rng = new Rng(2);
  const length = dims.reduce((a, b) => a * b, 1);
  return {
    x: f32(
      dims,
      Float32Array.from({ length }, () => rng.float() - 0.5),
    ),
  };
}

async function bytesOn(engine: ExecutionEngine, input: ModelInput, dims: readonly number[]): Promise<Buffer> {
  const executor = await executorOf(input, engine);
  const { y } = await run(executor, feed(dims));
  executor.dispose();
  return Buffer.from(y!.data.buffer);
}

describe('two and three threads', () => {
  const cases: [string, ConvCase][] = [
    ['one pixel', { x: [1, 8, 1, 1], weights: [16, 8, 1, 1] }],
    ['two pixels', { x: [1, 8, 1, 2], weights: [16, 8, 1, 1] }],
    ['no pixel', { x: [0, 8, 3, 3], weights: [16, 8, 1, 1] }],
    ['1x1', { x: [1, 64, 29, 31], weights: [96, 64, 1, 1] }],
    ['3x3 of images', { x: [3, 16, 23, 17], weights: [40, 16, 3, 3] }],
    ['grouped', { x: [1, 32, 30, 30], weights: [32, 8, 3, 3], group: 4n }],
    ['depthwise', { x: [1, 64, 57, 55], weights: [64, 1, 3, 3], group: 64n }],
    ['depthwise, few pixels', { x: [1, 200, 3, 3], weights: [200, 1, 3, 3], group: 200n }],
    ['several steps', { x: [1, 64, 58, 58], weights: [128, 64, 3, 3] }],
    ['transposed', { x: [1, 32, 20, 20], weights: [32, 24, 3, 3], type: 'ConvTranspose' }],
  ];
  for (const [name, given] of cases) {
    it(`convolution, ${name} -> the bytes of one thread`, async () => {
      const input = convolution(given);
      const expected = await bytesOn(one, input, given.x);
      for (const engine of [two, three]) {
        const bytes = await bytesOn(engine, input, given.x);
        assert.ok(bytes.equals(expected), `${engine.threads.count} threads`);
      }
    });
  }

  it('precision fast -> the bytes of one thread of precision fast', async () => {
    const given: ConvCase = { x: [1, 64, 40, 40], weights: [64, 64, 3, 3] };
    const fast = await threaded(2, { precision: 'fast' });
    const single = await executionEngine('fast');
    assert.equal(fast.precision, single.precision);
    const expected = await bytesOn(single, convolution(given), given.x);
    assert.ok((await bytesOn(fast, convolution(given), given.x)).equals(expected));
  });

  it('two engines at once -> each its own bytes', async () => {
    const other = await threaded(2);
    const cases = [cases1x1(), convolution({ x: [1, 16, 40, 40], weights: [16, 16, 3, 3] })];
    const dims = [
      [1, 64, 29, 31],
      [1, 16, 40, 40],
    ];
    const executors = await Promise.all([executorOf(cases[0]!, two), executorOf(cases[1]!, other)]);
    const expected = [await bytesOn(one, cases[0]!, dims[0]!), await bytesOn(one, cases[1]!, dims[1]!)];
    for (let round = 0; round < 5; round++) {
      const outputs = await Promise.all(executors.map((executor, i) => run(executor, feed(dims[i]!))));
      for (const [i, { y }] of outputs.entries()) {
        assert.ok(Buffer.from(y!.data.buffer).equals(expected[i]!), `engine ${i}, round ${round}`);
      }
    }
    for (const executor of executors) executor.dispose();
  });
});

const cases1x1 = (): ModelInput => convolution({ x: [1, 64, 29, 31], weights: [96, 64, 1, 1] });

/** QLinearConv, or QLinearMatMul of [m, k] with [k, n], with one scale for all. */
function ofCodes(weights: readonly number[], group = 1n): ModelInput {
  const count = weights.reduce((a, b) => a * b);
  const codes = Uint8Array.from({ length: count }, (_, i) => Math.imul(i, 2654435761) >>> 24);
  const scale = (name: string, of: number) => floats(name, [], [of]);
  const zero = (name: string, of: number) =>
    tensor(name, name === 'wz' ? 'int8' : 'uint8', [], Uint8Array.of(of));
  const parameters = ['xs', 'xz', 'w', 'ws', 'wz', 'ys', 'yz'];
  const isMatrix = weights.length === 2;
  return {
    nodes: [
      isMatrix
        ? node('QLinearMatMul', ['x', ...parameters], ['y'])
        : node('QLinearConv', ['x', ...parameters], ['y'], { group }),
    ],
    initializers: [
      tensor('w', 'int8', [...weights], codes),
      ...[
        scale('xs', 0.02),
        scale('ws', 0.01),
        scale('ys', 0.1),
        zero('xz', 131),
        zero('wz', 0),
        zero('yz', 120),
      ],
    ],
    inputs: [value('x', isMatrix ? ['m', 'k'] : ['n', 'c', 'h', 'w'], 'uint8')],
    outputs: [value('y', isMatrix ? ['m', 'n'] : ['a', 'b', 'c', 'd'], 'uint8')],
  };
}

describe('two and three threads on codes', () => {
  const cases: [string, readonly number[], readonly number[], bigint?][] = [
    ['one pixel', [1, 8, 1, 1], [16, 8, 1, 1]],
    ['1x1', [1, 64, 29, 31], [96, 64, 1, 1]],
    ['1x1, few pixels and many outputs', [1, 256, 7, 7], [1000, 256, 1, 1]],
    ['3x3', [2, 19, 23, 17], [40, 19, 3, 3]],
    ['grouped', [1, 32, 30, 30], [32, 8, 3, 3], 4n],
    ['depthwise 3x3', [1, 64, 57, 55], [64, 1, 3, 3], 64n],
    ['depthwise 5x5', [1, 24, 20, 21], [24, 1, 5, 5], 24n],
    ['matrices', [130, 200], [200, 300]],
    ['a vector', [1, 512], [512, 1000]],
  ];
  for (const [name, dims, weights, group] of cases) {
    it(`${name} -> the bytes of one thread`, async () => {
      const length = dims.reduce((a, b) => a * b);
      const data = Uint8Array.from({ length }, (_, i) => Math.imul(i + 7, 0x9e3779b1) >>> 24);
      const outputs: Buffer[] = [];
      for (const engine of [one, two, three]) {
        const executor = await executorOf(ofCodes(weights, group), engine);
        const { y } = await run(executor, { x: { dtype: 'uint8', dims, data } });
        executor.dispose();
        outputs.push(Buffer.from(y!.data.buffer));
      }
      assert.ok(new Set(outputs[0]).size > 8, 'codes differ');
      for (const output of outputs.slice(1)) assert.ok(output.equals(outputs[0]!));
    });
  }
});

interface ProductCase {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly type?: 'Gemm';
  readonly fed?: boolean;
}

function product({ a, b, type, fed = false }: ProductCase): ModelInput {
  const inputs = type === 'Gemm' ? ['x', 'w', 'c'] : ['x', 'w'];
  const values = new Rng(5).normal(b.reduce((x, y) => x * y));
  return {
    nodes: [node(type ?? 'MatMul', inputs, ['y'], type === 'Gemm' ? { transB: 1n } : {})],
    initializers: [
      ...(fed ? [] : [floats('w', [...b], values)]),
      ...(type === 'Gemm' ? [floats('c', [b[0]!], new Rng(6).normal(b[0]!))] : []),
    ],
    inputs: [value('x', [...a]), ...(fed ? [value('w', [...b])] : [])],
    outputs: [value('y', a.length === 3 ? ['p', 'm', 'n'] : ['m', 'n'])],
  };
}

describe('two and three threads on float products', () => {
  const cases: [string, ProductCase][] = [
    ['one number', { a: [1, 1], b: [1, 1] }],
    ['no depth', { a: [40, 0], b: [0, 50] }],
    ['a vector', { a: [1, 1024], b: [1024, 1000] }],
    ['matrices', { a: [131, 200], b: [200, 301] }],
    ['both fed', { a: [131, 200], b: [200, 301], fed: true }],
    ['a stack', { a: [3, 67, 130], b: [130, 200] }],
    ['Gemm with a bias', { a: [19, 512], b: [500, 512], type: 'Gemm' }],
    ['several steps', { a: [300, 600], b: [600, 700] }],
  ];
  for (const [name, given] of cases) {
    it(`${name} -> the bytes of one thread`, async () => {
      const feeds = { ...feed(given.a), ...(given.fed ? { w: feed(given.b).x! } : {}) };
      const outputs: Buffer[] = [];
      for (const engine of [one, two, three]) {
        const executor = await executorOf(product(given), engine);
        const { y } = await run(executor, feeds);
        executor.dispose();
        outputs.push(Buffer.from(y!.data.buffer));
      }
      for (const output of outputs.slice(1)) assert.ok(output.equals(outputs[0]!));
    });
  }
});

describe('calls', () => {
  it('more than there are slots -> each made once', () => {
    const [rows, n, k] = [300, 8, 5];
    const results = [one, two, three].map((engine) => {
      const { heap, kernels, threads } = engine;
      const [a, packed, c] = [rows * k * 4, gemmPackedBytes(kernels, n, k), rows * n * 4].map((bytes) =>
        heap.alloc(bytes),
      ) as [number, number, number];
      new Float32Array(heap.memory.buffer, a, rows * k).set(new Rng(8).normal(rows * k));
      packGemm(kernels, a, n, 1, packed, n, k);
      heap.bytes.fill(0, c, c + rows * n * 4);
      // Each adds to what is there: made twice, it would show.
      const calls = Array.from({ length: rows }, (_, row) => {
        const at = c + 4 * row * n;
        return gemmCall({
          a: a + 4 * row * k,
          lda: k,
          packed,
          c: at,
          ldc: n,
          m: 1,
          n,
          k,
          start: at,
          ldStart: n,
        });
      });
      for (let round = 0; round < 3; round++) threads.run({ kernel: GEMM_KERNEL, calls });
      const bytes = heap.copyOut(c, rows * n * 4);
      for (const address of [a, packed, c]) heap.free(address);
      return Buffer.from(bytes);
    });
    assert.ok(results[1]!.equals(results[0]!) && results[2]!.equals(results[0]!));
  });

  it('one that a thread does not end -> given up after a while; ended in time -> all made', () => {
    const control = new Control();
    const other = new Control(control.buffer);
    const seen: boolean[] = [];
    const kernels = [
      () => {
        seen.push(control.finish(false, 5));
        return 0;
      },
    ];
    control.publish(0, { kernel: 'any', calls: [[], []] }, 0);
    other.work(kernels, 1, (error) => assert.fail(String(error)));
    assert.deepEqual(seen, [false, false]);
    assert.equal(control.finish(false, 5), true);
    assert.equal(control.hasTrapped, false);
  });

  it('one that throws -> told, and the others are made', () => {
    const control = new Control();
    const thrown: unknown[] = [];
    let made = 0;
    const kernels = [
      (which: number) => {
        if (which === 1) throw new RangeError('trap');
        return ++made;
      },
    ];
    control.publish(0, { kernel: 'any', calls: [[0], [1], [2]] }, 0);
    control.work(kernels as never, 0, (error) => thrown.push(error));
    assert.equal(control.finish(true, 5), true);
    assert.deepEqual([made, control.hasTrapped, String(thrown[0])], [2, true, 'RangeError: trap']);
  });
});

const failedThreads = (error: unknown): boolean =>
  error instanceof OctavoError && error.code === 'THREADS_FAILED';

describe('threads that fail', () => {
  it('a kernel traps -> THREADS_FAILED, then one thread goes on with the same bytes', async () => {
    const engine = await threaded(2);
    const outside = 0xfffffff0;
    const calls = Array.from({ length: 4 }, () => [
      outside,
      0,
      outside,
      outside,
      0,
      8,
      8,
      8,
      0,
      0,
      0,
      1,
      0,
      8,
    ]);
    assert.throws(() => engine.threads.run({ kernel: 'gemm_f32', calls }), failedThreads);
    assert.equal(engine.threads.used, 1);
    assert.match(engine.threads.reason!, /gemm_f32 trapped/);
    const dims = [1, 64, 29, 31];
    const expected = await bytesOn(one, cases1x1(), dims);
    assert.ok((await bytesOn(engine, cases1x1(), dims)).equals(expected));
  });

  it('a thread that ends between runs -> one thread with the reason, the same bytes', async () => {
    const host = await threadHost();
    const ends: (() => void)[] = [];
    const mortal: ThreadHost = {
      unavailable: () => undefined,
      start: async (start, failed) => {
        const handle = await host.start(start, failed);
        ends.push(() => {
          handle.end();
          failed('it was ended');
        });
        return handle;
      },
    };
    const engine = await threaded(3, { host: mortal });
    const dims = [1, 64, 29, 31];
    const expected = await bytesOn(engine, cases1x1(), dims);
    ends[1]!();
    assert.equal(engine.threads.used, 1);
    assert.equal(engine.threads.reason, 'it was ended');
    assert.ok((await bytesOn(engine, cases1x1(), dims)).equals(expected));
  });

  it('a thread that does not start -> no engine, but the reason; the threads that did are ended', async () => {
    const host = await threadHost();
    let ended = 0;
    const weak: ThreadHost = {
      unavailable: () => undefined,
      start: async (start, failed) => {
        if (start.thread === 2)
          return host.start({ ...start, modules: [start.modules[0]!, {} as never] }, failed);
        const handle = await host.start(start, failed);
        return {
          end: () => {
            ended++;
            handle.end();
          },
        };
      },
    };
    await assert.rejects(threadedEngine(3, { host: weak }), /did not start/);
    assert.equal(ended, 1);
  });
});

describe('a run on threads', () => {
  const large: ConvCase = { x: [1, 64, 162, 162], weights: [128, 64, 3, 3] };

  it('aborted -> ABORTED, and the next run is whole', async () => {
    const executor = await executorOf(convolution(large), two);
    const expected = await bytesOn(one, convolution(large), large.x);
    const controller = new AbortController();
    const running = run(executor, feed(large.x), { signal: controller.signal });
    setImmediate(() => controller.abort());
    await assert.rejects(running, (error) => error instanceof OctavoError && error.code === 'ABORTED');
    const { y } = await run(executor, feed(large.x));
    assert.ok(Buffer.from(y!.data.buffer).equals(expected));
    executor.dispose();
  });

  it('above memoryLimit -> MEMORY_LIMIT, and what fits still runs', async () => {
    const small = await threaded(2, { memoryLimit: 2_000_000 });
    const executor = await executorOf(convolution(large), small);
    await assert.rejects(
      executor.run(new Map(Object.entries(feed(large.x))), new RunContext()),
      (error) => error instanceof OctavoError && error.code === 'MEMORY_LIMIT',
    );
    executor.dispose();
    const dims = [1, 64, 29, 31];
    const expected = await bytesOn(one, cases1x1(), dims);
    assert.ok((await bytesOn(small, cases1x1(), dims)).equals(expected));
  });
});
