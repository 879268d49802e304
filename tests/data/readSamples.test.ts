// Samples of every shape as one checked stream, and everything that can be wrong with them.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import { type CheckedSample, isRepeatable, readSamples } from '../../ts-host/data/readSamples.js';
import type { Sample, SampleInput, SampleSource, Samples, Wants } from '../../ts-host/data/sample.js';
import type { TensorInput } from '../../ts-host/data/tensor.js';
import { OctavoError } from '../../ts-host/errors.js';
import type { ValueInfo } from '../../ts-host/ir/model.js';

const IMAGE: ValueInfo = { name: 'image', dtype: 'float32', dims: ['N', 2] };
const MASK: ValueInfo = { name: 'mask', dtype: 'int64', dims: ['N'] };

const tensor = (...values: number[]): TensorInput => ({
  data: Float32Array.from(values),
  dims: [values.length / 2, 2],
});
const mask = (...values: number[]): TensorInput => ({
  data: BigInt64Array.from(values, BigInt),
  dims: [values.length],
});

async function all(
  samples: Samples,
  inputs: readonly ValueInfo[] = [IMAGE],
  options: { signal?: AbortSignal; wants?: Wants } = {},
): Promise<CheckedSample[]> {
  const found: CheckedSample[] = [];
  const context = new RunContext({ signal: options.signal });
  for await (const sample of readSamples(samples, inputs, context, options.wants)) found.push(sample);
  return found;
}

function refused(code: string, pattern: RegExp, place: object = {}) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof OctavoError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, pattern);
    for (const [key, value] of Object.entries(place)) {
      assert.equal(error.place[key as keyof typeof error.place], value, error.message);
    }
    return true;
  };
}

async function* generator(...samples: SampleInput[]): AsyncGenerator<SampleInput> {
  yield* samples;
}

describe('readSamples', () => {
  it('tensors of one input -> items named and numbered, any batch', async () => {
    const found = await all([tensor(1, 2), tensor(3, 4, 5, 6)]);
    assert.deepEqual(
      found.map(({ name, items, numbers }) => [name, items, numbers]),
      [
        ['#0', ['#0'], [0]],
        ['#1', ['#1[0]', '#1[1]'], [1, 2]],
      ],
    );
    assert.deepEqual(
      found.map(({ feeds }) => feeds.get('image')!.dims),
      [
        [1, 2],
        [2, 2],
      ],
    );
    assert.deepEqual([...found[1]!.feeds.get('image')!.data], [3, 4, 5, 6]);
  });

  it('records and named samples of several inputs -> feeds by name', async () => {
    const found = await all(
      [
        { image: tensor(1, 2), mask: mask(1) },
        { name: 'cat', feeds: { mask: mask(2), image: tensor(3, 4) }, items: ['cat.jpg'] },
      ],
      [IMAGE, MASK],
    );
    assert.deepEqual(
      found.map(({ name, items }) => [name, items]),
      [
        ['#0', ['#0']],
        ['cat', ['cat.jpg']],
      ],
    );
    assert.deepEqual([...found[1]!.feeds.keys()], ['image', 'mask']);
  });

  it('an input named data -> a record is not taken for a tensor', async () => {
    const data: ValueInfo = { name: 'data', dtype: 'float32', dims: ['N', 2] };
    assert.equal((await all([{ data: tensor(1, 2) }], [data]))[0]!.feeds.size, 1);
    assert.equal((await all([tensor(1, 2)], [data]))[0]!.feeds.size, 1);
  });

  it('arrays, sets, generators, objects with an iterator -> the same', async () => {
    const once = [tensor(1, 2), tensor(3, 4)];
    const again: Samples = { [Symbol.asyncIterator]: () => generator(...once), count: 2 };
    for (const samples of [once, new Set(once), generator(...once), once.values(), again]) {
      assert.equal((await all(samples)).length, 2);
    }
  });

  it('a generator used a second time -> INVALID_ARGUMENT; collections begin again', async () => {
    const samples = generator(tensor(1, 2));
    assert.equal(isRepeatable(samples), false);
    await all(samples);
    await assert.rejects(all(samples), refused('INVALID_ARGUMENT', /generator/, { field: 'samples' }));
    const list = [tensor(1, 2)];
    assert.equal(isRepeatable(list), true);
    assert.equal((await all(list)).length + (await all(list)).length, 2);
  });

  it('wanted numbers -> a source makes no others, batches that hold none are passed over', async () => {
    const made: number[] = [];
    const source: SampleSource = {
      async *open(_inputs, _context, wants = () => true) {
        for (const number of [0, 1, 2, 3].filter(wants)) {
          made.push(number);
          yield { name: `${number}`, numbers: [number], feeds: { image: tensor(1, 2) } };
        }
      },
    };
    const names = (found: CheckedSample[]) => found.map(({ name, numbers }) => [name, ...numbers]);
    const odd: Wants = (number) => number % 2 === 1;
    assert.deepEqual(names(await all(source, [IMAGE], { wants: odd })), [
      ['1', 1],
      ['3', 3],
    ]);
    assert.deepEqual(made, [1, 3]);
    assert.deepEqual(await all(source, [IMAGE], { wants: () => false }), []);
    const list = [tensor(1, 2), tensor(3, 4, 5, 6), tensor(7, 8)];
    assert.deepEqual(names(await all(list, [IMAGE], { wants: (number) => number === 2 })), [['#1', 1, 2]]);
    const only: Samples = Object.assign([...list], {
      async *only(wants: Wants): AsyncGenerator<Sample> {
        for (const number of [0, 1].filter(wants)) {
          yield { name: `own ${number}`, numbers: [number], feeds: { image: tensor(1, 2) } };
        }
      },
    });
    assert.deepEqual(names(await all(only, [IMAGE], { wants: odd })), [['own 1', 1]]);
    assert.equal((await all(only)).length, 3);
  });

  it('one at a time: the next is asked for when the last was used', async () => {
    let asked = 0;
    function* counting(): Generator<SampleInput> {
      for (;;) {
        asked++;
        yield tensor(1, 2);
      }
    }
    const stream = readSamples(counting(), [IMAGE], new RunContext());
    await stream.next();
    await stream.next();
    assert.equal(asked, 2);
    await stream.return();
  });

  it('leaving early -> the generator is closed', async () => {
    let closed = false;
    async function* closing(): AsyncGenerator<SampleInput> {
      try {
        for (;;) yield tensor(1, 2);
      } finally {
        closed = true;
      }
    }
    for await (const sample of readSamples(closing(), [IMAGE], new RunContext())) {
      if (sample.numbers[0] === 2) break;
    }
    assert.equal(closed, true);
  });
});

describe('readSamples, bad input', () => {
  it('nothing -> SAMPLES_MISSING', async () => {
    await assert.rejects(all([]), refused('SAMPLES_MISSING', /no samples/));
    const broken: SampleSource = {
      async *open() {
        yield* [];
      },
    };
    await assert.rejects(all(broken), refused('SAMPLES_MISSING', /no samples/));
  });

  it('no collection -> INVALID_ARGUMENT', async () => {
    for (const samples of [undefined, null, 3, 'folder', tensor(1, 2), new Float32Array(2)]) {
      const given = samples as unknown as Samples;
      await assert.rejects(all(given), refused('INVALID_ARGUMENT', /samples must be/, { field: 'samples' }));
    }
  });

  it('wrong shape, dtype, count, array, name -> FEED_INVALID naming sample and input', async () => {
    const wrong: [SampleInput, RegExp][] = [
      [{ data: new Float32Array(3), dims: [1, 3] }, /\[1, 3\]/],
      [{ data: new Float32Array(2), dims: [2] }, /2 dims/],
      [{ data: new Float64Array(2), dims: [1, 2] }, /float64/],
      [{ data: new Float32Array(3), dims: [1, 2] }, /2 elements, the array 3/],
      [{ data: [1, 2] as unknown as Float32Array, dims: [1, 2] }, /plain array/],
      [{ image: tensor(1, 2), more: tensor(1, 2) }, /no input of this name/],
      [{}, /not fed/],
    ];
    for (const [given, pattern] of wrong) {
      await assert.rejects(all([tensor(1, 2), given]), refused('FEED_INVALID', pattern, { sample: '#1' }));
    }
    const named = { name: 'cat.npy', feeds: { image: { data: new Int8Array(2), dims: [1, 2] } } };
    const place = { sample: 'cat.npy', tensor: 'image' };
    await assert.rejects(all([named]), refused('FEED_INVALID', /cat\.npy/, place));
    for (const given of [null, undefined, 3, 'a.jpg']) {
      const sample = given as unknown as SampleInput;
      await assert.rejects(all([sample]), refused('FEED_INVALID', /a sample is/, { sample: '#0' }));
    }
  });

  it('one tensor for several inputs -> FEED_INVALID with their names', async () => {
    const place = { sample: '#0' };
    await assert.rejects(all([tensor(1, 2)], [IMAGE, MASK]), refused('FEED_INVALID', /image, mask/, place));
  });

  it('a generator that throws -> IO_FAILED with the cause; an OctavoError as it is', async () => {
    async function* failing(error: Error): AsyncGenerator<SampleInput> {
      yield tensor(1, 2);
      throw error;
    }
    const boom = new Error('boom');
    await assert.rejects(all(failing(boom)), (error: OctavoError) => {
      assert.deepEqual([error.code, error.cause], ['IO_FAILED', boom]);
      return true;
    });
    const own = new OctavoError('MALFORMED', 'mine');
    await assert.rejects(all(failing(own)), (error) => error === own);
  });

  it('abort while a sample is awaited -> ABORTED', async () => {
    const controller = new AbortController();
    async function* waiting(): AsyncGenerator<SampleInput> {
      yield tensor(1, 2);
      controller.abort();
      await new Promise(() => undefined);
    }
    const running = all(waiting(), [IMAGE], { signal: controller.signal });
    await assert.rejects(running, refused('ABORTED', /aborted/));
  });
});
