// Session: feeds and outputs of every kind, wrong feeds, several runs at once, aborts, disposal, memory.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { OctavoError, Session, type SessionOptions, type TensorInput } from '../../ts-host/index.js';
import type { DType } from '../../ts-host/ir/dtype.js';
import { prepareOctavo } from '../support/octavo.js';
import { floats, matMul, model, node, value } from '../support/onnxBuilder.js';

before(prepareOctavo);

/** y = x + b for x [N, 3] */
const ADD = model({
  nodes: [node('Add', ['x', 'b'], ['y'])],
  initializers: [floats('b', [3], [10, 20, 30])],
  inputs: [value('x', ['N', 3])],
  outputs: [value('y', ['N', 3])],
});

const x = (values: readonly number[], dims = [values.length / 3, 3]): TensorInput => ({
  data: Float32Array.from(values),
  dims,
});

/** y = x, for every dtype. */
const identity = (dtype: DType): Uint8Array =>
  model({
    nodes: [node('Concat', ['x'], ['y'], { axis: 0n })],
    inputs: [value('x', ['N'], dtype)],
    outputs: [value('y', ['N'], dtype)],
  });

/** A chain of products that takes a while: x [size, size] times itself, `count` times. */
function chain(size: number, count: number): Uint8Array {
  return model({
    nodes: Array.from({ length: count }, (_, i) =>
      matMul(i === 0 ? 'x' : `v${i}`, 'x', i === count - 1 ? 'y' : `v${i + 1}`),
    ),
    inputs: [value('x', [size, size])],
    outputs: [value('y', [size, size])],
  });
}

async function withSession<T>(
  bytes: Uint8Array,
  body: (session: Session) => T | Promise<T>,
  options: SessionOptions = {},
): Promise<T> {
  const session = await Session.create(bytes, options);
  try {
    return await body(session);
  } finally {
    await session.dispose();
  }
}

const hasCode =
  (code: string, message = /./, tensor?: string) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof OctavoError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    if (tensor !== undefined) assert.equal(error.place.tensor, tensor);
    return true;
  };

describe('a session', () => {
  it('tells inputs and outputs, runs with several shapes', async () => {
    await withSession(ADD, async (session) => {
      assert.deepEqual(session.inputs, [{ name: 'x', dtype: 'float32', dims: ['N', 3] }]);
      assert.deepEqual(session.outputs, [{ name: 'y', dtype: 'float32', dims: ['N', 3] }]);
      for (const rows of [1, 2, 1, 0]) {
        const values = Array.from({ length: rows * 3 }, (_, i) => i);
        const { y } = await session.run({ x: x(values, [rows, 3]) });
        assert.deepEqual(y, {
          dtype: 'float32',
          dims: [rows, 3],
          data: Float32Array.from(values, (v, i) => v + 10 * (1 + (i % 3))),
        });
      }
    });
  });

  it('outputs lie in memory of their own: later runs do not change them', async () => {
    await withSession(ADD, async (session) => {
      const first = await session.run({ x: x([1, 2, 3]) });
      await session.run({ x: x([7, 7, 7]) });
      assert.deepEqual([...(first.y!.data as Float32Array)], [11, 22, 33]);
    });
  });

  it('some outputs asked for -> those alone; an unknown one -> INVALID_ARGUMENT', async () => {
    const two = model({
      nodes: [node('Sub', ['x', 'x'], ['y']), node('Add', ['x', 'x'], ['z'])],
      inputs: [value('x', [1])],
      outputs: [value('y', [1]), value('z', [1])],
    });
    await withSession(two, async (session) => {
      const feeds = { x: { data: Float32Array.of(4), dims: [1] } };
      assert.deepEqual(Object.keys(await session.run(feeds)), ['y', 'z']);
      const { z, ...rest } = await session.run(feeds, { outputs: ['z'] });
      assert.deepEqual([...(z!.data as Float32Array)], [8]);
      assert.deepEqual(rest, {});
      await assert.rejects(session.run(feeds, { outputs: ['w'] }), hasCode('INVALID_ARGUMENT', /y, z/));
    });
  });

  it('diagnostics -> executor, precision and memory', async () => {
    await withSession(ADD, async (session) => {
      await session.run({ x: x([1, 2, 3]) });
      const { executor, precision, memory } = session.diagnostics();
      assert.equal(executor, 'octavo');
      assert.equal(precision, 'strict');
      assert.ok(memory!.peak >= memory!.held && memory!.peak > 0, JSON.stringify(memory));
    });
  });

  it('a computed NaN -> the canonical one', async () => {
    await withSession(ADD, async (session) => {
      const bits = Uint32Array.of(0xffc12345, 0x7f800001, 0x3f800000);
      const { y } = await session.run({ x: { data: new Float32Array(bits.buffer), dims: [1, 3] } });
      const out = new Uint32Array(y!.data.buffer);
      assert.deepEqual([...out.subarray(0, 2)], [0x7fc00000, 0x7fc00000]);
    });
  });

  it('precision fast -> the same numbers within a small bound', async () => {
    const data = Float32Array.from({ length: 64 * 64 }, (_, i) => Math.sin(i));
    const run = (precision: 'strict' | 'fast') =>
      withSession(chain(64, 2), async (s) => (await s.run({ x: { data, dims: [64, 64] } })).y!.data, {
        precision,
      });
    const [strict, fast] = [await run('strict'), await run('fast')];
    for (let i = 0; i < strict.length; i++) {
      assert.ok(Math.abs(Number(strict[i]) - Number(fast[i])) < 1e-2, `element ${i}`);
    }
  });
});

describe('feeds', () => {
  const arrays: [DType, ArrayBufferView & { length: number }][] = [
    ['float32', Float32Array.of(1.5, -2)],
    ['float64', Float64Array.of(1.5, -2)],
    ['float16', Uint16Array.of(0x3c00, 0xc000)],
    ['bfloat16', Uint16Array.of(0x3f80, 0xc000)],
    ['int8', Int8Array.of(-1, 2)],
    ['uint8', Uint8Array.of(1, 255)],
    ['int16', Int16Array.of(-1, 2)],
    ['uint16', Uint16Array.of(1, 65535)],
    ['int32', Int32Array.of(-1, 2)],
    ['uint32', Uint32Array.of(1, 4294967295)],
    ['int64', BigInt64Array.of(-1n, 2n)],
    ['uint64', BigUint64Array.of(1n, 2n ** 64n - 1n)],
    ['bool', Uint8Array.of(1, 0)],
  ];
  for (const [dtype, data] of arrays) {
    it(`${dtype} -> back as it was`, async () => {
      await withSession(identity(dtype), async (session) => {
        const { y } = await session.run({ x: { data, dims: [2], dtype } });
        assert.deepEqual(y, { dtype, dims: [2], data });
      });
    });
  }

  it('a native Float16Array -> float16', async () => {
    class Float16Array extends Uint16Array {
      override get [Symbol.toStringTag](): never {
        return 'Float16Array' as never;
      }
    }
    await withSession(identity('float16'), async (session) => {
      const { y } = await session.run({ x: { data: Float16Array.of(0x3c00), dims: [1] } });
      assert.deepEqual(y, { dtype: 'float16', dims: [1], data: Uint16Array.of(0x3c00) });
    });
  });

  it('a view into a larger buffer -> only what it shows', async () => {
    await withSession(identity('float32'), async (session) => {
      const { y } = await session.run({ x: { data: Float32Array.of(1, 2, 3, 4).subarray(1, 3), dims: [2] } });
      assert.deepEqual([...(y!.data as Float32Array)], [2, 3]);
    });
  });

  const good = x([1, 2, 3]);
  const cases: [string, unknown, RegExp, string?][] = [
    ['nothing', undefined, /feeds must be an object/],
    ['no feed', {}, /not fed/, 'x'],
    ['an inherited name', Object.create({ x: good }), /not fed/, 'x'],
    ['an unknown feed', { x: good, z: good }, /no input of this name; its inputs are: x/, 'z'],
    ['a constant of the model', { x: good, b: good }, /no input of this name/, 'b'],
    ['plain numbers', { x: { data: [1, 2, 3], dims: [1, 3] } }, /plain array.*typed array/, 'x'],
    ['an array alone', { x: Float32Array.of(1, 2, 3) }, /\{ data, dims, dtype\? \}/, 'x'],
    ['a DataView', { x: { data: new DataView(new ArrayBuffer(12)), dims: [1, 3] } }, /DataView/, 'x'],
    [
      'another dtype',
      { x: { data: new Float64Array(3), dims: [1, 3] } },
      /float64, the model takes float32/,
      'x',
    ],
    [
      'a dtype the array cannot hold',
      { x: { ...good, dtype: 'int8' } },
      /Float32Array holds float32, not int8/,
      'x',
    ],
    ['no dtype', { x: { ...good, dtype: 'float' } }, /no dtype float/, 'x'],
    ['another rank', { x: x([1, 2, 3], [3]) }, /takes 2 dims: \[N, 3\]/, 'x'],
    ['another fixed dim', { x: x([1, 2, 3, 4], [1, 4]) }, /takes \[N, 3\]/, 'x'],
    ['too few elements', { x: x([1, 2, 3], [2, 3]) }, /6 elements, the array 3/, 'x'],
    ['a negative dim', { x: x([1, 2, 3], [-1, 3]) }, /integers ≥ 0/, 'x'],
    ['dims too large', { x: x([1, 2, 3], [2 ** 31, 3]) }, /2\^32/, 'x'],
    ['no dims', { x: { data: Float32Array.of(1) } }, /dims must be/, 'x'],
  ];
  for (const [name, feeds, message, tensor] of cases) {
    it(`${name} -> FEED_INVALID, the session still runs`, async () => {
      await withSession(ADD, async (session) => {
        await assert.rejects(session.run(feeds as never), hasCode('FEED_INVALID', message, tensor));
        assert.deepEqual((await session.run({ x: good })).y!.dims, [1, 3]);
      });
    });
  }

  it('a Uint8Array for bool without a word -> FEED_INVALID that says which', async () => {
    await withSession(identity('bool'), async (session) => {
      const feeds = { x: { data: Uint8Array.of(1), dims: [1] } };
      await assert.rejects(session.run(feeds), hasCode('FEED_INVALID', /say dtype: 'bool'/, 'x'));
    });
  });
});

describe('runs', () => {
  it('many at once -> one after another, each with its own result', async () => {
    await withSession(ADD, async (session) => {
      const runs = Array.from({ length: 20 }, (_, i) => session.run({ x: x([i, i, i]) }));
      const results = await Promise.all(runs);
      assert.deepEqual(
        results.map(({ y }) => y!.data[0]),
        Array.from({ length: 20 }, (_, i) => i + 10),
      );
    });
  });

  it('one that fails among others -> only that one', async () => {
    await withSession(ADD, async (session) => {
      const outcomes = await Promise.allSettled([
        session.run({ x: x([1, 1, 1]) }),
        session.run({}),
        session.run({ x: x([2, 2, 2]) }),
      ]);
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled'],
      );
    });
  });

  it('aborted before, while waiting and while running -> ABORTED, the session still runs', async () => {
    await withSession(chain(256, 60), async (session) => {
      const feeds = { x: { data: new Float32Array(65536).fill(0.001), dims: [256, 256] } };
      const aborted = AbortSignal.abort();
      await assert.rejects(session.run(feeds, { signal: aborted }), hasCode('ABORTED'));
      const running = new AbortController();
      const waiting = new AbortController();
      const first = session.run(feeds, { signal: running.signal });
      const second = session.run(feeds, { signal: waiting.signal });
      waiting.abort();
      await assert.rejects(second, hasCode('ABORTED'));
      running.abort();
      await assert.rejects(first, hasCode('ABORTED'));
      assert.equal((await session.run(feeds)).y!.data.length, 65536);
    });
  });

  it('progress -> rises to its total', async () => {
    await withSession(chain(256, 40), async (session) => {
      const seen: [number, number][] = [];
      const feeds = { x: { data: new Float32Array(65536), dims: [256, 256] } };
      await session.run(feeds, {
        onProgress: ({ phase, done, total }) => void (phase === 'run' && seen.push([done, total])),
      });
      assert.ok(seen.length > 0);
      assert.ok(seen.every(([done], i) => i === 0 || done >= seen[i - 1]![0]));
      assert.equal(seen.at(-1)![0], seen.at(-1)![1]);
    });
  });

  it('a progress callback that throws -> its error, the session still runs', async () => {
    await withSession(ADD, async (session) => {
      const onProgress = (): never => {
        throw new TypeError('mine');
      };
      await assert.rejects(session.run({ x: x([1, 2, 3]) }, { onProgress }), TypeError);
      assert.deepEqual((await session.run({ x: x([1, 2, 3]) })).y!.dims, [1, 3]);
    });
  });
});

describe('dispose', () => {
  it('then run -> DISPOSED; twice -> once', async () => {
    const session = await Session.create(ADD);
    await session.dispose();
    await session.dispose();
    await assert.rejects(session.run({ x: x([1, 2, 3]) }), hasCode('DISPOSED'));
  });

  it('while one runs and one waits -> the first ends well, the second with DISPOSED', async () => {
    const session = await Session.create(ADD);
    const first = session.run({ x: x([1, 2, 3]) });
    const second = session.run({ x: x([1, 2, 3]) });
    // Once the first has begun.
    await Promise.resolve();
    const disposal = session.dispose();
    const outcomes = await Promise.allSettled([first, second]);
    await disposal;
    assert.equal(outcomes[1].status, 'rejected');
    await assert.rejects(second, hasCode('DISPOSED'));
  });
});

describe('create', () => {
  it('an operator nobody has -> UNSUPPORTED_OP with its node', async () => {
    const odd = model({
      nodes: [node('Frobnicate', ['x'], ['y'], {}, { name: 'odd', domain: 'my' })],
      domains: { my: 1 },
      inputs: [value('x', [1])],
      outputs: [value('y', [1])],
    });
    await assert.rejects(Session.create(odd), hasCode('UNSUPPORTED_OP', /Frobnicate/));
  });

  it('options that do not exist -> INVALID_ARGUMENT', async () => {
    await assert.rejects(Session.create(ADD, { executor: 'tpu' as never }), hasCode('INVALID_ARGUMENT'));
    await assert.rejects(Session.create(ADD, { precision: 'low' as never }), hasCode('INVALID_ARGUMENT'));
  });

  it('no model, an aborted signal -> as the reader says', async () => {
    await assert.rejects(Session.create(Buffer.from('hello')), hasCode('NOT_A_MODEL'));
    await assert.rejects(Session.create(ADD, { signal: AbortSignal.abort() }), hasCode('ABORTED'));
  });

  it('a memory limit below what a run needs -> MEMORY_LIMIT, smaller runs still work', async () => {
    await withSession(
      ADD,
      async (session) => {
        const rows = 100_000;
        const large = { x: { data: new Float32Array(rows * 3), dims: [rows, 3] } };
        await assert.rejects(session.run(large), hasCode('MEMORY_LIMIT'));
        assert.deepEqual((await session.run({ x: x([1, 2, 3]) })).y!.dims, [1, 3]);
      },
      { memoryLimit: 1_000_000 },
    );
  });

  it('an executor that is not installed -> EXECUTOR_MISSING', async () => {
    await assert.rejects(
      Session.create(ADD, { executor: 'onnxruntime-node' }),
      hasCode('EXECUTOR_MISSING', /onnxruntime-node cannot be imported/),
    );
  });
});
