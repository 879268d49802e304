// Scaled channels, BatchNormalization as scale and shift, bias codes: each against its formula in float64, in both modules.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OctavoError } from '../../ts-host/errors.js';
import { scaleLayout } from '../../ts-host/tensor/layout.js';
import type { Engine } from '../../ts-host/wasm/engine.js';
import { batchNormAffine, quantizeBias, scaleValues } from '../../ts-host/wasm/kernels/fold.js';
import { referenceEngine, simdEngine } from '../support/engine.js';
import { Rng } from '../support/rng.js';

const ENGINES: ReadonlyArray<readonly [string, Engine]> = [
  ['simd', await simdEngine()],
  ['reference', await referenceEngine()],
];

for (const [name, engine] of ENGINES) {
  test(`${name} scaleValues over every axis of [5, 7, 3], cut anywhere -> x · factor rounded once`, () => {
    const rng = new Rng(3);
    const dims = [5, 7, 3];
    const x = rng.normal(105);
    for (const axis of [0, 1, 2]) {
      const layout = scaleLayout(dims, { kind: 'channel', axis });
      const factor = Float64Array.from(rng.normal(dims[axis]!), (each) => each * 1.000000123);
      const inner = dims.slice(axis + 1).reduce((a, b) => a * b, 1);
      const expected = x.map((each, k) => each * factor[Math.floor(k / inner) % dims[axis]!]!);
      for (const cut of [0, 1, 8, 50, 104]) {
        const out = new Float32Array(105);
        scaleValues(engine, x.subarray(0, cut), out.subarray(0, cut), layout, factor);
        scaleValues(engine, x.subarray(cut), out.subarray(cut), layout, factor, cut);
        assert.deepEqual(out, expected, `axis ${axis}, cut at ${cut}`);
      }
    }
  });

  test(`${name} scaleValues over more elements than a tile -> the same at every element`, () => {
    const x = new Rng(4).normal(150_000);
    const layout = scaleLayout([3, 50_000], { kind: 'channel', axis: 0 });
    const factor = Float64Array.of(0.5, -3, 1 / 3);
    const out = new Float32Array(x.length);
    scaleValues(engine, x, out, layout, factor);
    assert.deepEqual(
      out,
      x.map((each, k) => each * factor[Math.floor(k / 50_000)]!),
    );
  });

  test(`${name} batchNormAffine -> gamma / √(variance + epsilon), beta − mean · scale`, () => {
    const rng = new Rng(5);
    const [gamma, beta, mean] = [rng.normal(33), rng.normal(33), rng.normal(33, 5)];
    const variance = rng.normal(33).map((each) => each * each);
    const epsilon = Math.fround(1e-3);
    const { scale, shift } = batchNormAffine(engine, gamma, beta, mean, variance, epsilon);
    for (let c = 0; c < 33; c++) {
      const factor = gamma[c]! / Math.sqrt(variance[c]! + epsilon);
      assert.equal(scale[c], factor);
      assert.equal(shift[c], beta[c]! - mean[c]! * factor);
    }
  });

  test(`${name} quantizeBias -> half to even, saturated, 0 for NaN`, () => {
    const x = Float32Array.of(0.5, 1.5, 2.5, -0.5, -1.5, 1e20, -1e20, NaN, 3, 0, Infinity);
    const scale = new Float32Array(x.length).fill(1);
    scale[8] = 0.25;
    const limit = 2 ** 31 - 1;
    assert.deepEqual([...quantizeBias(engine, x, scale)], [0, 2, 2, 0, -2, limit, -limit, 0, 12, 0, limit]);
  });

  test(`${name} arrays of other lengths -> INVALID_ARGUMENT`, () => {
    const layout = scaleLayout([2, 2], { kind: 'channel', axis: 0 });
    const four = new Float32Array(4);
    const refused = (body: () => void) =>
      assert.throws(body, (error) => error instanceof OctavoError && error.code === 'INVALID_ARGUMENT');
    refused(() => scaleValues(engine, four, new Float32Array(3), layout, new Float64Array(2)));
    refused(() => scaleValues(engine, four, four, layout, new Float64Array(3)));
    refused(() => quantizeBias(engine, four, new Float32Array(3)));
    refused(() => batchNormAffine(engine, four, four, new Float32Array(3), four, 1e-5));
  });
}
