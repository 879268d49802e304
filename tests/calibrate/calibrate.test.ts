// calibrate(): what is counted, in which batches and shards, and what is said of samples and models that do not fit.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { calibrateModel } from '../../ts-host/calibrate/calibrate.js';
import { RunContext } from '../../ts-host/context.js';
import { readOnnx } from '../../ts-host/formats/onnx/reader.js';
import {
  type CalibrateOptions,
  calibrate,
  mergeStats,
  type Progress,
  quantize,
  type Samples,
  Session,
} from '../../ts-host/index.js';
import { bytesSource } from '../../ts-host/io/source.js';
import { executionEngine } from '../support/engine.js';
import { prepareOctavo } from '../support/octavo.js';
import { floats, graph, ifNode, matMul, model, node, value } from '../support/onnxBuilder.js';
import { batch, batches, ITEM, netWith, refused, VALUES } from './support.js';

before(prepareOctavo);

const NET = netWith();

const bytesOf = async (samples: Samples, options: CalibrateOptions = {}) =>
  (await calibrate(NET, samples, { values: VALUES, ...options })).bytes();

/** y = x · w + z for x [N, 2], z [N, 3]. */
const TWO_INPUTS = model({
  nodes: [matMul('x', 'w', 'm'), node('Add', ['m', 'z'], ['y'])],
  initializers: [floats('w', [2, 3], [1, 2, 3, 4, 5, 6])],
  inputs: [value('x', ['N', 2]), value('z', ['N', 3])],
  outputs: [value('y', ['N', 3])],
});

const floatsOf = (dims: number[], ...values: number[]) => ({ data: Float32Array.from(values), dims });

describe('calibrate', () => {
  it('values of every sample, the input too -> range, count and samples as the model computes them', async () => {
    const stats = await calibrate(NET, batches(5), { values: VALUES });
    assert.deepEqual(stats.values, VALUES);
    assert.equal(stats.sampleCount, 5);
    assert.deepEqual([stats.unseen, stats.constant], [[], []]);
    const session = await Session.create(NET);
    const seen: number[] = [];
    for (const sample of batches(5))
      seen.push(...((await session.run({ x: sample })).y!.data as Float32Array));
    await session.dispose();
    const y = stats.get('y')!;
    assert.deepEqual([y.count, y.samples, y.extremes.length], [15, 5, 5]);
    assert.ok(Math.abs(y.min - Math.min(...seen)) < 1e-5 && Math.abs(y.max - Math.max(...seen)) < 1e-5);
    const x = stats.get('x')!;
    const fed = batches(5).flatMap(({ data }) => [...(data as Float32Array)]);
    assert.deepEqual([x.count, x.min, x.max], [5 * ITEM, Math.min(...fed), Math.max(...fed)]);
    assert.equal(
      x.histogram.counts.reduce((a, b) => a + b, 0),
      5 * ITEM,
    );
    assert.equal(stats.get('r')!.min, 0);
    assert.equal(stats.get('nothing'), undefined);
  });

  it('no values named -> those that quantize() asks for, of whatever target; options of quantize narrow them', async () => {
    const values = async (options: CalibrateOptions) => (await calibrate(NET, batches(1), options)).values;
    const all = await values({});
    assert.deepEqual(all, ['f', 'r', 'x']);
    assert.deepEqual(await values({ target: 'onnxruntime-cpu' }), all);
    assert.deepEqual(await values({ opTypes: ['Conv'] }), ['c', 'x']);
    const stats = await calibrate(NET, batches(3));
    const { plan } = await quantize(NET, { mode: 'static', calibration: stats });
    assert.ok(plan.activations!.length >= 3);
    assert.deepEqual(
      plan.nodes.filter(({ reason }) => /calibration has not seen/.test(reason)),
      [],
    );
  });

  it('batches of any size, arrays and generators -> the same bytes', async () => {
    const alone = await bytesOf(batches(7));
    for (const size of [2, 3, 7])
      assert.deepEqual(await bytesOf(batches(7, size)), alone, `batches of ${size}`);
    async function* generator() {
      yield* batches(7, 4);
    }
    assert.deepEqual(await bytesOf(generator()), alone);
    const backwards = batches(7).map((sample, number) => ({
      name: `file ${number}`,
      feeds: { x: sample },
      numbers: [number],
    }));
    assert.deepEqual(await bytesOf(backwards.reverse()), alone);
  });

  it('a batch filled up to its length -> what fills it is not counted', async () => {
    const [a, b] = [batch(0).data as Float32Array, batch(1).data as Float32Array];
    const filled = {
      name: 'filled',
      numbers: [0, 1],
      length: 3,
      feeds: { x: floatsOf([3, 2, 6, 6], ...a, ...b, ...a) },
    };
    assert.deepEqual(await bytesOf([filled]), await bytesOf(batches(2)));
  });

  it('shards, of single samples and of batches, merged in any order -> the bytes of the whole', async () => {
    const whole = await bytesOf(batches(9));
    for (const [count, size] of [
      [2, 1],
      [3, 1],
      [4, 3],
      [3, 2],
      [12, 1],
    ] as const) {
      const parts = await Promise.all(
        Array.from({ length: count }, (_, index) => bytesOf(batches(9, size), { shard: { index, count } })),
      );
      const orders = [parts, parts.toReversed(), [...parts.slice(1), parts[0]!]];
      for (const order of orders) {
        assert.deepEqual(await (await mergeStats(order)).bytes(), whole, `${count} shards of ${size}`);
      }
      const partly = [await mergeStats(parts.slice(1)), parts[0]!];
      assert.deepEqual(
        await (await mergeStats(partly)).bytes(),
        whole,
        `${count} shards of ${size}, all but one first`,
      );
    }
  });

  it('a source that leaves items out -> is asked only for its shard', async () => {
    const made: number[] = [];
    const source = {
      count: 6,
      async *open(_: unknown, __: unknown, wants: (number: number) => boolean = () => true) {
        for (let number = 0; number < 6; number++) {
          if (!wants(number)) continue;
          made.push(number);
          yield { name: `image ${number}`, feeds: { x: batch(number) }, numbers: [number] };
        }
      },
    };
    const odd = await bytesOf(source, { shard: { index: 1, count: 2 } });
    assert.deepEqual(made, [1, 3, 5]);
    const even = await bytesOf(source, { shard: { index: 0, count: 2 } });
    assert.deepEqual(await (await mergeStats([odd, even])).bytes(), await bytesOf(batches(6)));
  });

  it('two inputs -> both observed; one is missing or of another shape -> named with the sample', async () => {
    const good = { x: floatsOf([2, 2], 1, 0, 0, 1), z: floatsOf([2, 3], 0, 0, 0, 1, 1, 1) };
    const stats = await calibrate(TWO_INPUTS, [good], { values: ['z', 'y', 'x', 'm'] });
    assert.deepEqual(stats.values, ['m', 'x', 'y', 'z']);
    assert.deepEqual([stats.get('y')!.min, stats.get('y')!.max, stats.sampleCount], [1, 7, 2]);
    const cases: [object, RegExp, object][] = [
      [{ x: good.x }, /not fed/, { tensor: 'z', sample: '#1' }],
      [{ ...good, z: floatsOf([2, 2], 0, 0, 0, 0) }, /\[2, 2\], the model takes/, { tensor: 'z' }],
      [{ ...good, q: good.x }, /no input of this name/, { tensor: 'q' }],
      [{ ...good, x: { data: new Int32Array(4), dims: [2, 2] } }, /int32, the model takes float32/, {}],
      [good.x, /2 inputs/, { sample: '#1' }],
    ];
    for (const [bad, pattern, place] of cases) {
      const samples = [good, bad] as Samples;
      await assert.rejects(calibrate(TWO_INPUTS, samples), refused('FEED_INVALID', pattern, place));
    }
    const uneven = { x: floatsOf([2, 2], 1, 0, 0, 1), z: floatsOf([3, 3], ...new Array(9).fill(1)) };
    await assert.rejects(calibrate(TWO_INPUTS, [good, uneven]), refused('SHAPE_MISMATCH', /sample #1/));
  });

  it('NaN and infinity, fed or computed -> value and sample named', async () => {
    const broken = batch(2, 3);
    (broken.data as Float32Array)[ITEM + 5] = Number.NaN;
    const place = { tensor: 'x', sample: '#2[1]' };
    await assert.rejects(
      calibrate(NET, [batch(0), batch(1), broken]),
      refused('NON_FINITE_ACTIVATION', /NaN or infinite/, place),
    );
    const huge = {
      name: 'huge.png',
      feeds: { x: floatsOf([1, 2], 3e38, 3e38), z: floatsOf([1, 3], 0, 0, 0) },
    };
    await assert.rejects(
      calibrate(TWO_INPUTS, [huge], { values: ['m', 'y'] }),
      refused('NON_FINITE_ACTIVATION', /./, { tensor: 'm', sample: 'huge.png' }),
    );
  });

  it('constant values, values never made and values of other types -> told', async () => {
    const branch = (output: string, operand: string) =>
      graph({ nodes: [node('Add', ['x', operand], [output])], outputs: [value(output)] });
    const net = model({
      nodes: [
        node('Mul', ['x', 'zero'], ['nothing']),
        node('Shape', ['x'], ['dims']),
        node('Concat', ['dims', 'dims'], ['twice'], { axis: 0n }),
        ifNode('flag', 'picked', branch('one', 'nothing'), branch('other', 'zero')),
        node('Add', ['picked', 'picked'], ['y']),
      ],
      initializers: [floats('zero', [1], [0])],
      inputs: [value('x', ['N', 2]), value('flag', [], 'bool')],
      outputs: [value('y', ['N', 2]), value('twice', [4], 'int64')],
    });
    const flag = { data: Uint8Array.of(1), dims: [], dtype: 'bool' as const };
    const values = ['dims', 'nothing', 'picked', 'twice', 'x', 'y'];
    const stats = await calibrate(net, [{ x: floatsOf([1, 2], 1, -1), flag }], { values });
    assert.deepEqual(stats.values, values);
    assert.deepEqual([stats.unseen, stats.constant], [['dims', 'twice'], ['nothing']]);
  });

  it('no samples, values and shards there are not -> refused', async () => {
    await assert.rejects(calibrate(NET, []), refused('SAMPLES_MISSING'));
    await assert.rejects(
      calibrate(NET, batches(1), { values: ['c', 'q'] }),
      refused('INVALID_ARGUMENT', /./, { tensor: 'q' }),
    );
    await assert.rejects(
      calibrate(NET, batches(1), { values: ['w'] }),
      refused('INVALID_ARGUMENT', /./, { tensor: 'w' }),
    );
    for (const shard of [
      { index: 2, count: 2 },
      { index: -1, count: 2 },
      { index: 0, count: 0 },
      { index: 0.5, count: 2 },
      { index: 0, count: Number.NaN },
    ]) {
      await assert.rejects(
        calibrate(NET, batches(3), { shard }),
        refused('INVALID_ARGUMENT', /shard/, { field: 'shard' }),
      );
    }
  });

  it('a float16 model -> refused', async () => {
    const net = model({
      nodes: [node('Concat', ['x', 'x'], ['y'], { axis: 0n })],
      inputs: [value('x', ['N'], 'float16')],
      outputs: [value('y', ['N'], 'float16')],
    });
    const half = { data: new Uint16Array(2), dims: [2], dtype: 'float16' as const };
    await assert.rejects(
      calibrate(net, [half], { values: ['x'] }),
      refused('UNSUPPORTED_DTYPE', /float32 models/, { tensor: 'x' }),
    );
  });

  it('progress -> samples of the shard, 0 in all where nobody knows', async () => {
    const told: Progress[] = [];
    const onProgress = (progress: Progress) => {
      if (progress.phase === 'calibrate') told.push(progress);
    };
    await calibrate(NET, batches(5), { onProgress, shard: { index: 1, count: 2 } });
    assert.deepEqual(
      told.map(({ done, total }) => [done, total]),
      [
        [0, 2],
        [1, 2],
        [2, 2],
      ],
    );
    told.length = 0;
    await calibrate(NET, batches(2).values(), { onProgress });
    assert.deepEqual(told.at(-1), { phase: 'calibrate', done: 2, total: 0 });
  });

  it('300 samples instead of 10 -> the same peak of memory, every byte given back', async () => {
    const context = new RunContext();
    const read = await readOnnx(bytesSource(NET), {}, context);
    const peaks: number[] = [];
    for (const count of [10, 300]) {
      const engine = await executionEngine();
      // The same numbers, so that the grids are those of the first samples.
      const samples = Array.from({ length: count }, () => batch(0));
      const stats = await calibrateModel(read, engine, VALUES, samples, {}, context);
      assert.equal(stats.sampleCount, count);
      assert.equal(engine.heap.held, 0);
      peaks.push(engine.heap.peak);
    }
    assert.equal(peaks[1], peaks[0]);
  });

  it('an abort while a sample is waited for -> ABORTED, the iterator is told', async () => {
    const controller = new AbortController();
    const waiting = {
      async *[Symbol.asyncIterator]() {
        yield batch(0);
        controller.abort();
        await new Promise(() => undefined);
      },
    };
    await assert.rejects(calibrate(NET, waiting, { signal: controller.signal }), refused('ABORTED'));
  });
});
