// Ranges and the scales that follow from them: simd and reference wasm against plain oracles, bit for bit.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Engine } from '../../ts-host/wasm/engine.js';
import { newRange, type Range, scalesFromRange, updateRange } from '../../ts-host/wasm/kernels/ranges.js';
import type { ScaleLayout } from '../../ts-host/wasm/layout.js';
import { referenceEngine, simdEngine } from '../support/engine.js';
import { affineOracle, scaleIndexOracle, symmetricOracle } from '../support/quant-oracle.js';
import { Rng } from '../support/rng.js';
import { assertSameBits, withGuards } from './guarded.js';
import { CODE_TYPES, codeRanges, randomChunks, randomLayout } from './quant-cases.js';

const engines: [string, Engine][] = [
  ['simd', await simdEngine()],
  ['reference', await referenceEngine()],
];
const ONE_SCALE = { depth: 1, inner: 1, block: 1, scaleCount: 1 };
const RUN = { depth: 99, inner: 1, block: 99, scaleCount: 1 };
const ROW = { depth: 1, inner: 71, block: 1, scaleCount: 71 };

function expectedRange(x: Float32Array, layout: ScaleLayout): Range {
  const range = newRange(layout.scaleCount);
  x.forEach((value, k) => {
    const s = scaleIndexOracle(k, layout);
    range.min[s] = Math.min(range.min[s]!, value) + 0;
    range.max[s] = Math.max(range.max[s]!, value) + 0;
  });
  return range;
}

function assertSameRange(actual: Range, expected: Range, message: string): void {
  assertSameBits(actual.min, expected.min, `${message}: min`);
  assertSameBits(actual.max, expected.max, `${message}: max`);
}

function rawRange(engine: Engine, x: Float32Array, layout: ScaleLayout, misalignment: number) {
  const range = newRange(layout.scaleCount);
  const words = Int32Array.of(layout.scaleCount, layout.depth, layout.inner, layout.block);
  let finite = -1;
  withGuards(engine, [x, range.min, range.max, words], misalignment, (xPtr, minPtr, maxPtr, wordsPtr) => {
    finite = engine.simd.range_f32!(xPtr!, x.length, 0, minPtr!, maxPtr!, wordsPtr!);
  });
  return { range, finite };
}

for (const [variant, engine] of engines) {
  test(`updateRange ${variant} of every length, misaligned -> oracle, guards kept`, () => {
    const rng = new Rng(7);
    for (let count = 0; count <= 70; count++) {
      const x = rng.normal(count, 10);
      for (const layout of [RUN, ROW]) {
        for (const misalignment of [0, 1, 2, 3, 7]) {
          const { range, finite } = rawRange(engine, x, layout, misalignment);
          assertSameRange(range, expectedRange(x, layout), `${count} elements`);
          assert.equal(finite, 1);
        }
      }
    }
  });

  test(`updateRange ${variant} with an extreme at every place -> found`, () => {
    for (let count = 1; count <= 40; count++) {
      for (let place = 0; place < count; place++) {
        for (const extreme of [-3.4028234663852886e38, 3.4028234663852886e38, 2 ** -149, -(2 ** -149)]) {
          const x = new Float32Array(count);
          x[place] = extreme;
          for (const layout of [RUN, ROW]) {
            const { range } = rawRange(engine, x, layout, 0);
            assertSameRange(range, expectedRange(x, layout), `${extreme} at ${place} of ${count}`);
          }
        }
      }
    }
  });

  test(`updateRange ${variant} with NaN or an infinity at every place -> false`, () => {
    for (let count = 1; count <= 40; count++) {
      for (let place = 0; place < count; place++) {
        for (const bad of [NaN, Infinity, -Infinity]) {
          const x = new Rng(8).normal(count);
          x[place] = bad;
          for (const layout of [RUN, ROW]) {
            assert.equal(rawRange(engine, x, layout, 0).finite, 0, `${bad} at ${place} of ${count}`);
          }
        }
      }
    }
  });

  test(`updateRange ${variant} with one bad tile among many -> false`, () => {
    for (const place of [0, 70_000, 199_999]) {
      const x = new Float32Array(200_000);
      x[place] = NaN;
      assert.equal(updateRange(engine, x, ONE_SCALE, newRange(1)), false, `NaN at ${place}`);
    }
  });

  test(`updateRange ${variant} of zeros of either sign -> +0`, () => {
    for (const layout of [RUN, ROW]) {
      const range = newRange(layout.scaleCount);
      const x = new Float32Array(71).fill(-0);
      assert.equal(updateRange(engine, x, layout, range), true);
      assert.ok(range.min.every((value) => Object.is(value, 0)));
      assert.ok(range.max.every((value) => Object.is(value, 0)));
    }
  });

  test(`updateRange ${variant} under random layouts in chunks -> oracle`, () => {
    const rng = new Rng(9);
    for (let round = 0; round < 100; round++) {
      const { layout, count } = randomLayout(rng);
      const x = rng.normal(count, 5);
      const range = newRange(layout.scaleCount);
      for (const [from, to] of randomChunks(rng, count)) {
        assert.equal(updateRange(engine, x.subarray(from, to), layout, range, from), true);
      }
      assertSameRange(range, expectedRange(x, layout), JSON.stringify(layout));
    }
  });

  test(`scalesFromRange ${variant} of difficult ranges, 1 to 16 bits -> oracle`, () => {
    const ends = [0, 2 ** -149, 1e-40, 2 ** -126, 1e-30, 0.1, 1, 127.5, 6e4, 1e30, 3.4028234663852886e38];
    const range = difficultRanges(ends);
    for (const type of CODE_TYPES) {
      for (const [qmin, qmax] of codeRanges(type)) {
        const affine = scalesFromRange(engine, range, { qmin, qmax, symmetric: false });
        assertScales(affine, range, (low, high) => affineOracle(low, high, qmin, qmax));
        const hasCodesAbove = qmax > (qmin >= 0 ? Math.ceil((qmin + qmax) / 2) : 0);
        if (!hasCodesAbove) continue;
        const symmetric = scalesFromRange(engine, range, { qmin, qmax, symmetric: true });
        assertScales(symmetric, range, (low, high) => symmetricOracle(low, high, qmin, qmax));
      }
    }
  });

  test(`scalesFromRange ${variant} of every count, misaligned -> oracle, guards kept`, () => {
    const rng = new Rng(10);
    for (let count = 0; count <= 13; count++) {
      const range = { min: rng.normal(count), max: rng.normal(count) };
      const scale = new Float32Array(count);
      const zeroPoint = new Int32Array(count);
      const arrays = [range.min, range.max, scale, zeroPoint];
      withGuards(engine, arrays, 3, (minPtr, maxPtr, scalePtr, zeroPointPtr) => {
        engine.simd.affine_scales!(minPtr!, maxPtr!, count, scalePtr!, zeroPointPtr!, -8, 7);
      });
      assertScales({ scale, zeroPoint }, range, (low, high) => affineOracle(low, high, -8, 7));
      withGuards(engine, [range.min, range.max, scale], 1, (minPtr, maxPtr, scalePtr) => {
        engine.simd.symmetric_scales!(minPtr!, maxPtr!, count, scalePtr!, 7);
      });
      zeroPoint.fill(0);
      assertScales({ scale, zeroPoint }, range, (low, high) => symmetricOracle(low, high, -7, 7));
    }
  });
}

/** Every pair of ends, on the same side of 0 and on both, and the empty range. */
function difficultRanges(ends: readonly number[]): Range {
  const pairs: [number, number][] = [[Infinity, -Infinity]];
  for (const a of ends) {
    for (const b of ends) {
      pairs.push([-a, b]);
      if (a <= b) pairs.push([a, b], [-b, -a]);
    }
  }
  return {
    min: Float32Array.from(pairs, ([min]) => min),
    max: Float32Array.from(pairs, ([, max]) => max),
  };
}

function assertScales(
  actual: { scale: Float32Array; zeroPoint: Int32Array },
  range: Range,
  oracle: (min: number, max: number) => [number, number],
): void {
  const expected = Array.from(range.min, (min, s) => oracle(min, range.max[s]!));
  const scales = Float32Array.from(expected, ([scale]) => scale);
  const zeroPoints = Int32Array.from(expected, ([, zeroPoint]) => zeroPoint);
  assertSameBits(actual.scale, scales, 'scale');
  assertSameBits(actual.zeroPoint, zeroPoints, 'zeroPoint');
}

test('scalesFromRange of [-1, 3] for uint8 -> scale 4/255, zero point 64', () => {
  const range = { min: Float32Array.of(-1), max: Float32Array.of(3) };
  const rule = { qmin: 0, qmax: 255, symmetric: false };
  assert.deepEqual(scalesFromRange(engines[0]![1], range, rule), {
    scale: Float32Array.of(4 / 255),
    zeroPoint: Int32Array.of(64),
  });
});

test('updateRange of nothing -> true, range unchanged', () => {
  const range = newRange(1);
  assert.equal(updateRange(engines[0]![1], new Float32Array(0), ONE_SCALE, range), true);
  assertSameRange(range, newRange(1), 'empty');
});

test('range bindings with arguments that break their rules -> INVALID_ARGUMENT', () => {
  const [, engine] = engines[0]!;
  const invalid = { code: 'INVALID_ARGUMENT' };
  const x = Float32Array.of(1);
  assert.throws(() => updateRange(engine, x, ONE_SCALE, newRange(2)), invalid);
  assert.throws(
    () => updateRange(engine, x, ONE_SCALE, { min: newRange(1).min, max: newRange(2).max }),
    invalid,
  );
  assert.throws(() => updateRange(engine, x, ONE_SCALE, newRange(1), 2 ** 32), invalid);
  assert.throws(() => updateRange(engine, x, { ...ONE_SCALE, block: 0 }, newRange(1)), invalid);
  const range = newRange(1);
  assert.throws(() => scalesFromRange(engine, range, { qmin: 1, qmax: 1, symmetric: false }), invalid);
  assert.throws(() => scalesFromRange(engine, range, { qmin: -1, qmax: 0, symmetric: true }), invalid);
  assert.throws(() => scalesFromRange(engine, range, { qmin: 0, qmax: 1, symmetric: true }), invalid);
  assert.throws(() => scalesFromRange(engine, range, { qmin: 0, qmax: 65536, symmetric: false }), invalid);
  const lopsided = { min: range.min, max: newRange(2).max };
  assert.throws(() => scalesFromRange(engine, lopsided, { qmin: 0, qmax: 255, symmetric: false }), invalid);
});
