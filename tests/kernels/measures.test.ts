// Error measures: equal to plain float64 sums in the documented order, however the tensors are cut; the logarithm
// against integers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OctavoError } from '../../ts-host/errors.js';
import type { Engine } from '../../ts-host/wasm/engine.js';
import { addErrorMeasures, errorMeasures, newErrorSums } from '../../ts-host/wasm/kernels/measures.js';
import { referenceEngine, simdEngine } from '../support/engine.js';
import { log10Fixed, ulpsFrom } from '../support/log-oracle.js';
import { Rng } from '../support/rng.js';
import { runGuarded } from './guarded.js';

const SIMD = await simdEngine();
const ENGINES: ReadonlyArray<readonly [string, Engine]> = [
  ['simd', SIMD],
  ['reference', await referenceEngine()],
];

function joined(lanes: number[]): number {
  return lanes[0]! + lanes[1]! + (lanes[2]! + lanes[3]!);
}

/** The measures by their definition: lane n mod 4, lanes joined in pairs. */
function oracle(a: Float32Array, b: Float32Array) {
  const dot = [0, 0, 0, 0];
  const aa = [0, 0, 0, 0];
  const bb = [0, 0, 0, 0];
  const ee = [0, 0, 0, 0];
  let maxAbs = 0;
  for (let i = 0; i < a.length; i++) {
    const e = a[i]! - b[i]!;
    dot[i % 4]! += a[i]! * b[i]!;
    aa[i % 4]! += a[i]! * a[i]!;
    bb[i % 4]! += b[i]! * b[i]!;
    ee[i % 4]! += e * e;
    maxAbs = Math.max(maxAbs, Math.abs(e));
  }
  return {
    mse: joined(ee) / a.length,
    ratio: joined(aa) / joined(ee),
    cosine: joined(dot) / Math.sqrt(joined(aa) * joined(bb)),
    maxAbs,
  };
}

for (const [name, engine] of ENGINES) {
  test(`${name} addErrorMeasures at every length 1..40 -> the documented sums, bit for bit`, () => {
    const rng = new Rng(5);
    for (let length = 1; length <= 40; length++) {
      const a = rng.normal(length);
      const b = rng.normal(length, 0.3);
      const sums = newErrorSums();
      addErrorMeasures(engine, a, b, sums);
      const { mse, sqnrDb, cosine, maxAbs } = errorMeasures(engine, sums);
      const expected = oracle(a, b);
      assert.equal(mse, expected.mse);
      assert.equal(cosine, expected.cosine);
      assert.equal(maxAbs, expected.maxAbs);
      assert.ok(Math.abs(sqnrDb - 10 * Math.log10(expected.ratio)) < 1e-12);
    }
  });

  test(`${name} addErrorMeasures of any chunks -> the sums of one chunk, bit for bit`, () => {
    const rng = new Rng(6);
    const a = rng.normal(5000);
    const b = rng.normal(5000);
    const whole = newErrorSums();
    addErrorMeasures(SIMD, a, b, whole);
    for (let round = 0; round < 20; round++) {
      const cut = newErrorSums();
      for (let i = 0; i < 5000; ) {
        const next = Math.min(5000, i + rng.int(0, round < 10 ? 9 : 900));
        addErrorMeasures(engine, a.subarray(i, next), b.subarray(i, next), cut);
        i = next;
      }
      assert.deepEqual(cut, whole);
    }
  });

  test(`${name} addErrorMeasures of more than two tiles, off their grid -> the documented sums, bit for bit`, () => {
    const rng = new Rng(12);
    const a = rng.normal(150_001);
    const b = rng.normal(150_001);
    const sums = newErrorSums();
    addErrorMeasures(engine, a.subarray(0, 3), b.subarray(0, 3), sums);
    addErrorMeasures(engine, a.subarray(3), b.subarray(3), sums);
    const { mse, cosine, maxAbs } = errorMeasures(engine, sums);
    const expected = oracle(a, b);
    assert.deepEqual([mse, cosine, maxAbs], [expected.mse, expected.cosine, expected.maxAbs]);
  });

  test(`${name} errorMeasures of equal, zero and empty tensors -> their defined values`, () => {
    const measure = (a: number[], b: number[]) => {
      const sums = newErrorSums();
      addErrorMeasures(engine, Float32Array.from(a), Float32Array.from(b), sums);
      return errorMeasures(engine, sums);
    };
    const perfect = { mse: 0, sqnrDb: Number.POSITIVE_INFINITY, cosine: 1, maxAbs: 0 };
    assert.deepEqual(measure([], []), perfect);
    assert.deepEqual(measure([0, -0], [0, 0]), perfect);
    assert.deepEqual(measure([0.1, -7, 1e-30], [0.1, -7, 1e-30]), perfect);
    assert.deepEqual(measure([0, 0], [3, -4]), {
      mse: 12.5,
      sqnrDb: Number.NEGATIVE_INFINITY,
      cosine: 0,
      maxAbs: 4,
    });
    assert.deepEqual(measure([3, -4], [0, 0]), { mse: 12.5, sqnrDb: 0, cosine: 0, maxAbs: 4 });
    assert.equal(measure([1, 2], [-1, -2]).cosine, -1);
  });

  test(`${name} errorMeasures of huge and tiny values -> finite`, () => {
    for (const size of [3.4e38, 1e-45]) {
      const sums = newErrorSums();
      addErrorMeasures(engine, new Float32Array(9).fill(size), new Float32Array(9).fill(-size), sums);
      const { mse, sqnrDb, cosine, maxAbs } = errorMeasures(engine, sums);
      const exact = 2 * Math.fround(size);
      assert.ok(Math.abs(mse / (exact * exact) - 1) < 1e-15);
      assert.ok(Math.abs(sqnrDb + 20 * Math.log10(2)) < 1e-13);
      assert.equal(cosine, -1);
      assert.equal(maxAbs, exact);
    }
  });

  test(`${name} errorMeasures with NaN or infinity -> NaN, or infinite where that is the answer`, () => {
    for (let place = 0; place < 9; place++) {
      const a = new Float32Array(9).fill(1);
      const b = new Float32Array(9).fill(2);
      a[place] = Number.NaN;
      const sums = newErrorSums();
      addErrorMeasures(engine, a, b, sums);
      assert.deepEqual(Object.values(errorMeasures(engine, sums)), [NaN, NaN, NaN, NaN]);
      a[place] = Number.POSITIVE_INFINITY;
      const infinite = newErrorSums();
      addErrorMeasures(engine, a, b, infinite);
      assert.deepEqual(errorMeasures(engine, infinite), {
        mse: Number.POSITIVE_INFINITY,
        sqnrDb: NaN,
        cosine: NaN,
        maxAbs: Number.POSITIVE_INFINITY,
      });
    }
  });

  test(`${name} sqnrDb of one ratio of any size -> ten times the logarithm within 3 ulp`, () => {
    const rng = new Rng(10);
    const ratios = [1, 2, 10, 100, 1e10, 0.5, 0.1, Math.SQRT2, Math.SQRT1_2, 1 + 2 ** -52, 1 - 2 ** -53];
    ratios.push(Number.MAX_VALUE, Number.MIN_VALUE, 2 ** -1022, 2 ** -1023);
    for (let i = 0; i < 3000; i++) ratios.push((1 + rng.float()) * 2 ** rng.int(-60, 60), 0.5 + rng.float());
    let worst = 0;
    for (const ratio of ratios) {
      const sums = newErrorSums();
      sums.count = 1;
      sums.state[4] = ratio; // aa, lane 0
      sums.state[12] = 1; // ee, lane 0
      const { sqnrDb } = errorMeasures(engine, sums);
      if (ratio === 1) assert.equal(sqnrDb, 0);
      else worst = Math.max(worst, ulpsFrom(10n * log10Fixed(ratio), sqnrDb));
    }
    assert.ok(worst <= 3, `off by ${worst} ulp`);
  });
}

test('add_errors_f32 at any misalignment -> the same state, inputs and surroundings untouched', () => {
  const rng = new Rng(8);
  for (let length = 0; length <= 20; length++) {
    for (let start = 0; start < 4; start++) {
      const a = rng.normal(length);
      const b = rng.normal(length);
      const states = [0, 1, 3, 8].flatMap((misalignment) =>
        ENGINES.map(([, engine]) =>
          runGuarded(engine, [a, b], 17 * 8, misalignment, ([aPtr, bPtr], statePtr) => {
            engine.arena.bytes.fill(0, statePtr, statePtr + 17 * 8);
            engine.simd.add_errors_f32!(aPtr!, bPtr!, statePtr, length, start);
          }),
        ),
      );
      for (const state of states) assert.deepEqual(state, states[0]);
    }
  }
});

test('addErrorMeasures of lengths that differ -> INVALID_ARGUMENT naming b, sums unchanged', () => {
  const sums = newErrorSums();
  assert.throws(
    () => addErrorMeasures(SIMD, new Float32Array(3), new Float32Array(2), sums),
    (error) => error instanceof OctavoError && error.code === 'INVALID_ARGUMENT' && error.place.field === 'b',
  );
  assert.deepEqual(sums, newErrorSums());
});
