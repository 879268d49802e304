// addQuantBias: simd equal to the reference wasm in every bit, both near plain sums.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Engine } from '../../ts-host/wasm/engine.js';
import { addQuantBias, addQuantError } from '../../ts-host/wasm/kernels/quant-error.js';
import type { QuantParams } from '../../ts-host/wasm/kernels/quantize.js';
import { referenceEngine, simdEngine } from '../support/engine.js';
import { dequantizeOracle, quantizeOracle } from '../support/quant-oracle.js';
import { Rng } from '../support/rng.js';
import { assertSameBits, withGuards } from './guarded.js';
import { difficultInputs, randomChunks } from './quant-cases.js';

const simd = await simdEngine();
const reference = await referenceEngine();

interface Sums {
  readonly error: Float64Array;
  readonly bias: Float64Array;
}

const newSums = (count: number, value = 0): Sums => ({
  error: new Float64Array(count).fill(value),
  bias: new Float64Array(count).fill(value),
});

const rowsOf = (depth: number, scaleCount: number) => ({ depth, inner: 1, block: depth, scaleCount });

function randomParams(rng: Rng, depth: number, scaleCount: number, qmin: number, qmax: number): QuantParams {
  return {
    layout: rowsOf(depth, scaleCount),
    scale: Float32Array.from({ length: scaleCount }, () => 10 ** (rng.float() * 4 - 3)),
    zeroPoint: Int32Array.from({ length: scaleCount }, () => rng.int(qmin, qmax)),
    qmin,
    qmax,
  };
}

/** In the order of elements, products in f64; `size` is the sum of the magnitudes, for the slack. */
function plainSums(x: Float32Array, params: QuantParams, means: Float32Array): Sums & { size: Float64Array } {
  const { layout, scale, zeroPoint, qmin, qmax } = params;
  const sums = { ...newSums(layout.scaleCount), size: new Float64Array(layout.scaleCount) };
  x.forEach((value, k) => {
    const s = Math.floor(k / layout.depth) % layout.scaleCount;
    const code = quantizeOracle(value, scale[s]!, zeroPoint[s]!, qmin, qmax);
    const difference = Math.fround(value - dequantizeOracle(code, scale[s]!, zeroPoint[s]!));
    const shift = means[k % layout.depth]! * difference;
    sums.error[s] = sums.error[s]! + difference * difference;
    sums.bias[s] = sums.bias[s]! + shift;
    sums.size[s] = sums.size[s]! + Math.abs(shift);
  });
  return sums;
}

/** Two float32 roundings a pair of products: 2 · 2^-24 of the magnitudes added. */
function assertNear(actual: Sums, expected: Sums & { size: Float64Array }, message: string): void {
  actual.error.forEach((value, s) => {
    const [error, bias] = [
      Math.abs(value - expected.error[s]!),
      Math.abs(actual.bias[s]! - expected.bias[s]!),
    ];
    assert.ok(error <= 1e-12 * expected.error[s]!, `${message}: error of scale ${s} off by ${error}`);
    assert.ok(bias <= 1.3e-7 * expected.size[s]!, `${message}: bias of scale ${s} off by ${bias}`);
  });
}

function rawSums(
  engine: Engine,
  x: Float32Array,
  params: QuantParams,
  means: Float32Array,
  start: number,
  misalignment: number,
): Sums {
  const { layout, scale, zeroPoint, qmin, qmax } = params;
  const sums = newSums(layout.scaleCount, 0.25);
  const words = new Int32Array(8);
  const arrays = [x, means, sums.error, sums.bias, scale, zeroPoint, words];
  withGuards(
    engine,
    arrays,
    misalignment,
    (xPtr, meansPtr, errorPtr, biasPtr, scalePtr, zeroPtr, wordsPtr) => {
      words.set([layout.scaleCount, layout.depth, 1, layout.block, scalePtr!, zeroPtr!, qmin, qmax]);
      engine.arena.bytes.set(new Uint8Array(words.buffer), wordsPtr!);
      engine.simd.quant_bias_f32!(xPtr!, x.length, start, meansPtr!, errorPtr!, biasPtr!, wordsPtr!);
    },
  );
  return sums;
}

test('quant_bias of every length and row, misaligned -> simd = reference, guards kept', () => {
  const rng = new Rng(21);
  for (let count = 0; count <= 41; count++) {
    const x = rng.normal(count, 30);
    for (const depth of [1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 25, 41]) {
      const params = randomParams(rng, depth, 3, -128, 127);
      const means = rng.normal(depth);
      const start = count % 2 === 0 ? 0 : 5;
      const expected = rawSums(reference, x, params, means, start, 0);
      for (const misalignment of [0, 1, 3]) {
        const actual = rawSums(simd, x, params, means, start, misalignment);
        assertSameBits(actual.error, expected.error, `error of ${count} elements in rows of ${depth}`);
        assertSameBits(actual.bias, expected.bias, `bias of ${count} elements in rows of ${depth}`);
      }
    }
  }
});

test('addQuantBias of random rows in chunks -> simd = reference, near the plain sums', () => {
  const rng = new Rng(22);
  for (let round = 0; round < 100; round++) {
    const [qmin, qmax] = (
      [
        [-8, 7],
        [0, 255],
        [-32767, 32767],
      ] as const
    )[round % 3]!;
    const depth = rng.int(1, 80);
    const params = randomParams(rng, depth, rng.int(1, 9), qmin, qmax);
    const means = rng.normal(depth);
    const x = rng.normal(rng.int(0, 900), 3);
    const chunks = randomChunks(rng, x.length);
    const [fast, slow] = [simd, reference].map((engine) => {
      const sums = newSums(params.layout.scaleCount);
      for (const [from, to] of chunks) addQuantBias(engine, x.subarray(from, to), params, means, sums, from);
      return sums;
    });
    assertSameBits(fast!.error, slow!.error, 'error');
    assertSameBits(fast!.bias, slow!.bias, 'bias');
    assertNear(fast!, plainSums(x, params, means), `round ${round}`);
  }
});

test('addQuantBias -> the errors of addQuantError; with means 1 the signed sum', () => {
  const rng = new Rng(23);
  const params = randomParams(rng, 33, 7, 0, 255);
  const x = rng.normal(33 * 7 * 4);
  const sums = newSums(7);
  addQuantBias(simd, x, params, new Float32Array(33).fill(1), sums);
  const error = new Float64Array(7);
  addQuantError(simd, x, params, error);
  assertSameBits(sums.error, error, 'error');
  assertNear(sums, plainSums(x, params, new Float32Array(33).fill(1)), 'means 1');
});

test('addQuantBias of difficult finite numbers -> simd = reference = plain, one by one', () => {
  for (const scale of [1, 500, 2 ** 32, 2 ** -126]) {
    for (const [qmin, qmax, zeroPoint] of [
      [-128, 127, -128],
      [0, 65535, 65535],
      [-7, 7, 0],
    ] as const) {
      const layout = rowsOf(1, 1);
      const params = {
        layout,
        scale: Float32Array.of(scale),
        zeroPoint: Int32Array.of(zeroPoint),
        qmin,
        qmax,
      };
      for (const value of difficultInputs(params.scale[0]!, zeroPoint, qmin, qmax)) {
        if (!Number.isFinite(value)) continue;
        const expected = plainSums(Float32Array.of(value), params, Float32Array.of(-1));
        for (const engine of [simd, reference]) {
          const sums = newSums(1);
          addQuantBias(engine, Float32Array.of(value), params, Float32Array.of(-1), sums);
          assert.deepEqual([sums.error[0], sums.bias[0]! + 0], [expected.error[0], expected.bias[0]! + 0]);
        }
      }
    }
  }
});

test('addQuantBias cut at multiples of 65536 elements -> the bits of one call', () => {
  const rng = new Rng(24);
  const x = rng.normal(200_000);
  const params = randomParams(rng, 40_000, 5, -128, 127);
  const means = rng.normal(40_000);
  const [whole, pieces] = [newSums(5), newSums(5)];
  addQuantBias(simd, x, params, means, whole);
  for (const [from, to] of [
    [0, 65536],
    [65536, 131072],
    [131072, 200_000],
  ]) {
    addQuantBias(simd, x.subarray(from, to), params, means, pieces, from);
  }
  assertSameBits(pieces.error, whole.error, 'error');
  assertSameBits(pieces.bias, whole.bias, 'bias');
});

test('addQuantBias of NaN -> NaN sums of its scale only', () => {
  for (const engine of [simd, reference]) {
    const params = { ...randomParams(new Rng(25), 5, 2, -128, 127), scale: Float32Array.of(1, 1) };
    const sums = newSums(2);
    addQuantBias(engine, Float32Array.of(NaN, 0, 0, 0, 0, 0, 0, 0, 0, 0), params, new Float32Array(5), sums);
    assert.deepEqual(sums, { error: Float64Array.of(NaN, 0), bias: Float64Array.of(NaN, 0) });
  }
});

test('addQuantBias with arguments that break its rules -> INVALID_ARGUMENT, sums unchanged', () => {
  const good = randomParams(new Rng(26), 3, 2, -128, 127);
  const bad: [string, QuantParams, number, number][] = [
    ['length of the sums', good, 3, 3],
    ['length of means', good, 2, 4],
    ['columns', { ...good, layout: { depth: 3, inner: 2, block: 3, scaleCount: 2 } }, 2, 3],
    ['blocks', { ...good, layout: { depth: 3, inner: 1, block: 1, scaleCount: 2 } }, 2, 3],
    ['scale 0', { ...good, scale: new Float32Array(2) }, 2, 3],
    ['code range', { ...good, qmax: 65536 }, 2, 3],
  ];
  for (const [name, params, sumCount, meanCount] of bad) {
    const sums = newSums(sumCount, 7);
    const call = () => addQuantBias(simd, Float32Array.of(1), params, new Float32Array(meanCount), sums);
    assert.throws(call, { code: 'INVALID_ARGUMENT' }, name);
    assert.deepEqual(sums, newSums(sumCount, 7));
  }
});
