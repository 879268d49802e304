// addQuantError: simd equal to the reference wasm in every bit, both near a plain sum.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Engine } from '../../ts-host/wasm/engine.js';
import { addQuantError } from '../../ts-host/wasm/kernels/quant-error.js';
import type { QuantParams } from '../../ts-host/wasm/kernels/quantize.js';
import { referenceEngine, simdEngine } from '../support/engine.js';
import { dequantizeOracle, quantizeOracle, scaleIndexOracle } from '../support/quant-oracle.js';
import { Rng } from '../support/rng.js';
import { assertSameBits, withGuards } from './guarded.js';
import { difficultInputs, randomChunks, randomLayout } from './quant-cases.js';

const simd = await simdEngine();
const reference = await referenceEngine();
const ONE_SCALE = { depth: 1, inner: 1, block: 1, scaleCount: 1 };

/** In the order of elements; the kernels add in another order. */
function plainError(x: Float32Array, params: QuantParams): Float64Array {
  const { layout, scale, zeroPoint, qmin, qmax } = params;
  const error = new Float64Array(layout.scaleCount);
  x.forEach((value, k) => {
    const s = scaleIndexOracle(k, layout);
    const code = quantizeOracle(value, scale[s]!, zeroPoint[s]!, qmin, qmax);
    const difference = Math.fround(value - dequantizeOracle(code, scale[s]!, zeroPoint[s]!));
    error[s] = error[s]! + difference * difference;
  });
  return error;
}

function rawError(engine: Engine, x: Float32Array, params: QuantParams, misalignment: number): Float64Array {
  const { layout, scale, zeroPoint, qmin, qmax } = params;
  const error = new Float64Array(layout.scaleCount).fill(0.25);
  const words = new Int32Array(8);
  const arrays = [x, error, scale, zeroPoint, words];
  withGuards(engine, arrays, misalignment, (xPtr, errorPtr, scalePtr, zeroPointPtr, wordsPtr) => {
    const { scaleCount, depth, inner, block } = layout;
    words.set([scaleCount, depth, inner, block, scalePtr!, zeroPointPtr!, qmin, qmax]);
    engine.arena.bytes.set(new Uint8Array(words.buffer), wordsPtr!);
    engine.simd.quant_error_f32!(xPtr!, x.length, 0, errorPtr!, wordsPtr!);
  });
  return error;
}

function assertNear(actual: Float64Array, expected: Float64Array): void {
  actual.forEach((value, s) => {
    const slack = 1e-12 * expected[s]!;
    assert.ok(Math.abs(value - expected[s]!) <= slack, `scale ${s}: ${value} is not ${expected[s]}`);
  });
}

test('quant_error of every length, misaligned -> simd = reference, guards kept', () => {
  const rng = new Rng(11);
  const rows = {
    layout: { depth: 1, inner: 71, block: 1, scaleCount: 71 },
    scale: Float32Array.from({ length: 71 }, () => 0.1 + rng.float()),
    zeroPoint: Int32Array.from({ length: 71 }, () => rng.int(-128, 127)),
    qmin: -128,
    qmax: 127,
  };
  const run = {
    ...rows,
    layout: { depth: 99, inner: 1, block: 99, scaleCount: 1 },
    scale: Float32Array.of(0.37),
    zeroPoint: Int32Array.of(-100),
  };
  for (let count = 0; count <= 70; count++) {
    const x = rng.normal(count, 30);
    for (const params of [run, rows]) {
      const expected = rawError(reference, x, params, 0);
      assertNear(
        expected.map((value) => value - 0.25),
        plainError(x, params).map((value) => value + 0.25 - 0.25),
      );
      for (const misalignment of [0, 1, 2, 3, 7]) {
        assertSameBits(rawError(simd, x, params, misalignment), expected, `${count} elements`);
      }
    }
  }
});

test('addQuantError under random layouts in chunks -> simd = reference, near the plain sum', () => {
  const rng = new Rng(12);
  for (let round = 0; round < 150; round++) {
    const { layout, count } = randomLayout(rng);
    const x = rng.normal(count, 3);
    const [qmin, qmax] = [
      [-8, 7],
      [0, 255],
      [-32767, 32767],
    ][round % 3] as [number, number];
    const params = {
      layout,
      scale: Float32Array.from({ length: layout.scaleCount }, () => 10 ** (rng.float() * 4 - 3)),
      zeroPoint: Int32Array.from({ length: layout.scaleCount }, () => rng.int(qmin, qmax)),
      qmin,
      qmax,
    };
    const chunks = randomChunks(rng, count);
    const [fast, slow] = [simd, reference].map((engine) => {
      const error = new Float64Array(layout.scaleCount);
      for (const [from, to] of chunks) addQuantError(engine, x.subarray(from, to), params, error, from);
      return error;
    });
    assertSameBits(fast!, slow!, JSON.stringify(layout));
    assertNear(fast!, plainError(x, params));
  }
});

test('addQuantError of difficult finite numbers -> simd = reference = plain, one by one', () => {
  for (const scale of [1, 500, 2 ** 32, 2 ** -126, 1e-42]) {
    for (const [qmin, qmax, zeroPoint] of [
      [-128, 127, -128],
      [0, 65535, 65535],
      [-7, 7, 0],
    ] as const) {
      const params = {
        layout: ONE_SCALE,
        scale: Float32Array.of(scale),
        zeroPoint: Int32Array.of(zeroPoint),
        qmin,
        qmax,
      };
      for (const value of difficultInputs(params.scale[0]!, zeroPoint, qmin, qmax)) {
        if (!Number.isFinite(value)) continue;
        const expected = plainError(Float32Array.of(value), params);
        for (const engine of [simd, reference]) {
          const error = new Float64Array(1);
          addQuantError(engine, Float32Array.of(value), params, error);
          assertSameBits(error, expected, `${value} with scale ${scale} zero point ${zeroPoint}`);
        }
      }
    }
  }
});

test('addQuantError cut at multiples of 65536 elements -> the bits of one call', () => {
  const x = new Rng(13).normal(300_000);
  const params = {
    layout: ONE_SCALE,
    scale: Float32Array.of(0.01),
    zeroPoint: Int32Array.of(3),
    qmin: -128,
    qmax: 127,
  };
  const whole = new Float64Array(1);
  addQuantError(simd, x, params, whole);
  const pieces = new Float64Array(1);
  for (const [from, to] of [
    [0, 65536],
    [65536, 262144],
    [262144, 300_000],
  ]) {
    addQuantError(simd, x.subarray(from, to), params, pieces, from);
  }
  assertSameBits(pieces, whole, 'sum');
});

test('addQuantError of NaN or an infinity -> NaN or infinite sum of its scale only', () => {
  for (const engine of [simd, reference]) {
    for (const layout of [
      { depth: 5, inner: 1, block: 5, scaleCount: 2 },
      { depth: 1, inner: 2, block: 1, scaleCount: 2 },
    ]) {
      for (const [bad, expected] of [
        [NaN, NaN],
        [Infinity, Infinity],
        [-Infinity, Infinity],
      ] as const) {
        const x = Float32Array.of(bad, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        const params = {
          layout,
          scale: Float32Array.of(1, 1),
          zeroPoint: new Int32Array(2),
          qmin: -128,
          qmax: 127,
        };
        const error = new Float64Array(2);
        addQuantError(engine, x, params, error);
        assert.deepEqual(error, Float64Array.of(expected, 0));
      }
    }
  }
});

test('addQuantError with arguments that break its rules -> INVALID_ARGUMENT, error unchanged', () => {
  const good = {
    layout: ONE_SCALE,
    scale: Float32Array.of(1),
    zeroPoint: Int32Array.of(0),
    qmin: -128,
    qmax: 127,
  };
  const bad: [string, QuantParams, number, number][] = [
    ['length of error', good, 2, 0],
    ['scale 0', { ...good, scale: Float32Array.of(0) }, 1, 0],
    ['zero point outside', { ...good, zeroPoint: Int32Array.of(128) }, 1, 0],
    ['code range', { ...good, qmax: 65536 }, 1, 0],
    ['start', good, 1, 2 ** 32],
  ];
  for (const [name, params, errorLength, start] of bad) {
    const error = new Float64Array(errorLength).fill(7);
    const call = () => addQuantError(simd, Float32Array.of(1), params, error, start);
    assert.throws(call, { code: 'INVALID_ARGUMENT' }, name);
    assert.ok(error.every((value) => value === 7));
  }
});
