// benchModel() under a clock that is turned by hand: what is timed, and what comes of it.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type BenchOptions, benchModel } from '../../ts-host/api/bench.js';
import { patternFeed } from '../../ts-host/data/patternFeeds.js';
import { OctavoError } from '../../ts-host/errors.js';
import { LayerTimer } from '../../ts-host/report/bench/layers.js';
import { timingOf } from '../../ts-host/report/bench/timing.js';
import { prepareOctavo } from '../support/octavo.js';
import { floats, model, node, value } from '../support/onnxBuilder.js';
import { floatNet, netSamples, quantizedNet } from './models.js';

before(prepareOctavo);

/** A clock that goes on by 1, 2, 3, … each time it is looked at, so that no two spans are equal. */
function clock(): () => number {
  let [now, step] = [0, 0];
  return () => (now += ++step);
}

const net = model(floatNet());
const bench = (options: Partial<BenchOptions> = {}, bytes = net) =>
  benchModel(bytes, { now: clock(), ...options });
const refused = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof OctavoError && error.code === code && message.test(error.message);

/** y = x, six classes. */
const SCORES = model({
  nodes: [node('Identity', ['x'], ['y'])],
  inputs: [value('x', ['N', 6])],
  outputs: [value('y', ['N', 6])],
});

describe('benchModel', () => {
  it('inputs made up -> times of the runs only, memory, layers in order', async () => {
    const result = await bench({ runs: 3, warmup: 2 });
    // Looks at the clock: 1-2 open, 3-4 first run, 5-10 three runs, each of which took as much as its second look.
    const { medianMs, minMs, maxMs, meanMs, p90Ms, firstMs } = result;
    assert.deepEqual([medianMs, minMs, maxMs, meanMs, p90Ms, firstMs], [8, 6, 10, 8, 10, 2 + 4]);
    assert.deepEqual([result.runs, result.warmup, result.batch, result.itemsPerSecond], [3, 2, 1, 125]);
    assert.ok(!('samples' in result) && !('against' in result) && !('accuracy' in result));
    const { arenaBytes, largestLiveSet, weightBytes, peakBytes } = result.memory;
    assert.ok(arenaBytes >= largestLiveSet && largestLiveSet > 4 * 2 * 8 * 144, `${arenaBytes}`);
    assert.ok(peakBytes >= arenaBytes + weightBytes && weightBytes >= 4 * 8 * 9 * (3 + 8));
    const names = result.layers.map((layer) => layer.node);
    assert.ok(names.indexOf('first') < names.indexOf('second') && names.includes('last'), names.join());
    const second = result.layers.find((layer) => layer.node === 'second')!;
    assert.deepEqual(
      [second.opType, second.dims, second.multiplyAdds],
      ['Conv', [1, 12, 12, 8], 144 * 8 * 72],
    );
    const shares = result.layers.reduce((sum, { share }) => sum + share, 0);
    assert.ok(Math.abs(shares - 1) < 1e-9);
    assert.equal(result.multiplyAdds, 144 * 8 * (27 + 72) + 40);
    assert.ok(Math.abs(result.gops - (2 * result.multiplyAdds) / 8e6) < 1e-12);
  });

  it('a batch -> as many items a run; a shape -> its first dim', async () => {
    const given = await bench({ runs: 1, batch: 4 });
    assert.deepEqual([given.batch, given.itemsPerSecond], [4, 4000 / given.medianMs]);
    assert.equal((await bench({ runs: 1, shapes: { x: [3, 3, 12, 12] } })).batch, 3);
  });

  it('against -> both measured in turn, the ratio of each turn', async () => {
    const result = await bench({ runs: 3, warmup: 0, against: model(quantizedNet()) });
    // A run takes 10, 14, 18, the other 12, 16, 20.
    assert.deepEqual([result.medianMs, result.against!.medianMs], [14, 16]);
    assert.equal(result.speedup, 16 / 14);
    assert.ok(result.against!.layers.length > result.layers.length);
  });

  it('samples -> each batch once, in chunks; more runs go round again', async () => {
    const samples = netSamples(3, 2);
    assert.deepEqual(((r) => [r.runs, r.samples, r.batch])(await bench({ samples })), [3, 6, 2]);
    assert.deepEqual(((r) => [r.runs, r.samples])(await bench({ samples, runs: 2 })), [2, 4]);
    const phases: string[] = [];
    const onProgress = ({ phase, done, total }: { phase: string; done: number; total: number }) => {
      if (phase === 'measure') phases.push(`${done}/${total}`);
    };
    assert.equal((await bench({ samples, runs: 4, onProgress })).samples, 6);
    assert.deepEqual(phases, ['1/4', '2/4', '3/4', '4/4']);
  });

  it('a last batch that is shorter -> items a second by the time for an item', async () => {
    const batch = (count: number) => ({ data: new Float32Array(count * 6), dims: [count, 6] });
    // The two runs take 6 and 8 ms: 1.5 and 4 ms an item.
    const { itemsPerSecond } = await bench({ samples: [batch(4), batch(2)], warmup: 0 }, SCORES);
    assert.equal(itemsPerSecond, 1000 / 2.75);
  });

  it('labels -> the class with the highest score, and the five highest', async () => {
    const rows = [
      [0, 1, 2, 3, 4, 5],
      [5, 4, 3, 2, 1, 0],
      [9, 1, 8, 2, 7, 3],
    ];
    const data = Float32Array.from(rows.flat());
    const samples = [{ data, dims: [3, 6] }];
    const labels = [5, 5, 2]; // first; the last of six; among the five
    const { accuracy } = await bench({ samples, labels, runs: 5 }, SCORES);
    assert.deepEqual(accuracy, { samples: 3, top1: 1 / 3, top5: 2 / 3 });
    const pair = { samples, labels, against: SCORES };
    assert.deepEqual((await bench(pair, SCORES)).against!.accuracy, accuracy);
  });

  it('what does not fit -> refused with the field', async () => {
    const rejects = (options: Partial<BenchOptions>, code: string, message: RegExp) =>
      assert.rejects(bench(options), refused(code, message));
    await rejects({ runs: 0 }, 'INVALID_ARGUMENT', /runs must be a whole number above 0/);
    await rejects({ warmup: -1 }, 'INVALID_ARGUMENT', /warmup/);
    await rejects({ labels: [1] }, 'INVALID_ARGUMENT', /labels need samples/);
    await rejects({ now: undefined as never }, 'INVALID_ARGUMENT', /clock/);
    await rejects({ shapes: { z: [1] } }, 'FEED_INVALID', /no input of this name/);
    await rejects({ samples: [] }, 'SAMPLES_MISSING', /no samples/);
    await rejects({ samples: netSamples(1), labels: [] }, 'INVALID_ARGUMENT', /no label for this sample/);
    await rejects(
      { samples: netSamples(1), labels: [5] },
      'INVALID_ARGUMENT',
      /class 5, the model has 5 classes/,
    );
    await rejects({ against: SCORES }, 'FEED_INVALID', /the model takes 2 dims/);
    const fixed = model({ ...floatNet(), inputs: [value('x', [1, 3, 12, 12])] });
    await assert.rejects(bench({ batch: 2 }, fixed), refused('INVALID_ARGUMENT', /batches of 1, not 2/));
    const open = model({ ...floatNet(), inputs: [value('x', ['N', 3, 'H', 'W'])] });
    await assert.rejects(bench({}, open), refused('FEED_INVALID', /the shape is open: Nx3xHxW/));
    const grid = { samples: netSamples(1), labels: [0] };
    const image = model({
      nodes: [node('Add', ['x', 'c'], ['y'])],
      initializers: [floats('c', [1], [1])],
      inputs: [value('x', ['N', 3, 12, 12])],
      outputs: [value('y')],
    });
    await assert.rejects(bench(grid, image), refused('INVALID_ARGUMENT', /no output has scores/));
    await rejects({ signal: AbortSignal.abort() }, 'ABORTED', /./);
  });
});

describe('figures of runs', () => {
  it('times -> median, spread, nine of ten', () => {
    const times = [5, 1, 4, 2, 3, 9, 8, 7, 6, 100];
    const expected = { medianMs: 5.5, minMs: 1, maxMs: 100, meanMs: 14.5, p90Ms: 9 };
    assert.deepEqual(timingOf(times), expected);
    assert.equal(timingOf([2]).p90Ms, 2);
  });

  it('a node of a loop -> its turns added, run by run', () => {
    const timer = new LayerTimer();
    const told = (name: string, milliseconds: number) =>
      timer.onNode({ node: name, opType: 'Add', domain: '', milliseconds, multiplyAdds: 10, outputs: [] });
    for (const times of [
      [1, 2, 5],
      [3, 4, 5],
      [10, 10, 5],
    ]) {
      timer.begin();
      told('turn', times[0]!);
      told('turn', times[1]!);
      told('end', times[2]!);
    }
    const [turn, end] = timer.layers();
    assert.deepEqual([turn!.ms, turn!.multiplyAdds, end!.ms, end!.dims], [7, 20, 5, null]);
    assert.ok(Math.abs(turn!.share - 7 / 12) < 1e-12);
  });
});

describe('inputs that are made up', () => {
  it('a seed -> the same numbers, over the range of the type', () => {
    const { data } = patternFeed('x', 'float32', [3, 1000], 1);
    assert.deepEqual(patternFeed('x', 'float32', [3, 1000], 1).data, data);
    assert.notDeepEqual(patternFeed('x', 'float32', [3, 1000], 2).data, data);
    const values = Array.from(data, Number);
    assert.ok(values.every((each) => each >= -1 && each < 1) && new Set(values).size > 500);
    assert.deepEqual(values.slice(509, 1018), values.slice(0, 509));
    assert.ok(new Set(Array.from(patternFeed('x', 'uint8', [600], 1).data, Number)).size > 150);
    for (const dtype of ['bool', 'int64', 'int32', 'uint16'] as const) {
      const seen = new Set(Array.from(patternFeed('x', dtype, [64], 1).data, Number));
      assert.deepEqual([...seen].sort(), [0, 1], dtype);
    }
    const halves = Array.from(patternFeed('x', 'float16', [64], 1).data, Number);
    assert.ok(halves.every((bits) => (bits & 0x7c00) === 0x3800));
    assert.equal(patternFeed('x', 'float64', [], 1).data.length, 1);
    assert.throws(() => patternFeed('x', 'int4', [2], 1), refused('UNSUPPORTED_DTYPE', /int4 inputs/));
  });
});
