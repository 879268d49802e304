// What calibration knows of a tensor: against the contract in plain TypeScript; equal to the byte in any order of samples, any
// cut into batches and shards; and bytes that are no state are refused.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { OctavoError } from '../../ts-host/errors.js';
import { StatsCollector } from '../../ts-host/observers/activation/collector.js';
import {
  EMPTY_STATE,
  mergeStates,
  statsOf,
  type TensorState,
} from '../../ts-host/observers/activation/state.js';
import { stateFromBytes, stateToBytes } from '../../ts-host/observers/activation/stateBytes.js';
import { KEPT_SAMPLES } from '../../ts-host/observers/activation/stats.js';
import { executionEngine, referenceExecutionEngine } from '../support/engine.js';
import { Rng } from '../support/rng.js';
import { oracleQuantiles, oracleStats } from '../support/stats-oracle.js';

const engine = await executionEngine();
const reference = await referenceExecutionEngine();

interface Numbered {
  readonly sample: number;
  readonly values: readonly number[];
}

function observe(
  collector: StatsCollector,
  values: readonly number[],
  sample: number,
  items = 1,
  on = engine,
): number | undefined {
  const address = on.heap.copyIn(Float32Array.from(values));
  try {
    return collector.observe({ address, count: values.length, items, sample });
  } finally {
    on.heap.free(address);
  }
}

function collect(samples: readonly Numbered[], on = engine): TensorState {
  const collector = new StatsCollector(on);
  for (const { values, sample } of samples) observe(collector, values, sample, 1, on);
  const state = collector.state();
  collector.dispose();
  return state;
}

const assertSame = (actual: TensorState, expected: TensorState): void =>
  assert.deepEqual(stateToBytes(actual), stateToBytes(expected));

const float = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.float({ noNaN: true, min: -8, max: 8 }),
  fc.constantFrom(0, -0, 1, 1.5),
);
const samplesOf = (values: fc.Arbitrary<number>): fc.Arbitrary<Numbered[]> =>
  fc
    .array(fc.array(values, { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 7 })
    .map((lists) => lists.map((list, sample) => ({ sample, values: list.map(Math.fround) })));
const samples = fc.oneof(samplesOf(float), samplesOf(fc.float({ noNaN: true, min: 0, max: 6 })));

describe('statistics of a tensor', () => {
  it('any samples -> what the contract says', () => {
    fc.assert(
      fc.property(samples, (list) => {
        const stats = statsOf(collect(list));
        const all = list.flatMap(({ values }) => [...values]);
        const expected = oracleStats(all);
        const { exponent, first, counts } = stats.histogram;
        assert.deepEqual(
          { exponent, first, counts: [...counts] },
          {
            exponent: expected.exponent,
            first: expected.first,
            counts: expected.counts,
          },
        );
        assert.deepEqual(
          [stats.samples, stats.count, stats.zeros, stats.min, stats.max],
          [list.length, all.length, expected.zeros, expected.min, expected.max],
        );
        assert.deepEqual(
          stats.extremes,
          list.map(({ sample, values }) => {
            const { min, max } = oracleStats(values);
            return { sample, min, max };
          }),
        );
        const mean = (of: (values: readonly number[]) => number): number =>
          exactMeanOracle(list.map(({ values }) => of(values)));
        assert.equal(
          stats.meanAbsMax,
          mean((values) => Math.max(...values.map(Math.abs))),
        );
        assert.equal(
          stats.meanQuantiles.low,
          mean((values) => oracleQuantiles(values).low),
        );
        assert.equal(
          stats.meanQuantiles.high,
          mean((values) => oracleQuantiles(values).high),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('many elements -> quantiles leave out one in ten thousand', () => {
    const values = [...new Rng(4).normal(50_000, 3)];
    values[17] = 1000;
    const stats = statsOf(collect([{ sample: 0, values }]));
    const { low, high } = oracleQuantiles(values);
    assert.deepEqual(stats.meanQuantiles, { low, high });
    assert.ok(high < 20 && stats.max === 1000);
  });

  it('simd -> the bytes of the reference', () => {
    for (const length of [1, 5, 4000, 40_001]) {
      const list = [0, 1, 2].map((sample) => ({
        sample,
        values: [...new Rng(sample + length).normal(length)],
      }));
      assertSame(collect(list), collect(list, reference));
    }
  });

  it('any order of samples -> the same bytes', () => {
    const permuted = samples.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(permuted, ([list, other]) => assertSame(collect(other), collect(list))),
      { numRuns: 200 },
    );
  });

  it('any cut into shards, merged in any order -> the same bytes', () => {
    const cut = samples.chain((list) =>
      fc.tuple(fc.constant(list), fc.array(fc.nat(2), { minLength: list.length, maxLength: list.length })),
    );
    fc.assert(
      fc.property(cut, ([list, shards]) => {
        const [a, b, c] = [0, 1, 2].map((shard) => collect(list.filter((_, i) => shards[i] === shard))) as [
          TensorState,
          TensorState,
          TensorState,
        ];
        const whole = collect(list);
        assertSame(mergeStates(mergeStates(a, b), c), whole);
        assertSame(mergeStates(a, mergeStates(b, c)), whole);
        assertSame(mergeStates(mergeStates(c, b), a), whole);
      }),
      { numRuns: 200 },
    );
  });

  it('batches of any size -> those of single samples', () => {
    const rng = new Rng(9);
    const list = Array.from({ length: 12 }, (_, sample) => ({
      sample,
      values: [...rng.normal(30, 1 + sample)],
    }));
    const whole = collect(list);
    for (const size of [1, 2, 3, 4, 6, 12]) {
      const collector = new StatsCollector(engine);
      for (let at = 0; at < 12; at += size) {
        const values = list.slice(at, at + size).flatMap((each) => each.values);
        assert.equal(observe(collector, values, at, size), undefined);
      }
      assertSame(collector.state(), whole);
      collector.dispose();
    }
  });

  it('a collector resumed from bytes -> goes on as if it had not stopped', () => {
    fc.assert(
      fc.property(samples, fc.nat(6), (list, stop) => {
        const before = collect(list.slice(0, stop));
        const collector = new StatsCollector(engine, stateFromBytes(stateToBytes(before)));
        for (const { values, sample } of list.slice(stop)) observe(collector, values, sample);
        assertSame(collector.state(), collect(list));
        collector.dispose();
      }),
      { numRuns: 100 },
    );
  });

  it('NaN or infinity -> the number of its sample, nothing kept of the batch', () => {
    const collector = new StatsCollector(engine);
    observe(collector, [1, 2, 3, 4], 0, 2);
    const before = collector.state();
    for (const bad of [NaN, Infinity, -Infinity]) {
      assert.equal(observe(collector, [1, 2, 9, 9, 5, bad, 7, 8], 10, 4), 12);
      assertSame(collector.state(), before);
    }
    collector.dispose();
  });

  it('no elements -> nothing seen; parts that are not equal -> INVALID_ARGUMENT', () => {
    const collector = new StatsCollector(engine);
    assert.equal(observe(collector, [], 0), undefined);
    assertSame(collector.state(), EMPTY_STATE);
    assert.deepEqual(statsOf(EMPTY_STATE).histogram, { exponent: 0, first: 0, counts: new Float64Array(0) });
    assert.throws(() => observe(collector, [1, 2, 3], 0, 2), { code: 'INVALID_ARGUMENT' });
  });

  it('more samples than are kept, in any order -> extremes of the last ones, and no more memory', () => {
    const total = KEPT_SAMPLES + 300;
    const numbered = Array.from({ length: total }, (_, sample) => ({ sample, values: [sample, -sample] }));
    const forward = collect(numbered);
    const backward = collect([...numbered].reverse());
    assertSame(backward, forward);
    assert.equal(forward.extremes.length, KEPT_SAMPLES);
    assert.deepEqual(forward.extremes.at(0), { sample: 300, min: -300, max: 300 });
    const halves = [numbered.slice(0, 900), numbered.slice(900)].map((half) => collect(half));
    assertSame(mergeStates(halves[1]!, halves[0]!), forward);
  });

  it('one sample seen twice, as in a loop -> its extremes widened', () => {
    const twice = [
      { sample: 5, values: [1, 2] },
      { sample: 5, values: [-1, 1] },
    ];
    const state = collect(twice);
    assert.deepEqual([...state.extremes], [{ sample: 5, min: -1, max: 2 }]);
    assert.equal(state.samples, 2);
    assertSame(mergeStates(collect(twice.slice(0, 1)), collect(twice.slice(1))), state);
  });

  it('a heap without room -> MEMORY_LIMIT, the statistics as before; dispose -> every byte back', () => {
    const held = engine.heap.held;
    let room = Number.POSITIVE_INFINITY;
    const { heap } = engine;
    // The engine's own heap, that refuses a block once `room` blocks were given out.
    const narrow = {
      memory: heap.memory,
      get bytes() {
        return heap.bytes;
      },
      alloc(byteLength: number, what?: string) {
        if (room-- <= 0) throw new OctavoError('MEMORY_LIMIT', `${what} does not fit`);
        return heap.alloc(byteLength, what);
      },
      free: (address: number) => heap.free(address),
      copyOut: (address: number, byteLength: number) => heap.copyOut(address, byteLength),
    };
    const collector = new StatsCollector({ ...engine, heap: narrow as unknown as typeof heap });
    observe(collector, [1, 2], 0);
    const before = collector.state();
    // Without room for the scratch, then for the counts on a wider grid.
    for (const blocks of [0, 1]) {
      room = blocks;
      assert.throws(() => observe(collector, [1, 900], 1), { code: 'MEMORY_LIMIT' });
      assertSame(collector.state(), before);
    }
    room = Number.POSITIVE_INFINITY;
    observe(collector, [1, 900], 1);
    assertSame(
      collector.state(),
      collect([
        { sample: 0, values: [1, 2] },
        { sample: 1, values: [1, 900] },
      ]),
    );
    collector.dispose();
    assert.equal(engine.heap.held, held);
  });
});

describe('bytes of statistics', () => {
  const whole = collect([
    { sample: 0, values: [0, 1, 2.5, -3, ...new Rng(1).normal(300)] },
    { sample: 3, values: [0, 9, -0.25] },
  ]);

  it('read and written -> the same state', () => {
    fc.assert(
      fc.property(samples, (list) => {
        const state = collect(list);
        assert.deepEqual(stateFromBytes(stateToBytes(state)), state);
      }),
      { numRuns: 100 },
    );
    assert.deepEqual(stateFromBytes(stateToBytes(EMPTY_STATE)), EMPTY_STATE);
  });

  it('cut short anywhere, or longer -> STATS_INVALID', () => {
    const bytes = stateToBytes(whole);
    for (let length = 0; length < bytes.length; length += 1 + (length >> 5)) {
      assert.throws(() => stateFromBytes(bytes.subarray(0, length)), { code: 'STATS_INVALID' }, `${length}`);
    }
    assert.throws(() => stateFromBytes(Uint8Array.of(...bytes, 0)), { code: 'STATS_INVALID' });
  });

  it('any byte changed -> STATS_INVALID, or a state that writes those bytes', () => {
    const bytes = stateToBytes(collect([{ sample: 1, values: [0, 1, 2.5, -3] }]));
    const change = fc.tuple(fc.nat(Math.min(bytes.length, 400) - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(change, ([at, mask]) => {
        const changed = bytes.slice();
        changed[at]! ^= mask;
        try {
          assert.deepEqual(stateToBytes(stateFromBytes(changed)), changed);
        } catch (error) {
          assert.ok(error instanceof OctavoError, String(error));
          assert.equal(error.code, 'STATS_INVALID');
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('lying numbers -> STATS_INVALID naming what is wrong', () => {
    const lies: readonly (readonly [RegExp, (view: DataView) => void])[] = [
      [/no count/, (view) => view.setFloat64(0, 1.5, true)],
      [/no count/, (view) => view.setFloat64(8, -1, true)],
      [/add up/, (view) => view.setFloat64(8, 9999, true)],
      [/zeros/, (view) => view.setFloat64(16, 300, true)],
      [/no range/, (view) => view.setFloat32(24, NaN, true)],
      [/no range/, (view) => view.setFloat32(28, Infinity, true)],
      [/largest/, (view) => view.setUint8(79, 255)],
      [/quantiles/, (view) => view.setUint8(120, 77)],
      [/the head tells/, (view) => view.setUint32(176, 0xffffffff, true)],
      [/the head tells/, (view) => view.setUint32(180, 0xffffffff, true)],
      [/their order/, (view) => view.setFloat64(184, 7, true)],
    ];
    for (const [message, lie] of lies) {
      const bytes = stateToBytes(whole);
      lie(new DataView(bytes.buffer));
      assert.throws(() => stateFromBytes(bytes), { code: 'STATS_INVALID', message });
    }
  });

  it('too many elements together -> LIMIT_EXCEEDED', () => {
    const half: TensorState = { ...whole, count: 2 ** 52 + 1 };
    assert.throws(() => mergeStates(half, half), { code: 'LIMIT_EXCEEDED' });
  });
});

/** Σ values / count, values float32: exact in units of 2^-149, then by long division. */
function exactMeanOracle(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + BigInt(value * 2 ** 100 * 2 ** 49), 0n);
  const negative = sum < 0n;
  const size = negative ? -sum : sum;
  const divisor = BigInt(values.length);
  // 200 more bits than needed: no tie can hide behind them but an exact one.
  const quotient = (size << 400n) / divisor;
  const rest = (size << 400n) % divisor;
  const mean = toNumber(rest === 0n ? quotient : quotient | 1n);
  return negative ? -mean : mean;
}

function toNumber(scaled: bigint): number {
  if (scaled === 0n) return 0;
  const drop = BigInt(Math.max(0, scaled.toString(2).length - 60));
  const kept = scaled >> drop;
  const sticky = kept << drop === scaled ? kept : kept | 1n;
  return Number(sticky) * 2 ** (Number(drop) - 400) * 2 ** -149;
}
