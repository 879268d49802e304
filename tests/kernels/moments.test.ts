// Moments: equal to plain float64 sums in the documented order, however the tensor is cut; stable far from zero;
// not finite elements counted and left out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Engine } from '../../ts-host/wasm/engine.js';
import { addMoments, type Moments, momentsOf, newMoments } from '../../ts-host/wasm/kernels/moments.js';
import { referenceEngine, simdEngine } from '../support/engine.js';
import { Rng } from '../support/rng.js';
import { runGuarded } from './guarded.js';

const SIMD = await simdEngine();
const ENGINES: ReadonlyArray<readonly [string, Engine]> = [
  ['simd', SIMD],
  ['reference', await referenceEngine()],
];
const SPECIALS = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -0,
  1e-45,
  -1e-40,
  3.4e38,
];

function joined(lanes: number[]): number {
  return lanes[0]! + lanes[1]! + (lanes[2]! + lanes[3]!);
}

/** The moments by their definition: sums about the first finite element, lane n mod 4. */
function oracle(x: Float32Array): Moments {
  const finite = x.filter(Number.isFinite);
  const shift = finite[0] ?? Number.NaN;
  const sum = [0, 0, 0, 0];
  const squares = [0, 0, 0, 0];
  x.forEach((value, i) => {
    if (!Number.isFinite(value)) return;
    sum[i % 4]! += value - shift;
    squares[i % 4]! += (value - shift) * (value - shift);
  });
  const n = finite.length;
  const total = joined(sum);
  const none = n === 0;
  return {
    count: x.length,
    nonFinite: x.length - n,
    min: none ? NaN : finite.reduce((low, value) => Math.min(low, value)) + 0,
    max: none ? NaN : finite.reduce((high, value) => Math.max(high, value)) + 0,
    absMax: none ? NaN : finite.reduce((high, value) => Math.max(high, Math.abs(value)), 0),
    mean: none ? NaN : shift + total / n + 0,
    variance: none ? NaN : Math.max(0, (joined(squares) - (total * total) / n) / n),
    sparsity: x.length === 0 ? 0 : finite.filter((value) => value === 0).length / x.length,
  };
}

function momentsIn(engine: Engine, x: Float32Array): Moments {
  const sums = newMoments();
  addMoments(engine, x, sums);
  return momentsOf(engine, sums);
}

for (const [name, engine] of ENGINES) {
  test(`${name} moments at every length 0..40, plain and sprinkled with specials -> the definition, bit for bit`, () => {
    const rng = new Rng(3);
    for (let length = 0; length <= 40; length++) {
      for (let round = 0; round < 12; round++) {
        const x = rng.normal(length, 10);
        for (let i = 0; i < round % 6; i++) {
          if (length > 0) x[rng.int(0, length - 1)] = SPECIALS[rng.int(0, SPECIALS.length - 1)]!;
        }
        assert.deepEqual(momentsIn(engine, x), oracle(x));
      }
    }
  });

  test(`${name} moments of blocks with one special anywhere -> the definition, bit for bit`, () => {
    const rng = new Rng(4);
    const x = rng.normal(3 * 1024 + 7);
    for (const special of SPECIALS) {
      for (const place of [0, 1, 1023, 1024, 1025, 1029, 2047, 2048, 3071, 3078]) {
        const changed = x.slice();
        changed[place] = special;
        assert.deepEqual(momentsIn(engine, changed), oracle(changed));
      }
    }
  });

  test(`${name} moments of more than two tiles, off their grid -> the definition, bit for bit`, () => {
    const x = new Rng(13).normal(150_001);
    x[70_000] = Number.POSITIVE_INFINITY;
    const sums = newMoments();
    addMoments(engine, x.subarray(0, 3), sums);
    addMoments(engine, x.subarray(3), sums);
    assert.deepEqual(momentsOf(engine, sums), oracle(x));
  });

  test(`${name} moments of any chunks -> the sums of one chunk, bit for bit`, () => {
    const rng = new Rng(9);
    const x = rng.normal(9000);
    for (let i = 0; i < 3; i++) x[i] = Number.NaN;
    for (let i = 0; i < 60; i++) x[rng.int(0, 8999)] = SPECIALS[i % SPECIALS.length]!;
    const whole = newMoments();
    addMoments(SIMD, x, whole);
    for (let round = 0; round < 20; round++) {
      const cut = newMoments();
      for (let i = 0; i < x.length; ) {
        const next = Math.min(x.length, i + rng.int(0, round < 10 ? 9 : 2500));
        addMoments(engine, x.subarray(i, next), cut);
        i = next;
      }
      assert.deepEqual(cut, whole);
    }
  });

  test(`${name} moments of only NaN and infinities -> counted, the rest NaN`, () => {
    const x = Float32Array.from({ length: 11 }, (_, i) => SPECIALS[i % 3]!);
    assert.deepEqual(momentsIn(engine, x), {
      count: 11,
      nonFinite: 11,
      min: NaN,
      max: NaN,
      absMax: NaN,
      mean: NaN,
      variance: NaN,
      sparsity: 0,
    });
  });

  test(`${name} moments of a constant and of values far from zero -> exact, and stable`, () => {
    const constant = momentsIn(engine, new Float32Array(1001).fill(16777213));
    assert.equal(constant.mean, 16777213);
    assert.equal(constant.variance, 0);
    const rng = new Rng(2);
    const x = rng.normal(10007, 4).map((value) => 1e6 + value);
    const mean = x.reduce((sum, value) => sum + (value - 1e6), 0) / x.length;
    const variance = x.reduce((sum, value) => sum + (value - 1e6 - mean) ** 2, 0) / x.length;
    const found = momentsIn(engine, x);
    assert.ok(Math.abs(found.mean - 1e6 - mean) < 1e-9);
    assert.ok(Math.abs(found.variance / variance - 1) < 1e-12);
  });
}

test('add_moments_f32 at any misalignment -> the same state, input and surroundings untouched', () => {
  const rng = new Rng(8);
  for (let length = 0; length <= 20; length++) {
    for (let start = 0; start < 4; start++) {
      const x = rng.normal(length);
      const states = [0, 1, 3, 8].flatMap((misalignment) =>
        ENGINES.map(([, engine]) =>
          runGuarded(engine, [x], 128, misalignment, ([xPtr], statePtr) => {
            engine.arena.bytes.fill(0, statePtr, statePtr + 128);
            engine.simd.add_moments_f32!(xPtr!, statePtr, length, start);
          }),
        ),
      );
      for (const state of states) assert.deepEqual(state, states[0]);
    }
  }
});
