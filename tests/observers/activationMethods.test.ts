// Methods that choose the range of an activation: what holds for every one of them, then each against its definition.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { StatsCollector } from '../../ts-host/observers/activation/collector.js';
import {
  ACTIVATION_METHODS,
  type ActivationMethodName,
  activationMethod,
} from '../../ts-host/observers/activation/index.js';
import type { ActivationRange, CodeRule, MethodOptions } from '../../ts-host/observers/activation/method.js';
import { paramsOf } from '../../ts-host/observers/activation/params.js';
import {
  EMPTY_STATE,
  mergeStates,
  statsOf,
  type TensorState,
} from '../../ts-host/observers/activation/state.js';
import type { TensorStats } from '../../ts-host/observers/activation/stats.js';
import { scalesFromRange } from '../../ts-host/wasm/kernels/ranges.js';
import { executionEngine, referenceExecutionEngine, simdEngine } from '../support/engine.js';
import { Rng } from '../support/rng.js';

const engine = await executionEngine();
const reference = await referenceExecutionEngine();
const NAMES = Object.keys(ACTIVATION_METHODS) as ActivationMethodName[];

const UINT8: CodeRule = { qmin: 0, qmax: 255, symmetric: false };
const INT8: CodeRule = { qmin: -128, qmax: 127, symmetric: false };
const SYMMETRIC: CodeRule = { qmin: -127, qmax: 127, symmetric: true };
const UINT8_SYMMETRIC: CodeRule = { qmin: 0, qmax: 255, symmetric: true };
const UINT16: CodeRule = { qmin: 0, qmax: 65535, symmetric: false };
const RULES = [UINT8, INT8, SYMMETRIC, UINT8_SYMMETRIC, UINT16];

function stateOf(samples: readonly (readonly number[])[], order = samples.map((_, i) => i)): TensorState {
  const collector = new StatsCollector(engine);
  for (const sample of order) {
    const values = samples[sample]!;
    const address = engine.heap.copyIn(Float32Array.from(values));
    collector.observe({ address, count: values.length, items: 1, sample });
    engine.heap.free(address);
  }
  const state = collector.state();
  collector.dispose();
  return state;
}

const statsFrom = (...samples: (readonly number[])[]): TensorStats => statsOf(stateOf(samples));
const rangeOf = (
  name: ActivationMethodName,
  stats: TensorStats,
  rule: CodeRule,
  options: MethodOptions = {},
): ActivationRange => ACTIVATION_METHODS[name](engine, stats, rule, options);

const float = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.float({ noNaN: true, min: -8, max: 8 }),
  fc.float({ noNaN: true, min: 0, max: 1 }),
  fc.constantFrom(0, 1),
);
const samples = fc.array(fc.array(float, { minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 6 });

describe('every method', () => {
  it('any samples -> a range that holds 0, within what was seen, and codes for it', () => {
    fc.assert(
      fc.property(samples, fc.constantFrom(...NAMES), fc.constantFrom(...RULES), (list, name, rule) => {
        const stats = statsFrom(...list);
        const { min, max } = rangeOf(name, stats, rule);
        const reach = Math.max(-stats.min, stats.max);
        assert.ok(
          min <= 0 && max >= 0 && Number.isFinite(min) && Number.isFinite(max),
          `${name} [${min}, ${max}]`,
        );
        assert.ok(-min <= reach && max <= reach, `${name} [${min}, ${max}] of [${stats.min}, ${stats.max}]`);
        if (stats.min >= 0) assert.equal(min, 0);
        if (stats.max <= 0) assert.equal(max, 0);
        const { scale, zeroPoint } = paramsOf({ min, max }, rule);
        assert.ok(scale > 0 && Math.fround(scale) === scale);
        assert.ok(Number.isInteger(zeroPoint) && zeroPoint >= rule.qmin && zeroPoint <= rule.qmax);
      }),
      { numRuns: 400 },
    );
  });

  it('samples in any order, in shards merged in any order -> the same bits', () => {
    const cut = samples.chain((list) =>
      fc.tuple(
        fc.constant(list),
        fc.shuffledSubarray(
          list.map((_, i) => i),
          { minLength: list.length },
        ),
        fc.nat(list.length),
      ),
    );
    fc.assert(
      fc.property(
        cut,
        fc.constantFrom(...NAMES),
        fc.constantFrom(...RULES),
        ([list, order, at], name, rule) => {
          const whole = rangeOf(name, statsOf(stateOf(list)), rule);
          const shards = [order.slice(0, at), order.slice(at)].map((part) => stateOf(list, part));
          const merged = statsOf(mergeStates(shards[1]!, shards[0]!));
          assert.deepEqual(rangeOf(name, merged, rule), whole);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('simd -> the bits of the reference', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const rng = new Rng(seed);
      const values = [...rng.normal(3000, 2)].map((x) => (seed % 3 === 0 ? Math.max(0, x) : x ** 3));
      const stats = statsFrom(values.map(Math.fround));
      for (const name of NAMES) {
        for (const rule of RULES) {
          assert.deepEqual(
            rangeOf(name, stats, rule),
            ACTIVATION_METHODS[name](reference, stats, rule, {}),
            name,
          );
        }
      }
    }
  });

  it('nothing seen, zeros only -> an empty range, scale 1', () => {
    for (const stats of [statsOf(EMPTY_STATE), statsFrom([0, -0, 0])]) {
      for (const name of NAMES) {
        for (const rule of RULES) {
          assert.deepEqual(rangeOf(name, stats, rule), { min: 0, max: 0 }, name);
          assert.equal(paramsOf({ min: 0, max: 0 }, rule).scale, 1);
        }
      }
    }
  });

  it('a constant -> a code that is the constant, within half a step', () => {
    for (const value of [1.5, -7, 1e-30, 3e38].map(Math.fround)) {
      const stats = statsFrom([value, value], [value]);
      for (const name of NAMES.filter((each) => each !== 'ptf')) {
        for (const rule of RULES) {
          const range = rangeOf(name, stats, rule);
          const { scale, zeroPoint } = paramsOf(range, rule);
          const code = Math.max(rule.qmin, Math.min(rule.qmax, Math.round(value / scale) + zeroPoint));
          assert.ok(Math.abs(scale * (code - zeroPoint) - value) <= scale * 0.51, `${name} ${value}`);
        }
      }
    }
  });

  it('one element, one sample, two values of either sign -> both are kept', () => {
    for (const list of [[3], [-1, 1], [0, 5]]) {
      for (const name of NAMES) {
        const { min, max } = rangeOf(name, statsFrom(list), UINT8);
        assert.ok(max - min > 0, name);
      }
    }
  });

  it('no heap is left behind', () => {
    const stats = statsFrom([...new Rng(2).normal(500)]);
    const held = engine.heap.held;
    for (const name of NAMES) rangeOf(name, stats, SYMMETRIC);
    assert.equal(engine.heap.held, held);
  });
});

describe('methods by their definitions', () => {
  const mixed = statsFrom([-2, 1, 5], [-1, 0, 2], [0.5, 3, -4]);

  it('minmax, absmax, avg', () => {
    assert.deepEqual(rangeOf('minmax', mixed, UINT8), { min: -4, max: 5 });
    assert.deepEqual(rangeOf('minmax', statsFrom([2, 3]), UINT8), { min: 0, max: 3 });
    assert.deepEqual(rangeOf('absmax', mixed, UINT8), { min: -5, max: 5 });
    assert.deepEqual(rangeOf('absmax', statsFrom([0, 3]), UINT8), { min: 0, max: 3 });
    assert.deepEqual(rangeOf('avg', mixed, UINT8), { min: -11 / 3, max: 11 / 3 });
  });

  it('movingAverage -> weights (1 − rate)^age', () => {
    const rate = 0.25;
    const weights = [0.75 ** 2, 0.75, 1];
    const mean = (values: readonly number[]): number =>
      values.reduce((sum, value, i) => sum + value * weights[i]!, 0) / weights.reduce((a, b) => a + b, 0);
    const { min, max } = rangeOf('movingAverage', mixed, UINT8, { rate });
    assert.ok(Math.abs(min - mean([-2, -1, -4])) < 1e-12 && Math.abs(max - mean([5, 2, 3])) < 1e-12);
    assert.deepEqual(rangeOf('movingAverage', mixed, UINT8, { rate: 1 }), { min: -4, max: 3 });
    for (const bad of [0, -1, 1.5, NaN]) {
      assert.throws(() => rangeOf('movingAverage', mixed, UINT8, { rate: bad }), {
        code: 'INVALID_ARGUMENT',
      });
    }
  });

  it('percentile -> leaves out the largest |x|, or half on either side', () => {
    const values = Array.from({ length: 10_000 }, (_, i) => Math.fround((i - 4999.5) / 1000));
    const stats = statsFrom(values);
    const step = 2 ** stats.histogram.exponent;
    const options = { percentile: 99 };
    const symmetric = rangeOf('percentile', stats, SYMMETRIC, options);
    assert.ok(symmetric.max >= 4.9495 && symmetric.max <= 4.9495 + step, `${symmetric.max}`);
    assert.equal(symmetric.min, -symmetric.max);
    const affine = rangeOf('percentile', stats, UINT8, options);
    assert.ok(affine.max >= 4.9495 && affine.max <= 4.9495 + step && affine.min >= -4.9495 - step);
    const kept = values.filter((x) => x >= affine.min && x <= affine.max).length;
    assert.ok(kept >= 9900 && kept <= 9920, `${kept}`);
    assert.deepEqual(
      rangeOf('percentile', stats, UINT8, { percentile: 100 }),
      rangeOf('minmax', stats, UINT8),
    );
    assert.equal(ACTIVATION_METHODS.hist, ACTIVATION_METHODS.percentile);
    for (const bad of [0, 101, NaN]) {
      assert.throws(() => rangeOf('percentile', stats, UINT8, { percentile: bad }), {
        code: 'INVALID_ARGUMENT',
      });
    }
  });

  it('removalOutlier -> the means of quantiles', () => {
    const spikes = [1, 2].map((seed) => {
      const values = [...new Rng(seed).normal(20_001)];
      values[9] = 500;
      return values;
    });
    const stats = statsFrom(...spikes);
    const { min, max } = rangeOf('removalOutlier', stats, UINT8);
    assert.deepEqual([min, max], [stats.meanQuantiles.low, stats.meanQuantiles.high]);
    assert.ok(max < 10);
  });

  it('mse, emd, ptf -> no candidate near the range errs less on the values themselves', () => {
    for (let seed = 1; seed <= 8; seed++) {
      const rng = new Rng(seed);
      const values = [...rng.normal(20_000)].map((x) =>
        Math.fround(seed % 2 === 0 ? Math.max(0, x) ** 3 : x ** 3),
      );
      const stats = statsFrom(values);
      for (const [name, power] of [
        ['mse', 2],
        ['emd', 1],
      ] as const) {
        for (const rule of [UINT8, SYMMETRIC]) {
          const range = rangeOf(name, stats, rule);
          const found = trueError(values, range, rule, power);
          for (const share of [0.5, 0.7, 0.85, 1.2, 1.5, 2]) {
            const other = { min: range.min * share, max: range.max * share };
            const error = trueError(values, other, rule, power);
            assert.ok(found <= error * 1.02, `${name} seed ${seed} share ${share}: ${found} > ${error}`);
          }
          assert.ok(found <= trueError(values, rangeOf('minmax', stats, rule), rule, power) * 1.0001);
        }
      }
      const ptf = rangeOf('ptf', stats, UINT8);
      const full = rangeOf('minmax', stats, UINT8);
      const errors = [1, 0.5, 0.25, 0.125].map((share) =>
        trueError(values, { min: full.min * share, max: full.max * share }, UINT8, 2),
      );
      assert.equal(ptf.max, full.max * [1, 0.5, 0.25, 0.125][errors.indexOf(Math.min(...errors))]!);
    }
  });

  it('kl -> a peak beside 0, as a convolution makes at its borders, clips no more', () => {
    const rng = new Rng(12);
    const wide = [...rng.normal(40_000)].map(Math.abs);
    const peak = [...rng.normal(20_000)].map((x) => Math.fround(1e-3 * Math.abs(x)));
    const both = (x: number[]): number[] => x.map((each, i) => (i % 2 === 0 ? each : -each));
    for (const [rule, sides] of [
      [UINT8, (x: number[]) => x],
      [UINT8, both],
      [SYMMETRIC, both],
    ] as const) {
      const plain = rangeOf('kl', statsFrom(sides(wide)), rule);
      const peaked = rangeOf('kl', statsFrom(sides([...wide, ...peak])), rule);
      assert.ok(plain.max > 3 && peaked.max > 0.9 * plain.max, `${peaked.max}, without it ${plain.max}`);
      assert.ok(peaked.min <= 0.9 * plain.min, `${peaked.min}, without it ${plain.min}`);
    }
  });

  it('kl, 16 bits -> more codes than bins: the full range', () => {
    const tail = [...new Rng(7).normal(20_000)].map((x, i) => Math.fround(i % 2_000 === 0 ? x * 12 : x));
    const wide = { qmin: -32768, qmax: 32767, symmetric: true };
    const stats = statsFrom(tail);
    const { min, max } = rangeOf('minmax', stats, wide);
    const reach = Math.max(-min, max);
    assert.deepEqual(rangeOf('kl', stats, wide), { min: -reach, max: reach });
  });

  it('kl -> clips a long tail, keeps a level distribution, on both sides and on one', () => {
    const rng = new Rng(7);
    const bell = [...rng.normal(200_000)];
    const tail = bell.map((x, i) => Math.fround(i % 20_000 === 0 ? x * 12 : x));
    for (const rule of [SYMMETRIC, UINT8]) {
      const { min, max } = rangeOf('kl', statsFrom(tail), rule);
      assert.ok(max > 2 && max < 8 && min < -2 && min > -8, `[${min}, ${max}]`);
    }
    const { min, max } = rangeOf('kl', statsFrom(tail.map((x) => Math.max(0, x))), UINT8);
    assert.ok(min === 0 && max > 2 && max < 8, `${max}`);
    const level = Array.from({ length: 100_000 }, () => Math.fround(rng.float() * 6));
    assert.ok(rangeOf('kl', statsFrom(level), UINT8).max > 5.8);
  });
});

/** Σ |x − x̂|^power over the values. */
function trueError(values: readonly number[], range: ActivationRange, rule: CodeRule, power: number): number {
  const { scale, zeroPoint } = paramsOf(range, rule);
  return values.reduce((sum, x) => {
    const code = Math.max(rule.qmin, Math.min(rule.qmax, Math.round(x / scale) + zeroPoint));
    return sum + Math.abs(x - scale * (code - zeroPoint)) ** power;
  }, 0);
}

describe('parameters of codes', async () => {
  const weights = await simdEngine();

  it('any range and codes -> the bits that weights get', () => {
    const rule = fc.constantFrom(
      ...RULES,
      { qmin: -8, qmax: 7, symmetric: false },
      { qmin: 0, qmax: 3, symmetric: true },
    );
    const edges = fc.oneof(
      float,
      fc.constantFrom(3.4028234663852886e38, -3.4028234663852886e38, 1e-45, -1e-40).map(Math.fround),
    );
    fc.assert(
      fc.property(edges, edges, rule, (a, b, codes) => {
        const [min, max] = [Math.min(a, b), Math.max(a, b)];
        const expected = scalesFromRange(
          weights,
          { min: Float32Array.of(min), max: Float32Array.of(max) },
          codes,
        );
        assert.deepEqual(paramsOf({ min, max }, codes), {
          scale: expected.scale[0],
          zeroPoint: expected.zeroPoint[0],
        });
      }),
      { numRuns: 2000 },
    );
  });
});

describe('names of methods', () => {
  it('a known name -> its method', () => {
    for (const name of NAMES) assert.equal(activationMethod(name), ACTIVATION_METHODS[name]);
  });

  it('an unknown one -> INVALID_ARGUMENT with the nearest', () => {
    const told = (name: string, message: RegExp): void =>
      assert.throws(() => activationMethod(name), { code: 'INVALID_ARGUMENT', message });
    told('KL', /did you mean kl\?/);
    told('min_max', /did you mean minmax\?/);
    told('moving-average', /did you mean movingAverage\?/);
    told('percentil', /did you mean percentile\?/);
    told('entropy', /one of minmax, absmax/);
    told('toString', /there is no method "toString"/);
    told('', /one of/);
  });
});
