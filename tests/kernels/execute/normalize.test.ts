// Normalisation: SIMD equals the scalar reference bit for bit, both equal float32 steps over float64 statistics, at every
// length around the lanes, misaligned, in place; nothing is written beside.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import {
  addRows,
  affine,
  deviations,
  Factor,
  joinMoments,
  layerNormRows,
  parameters,
} from '../../../ts-host/wasm/kernels/execute/normalize.js';
import { executionEngine, referenceExecutionEngine } from '../../support/engine.js';
import { Rng } from '../../support/rng.js';
import { assertSameFloats, withHeapGuards } from './guarded-heap.js';

const SIMD = await executionEngine();
const ENGINES: [string, ExecutionEngine][] = [
  ['simd', SIMD],
  ['reference', await referenceExecutionEngine()],
];
const SPECIALS = [Number.NaN, Number.POSITIVE_INFINITY, -0, 1e-45, -1e-40, 3e38];

function sprinkled(rng: Rng, count: number, specials: number, about = 0): Float32Array {
  const x = rng.normal(count, 3).map((value) => value + about);
  for (let i = 0; i < specials && count > 0; i++) x[rng.int(0, count - 1)] = SPECIALS[rng.int(0, 5)]!;
  return x;
}

/** All engines on the same memory: the answer, after both were found equal. */
function same(message: string, body: (engine: ExecutionEngine) => Float32Array): Float32Array {
  const [simd, reference] = ENGINES.map(([, engine]) => body(engine));
  assertSameFloats(simd!, reference!, message);
  return simd!;
}

describe('layer_norm_f32', () => {
  it('rows of 1 to 40 elements, with and without bias, rms or not, in place -> the definition', () => {
    const rng = new Rng(1);
    for (let length = 1; length <= 40; length++) {
      const [biased, rms, inPlace] = [length % 2 === 0, length % 3 === 0, length % 5 === 0];
      const x = sprinkled(rng, 3 * length, 0, length % 4 === 0 ? 4096 : 0);
      const [scale, bias] = [rng.normal(length), rng.normal(length)];
      const found = same(`length ${length}`, (engine) => {
        const [source, out, statistics] = [x.slice(), x.slice(), new Float32Array(6)];
        withHeapGuards(engine, [source, scale, bias, out, statistics], (length % 3) * 4, (a, s, b, y, t) =>
          layerNormRows(engine.kernels, {
            ...{ x: inPlace ? y! : a!, scale: s!, bias: biased ? b! : 0, out: y!, rows: 3, length, rms },
            ...{ epsilon: 1e-5, means: t!, inverses: t! + 12 },
          }),
        );
        return Float32Array.of(...out, ...statistics);
      });
      for (let row = 0; row < 3; row++) {
        const values = Array.from(x.subarray(row * length, (row + 1) * length));
        const mean = rms ? 0 : values.reduce((a, b) => a + b, 0) / length;
        const inverse = 1 / Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / length + 1e-5);
        assert.ok(Math.abs(found[3 * length + row]! - mean) <= 1e-7 * Math.abs(mean) + 1e-12);
        assert.ok(Math.abs(found[3 * length + 3 + row]! / inverse - 1) <= 1e-7);
        values.forEach((value, j) => {
          const want = (value - mean) * inverse * scale[j]! + (biased ? bias[j]! : 0);
          const error = Math.abs(found[row * length + j]! - want);
          assert.ok(error <= 3e-7 * (Math.abs((value - mean) * inverse * scale[j]!) + Math.abs(want)) + 1e-7);
        });
      }
    }
  });

  it('special numbers -> equal bits in both engines', () => {
    const rng = new Rng(2);
    for (let length = 1; length <= 40; length++) {
      const x = sprinkled(rng, 2 * length, 2);
      same(`length ${length}`, (engine) => {
        const out = new Float32Array(2 * length);
        const scale = new Float32Array(length).fill(2);
        withHeapGuards(engine, [x, scale, out], 0, (a, s, y) =>
          layerNormRows(engine.kernels, { x: a!, scale: s!, bias: 0, out: y!, rows: 2, length, epsilon: 0 }),
        );
        return out;
      });
    }
  });

  it('no rows, rows of nothing -> nothing', () => {
    for (const [rows, length] of [
      [0, 5],
      [5, 0],
    ] as const) {
      same('nothing', (engine) => {
        const [out, scale] = [new Float32Array(0), new Float32Array(length)];
        withHeapGuards(engine, [out, scale], 0, (y, s) =>
          layerNormRows(engine.kernels, { x: y!, scale: s!, bias: 0, out: y!, rows, length, epsilon: 1 }),
        );
        return out;
      });
    }
  });
});

describe('deviations_f32', () => {
  it('rows and columns -> Σ (x − mean)², in parts too; equal bits', () => {
    const rng = new Rng(3);
    for (let size = 1; size <= 40; size++) {
      for (const view of [
        { outer: 2, axis: size, inner: 1 },
        { outer: 2, axis: 5, inner: size },
      ]) {
        const x = sprinkled(rng, view.outer * view.axis * view.inner, size % 3 === 0 ? 1 : 0);
        const means = Float64Array.from(rng.normal(view.outer * view.inner));
        const [simd, reference] = ENGINES.map(([, engine]) => {
          const out = new Float64Array(means.length);
          withHeapGuards(engine, [x, means, out], 4 * (size % 2), (a, m, y) =>
            deviations(engine.kernels, a!, m!, y!, view),
          );
          return Array.from(out);
        });
        assert.deepEqual(simd, reference);
        simd!.forEach((value, r) => {
          const line = Array.from(
            { length: view.axis },
            (_, n) => x[(Math.floor(r / view.inner) * view.axis + n) * view.inner + (r % view.inner)]!,
          );
          const want = line.reduce((a, b) => a + (b - means[r]!) ** 2, 0);
          assert.ok(Object.is(value, want) || Math.abs(value - want) <= 1e-14 * want, `${value} for ${want}`);
        });
      }
    }
  });
});

describe('parameters and affine_f32', () => {
  it('every view -> three float32 steps, bit for bit, in place', () => {
    const rng = new Rng(4);
    for (let size = 0; size <= 20; size++) {
      for (const view of [
        { groups: 1, outer: 3, channels: 2, inner: size },
        { groups: 2, outer: 2, channels: size, inner: 1 },
        { groups: 2, outer: 2, channels: 3, inner: size },
      ]) {
        const { groups, outer, channels, inner } = view;
        const count = groups * channels;
        const x = sprinkled(rng, groups * outer * channels * inner, size % 3);
        const values = rng.normal(3 * count);
        const expected = x.map((value, n) => {
          const p =
            Math.floor(n / (outer * channels * inner)) * channels + (Math.floor(n / inner) % channels);
          const scaled = Math.fround(Math.fround(value - values[p]!) * values[count + p]!);
          return scaled + values[2 * count + p]!;
        });
        const found = same(JSON.stringify(view), (engine) => {
          const out = x.slice();
          withHeapGuards(engine, [values, out], 4 * (size % 4), (p, y) =>
            affine(engine.kernels, y!, p!, count, 0, y!, view),
          );
          return out;
        });
        assertSameFloats(found, expected, JSON.stringify(view));
      }
    }
  });

  it('every kind of factor, float32 and float64 statistics -> the definition, rounded once', () => {
    const rng = new Rng(5);
    for (const narrow of [false, true]) {
      for (const [name, factor] of Object.entries(Factor)) {
        const Kind = narrow ? Float32Array : Float64Array;
        const means = Kind.from(rng.normal(3));
        const variances = Kind.from([0, 4, 0.01]);
        const [scale, bias] = [rng.normal(4), rng.normal(4)];
        const found = same(name, (engine) => {
          const out = new Float32Array(18);
          withHeapGuards(engine, [means, variances, scale, bias, out], 0, (m, v, s, b, y) =>
            parameters(engine.kernels, {
              ...{ means: m!, variances: v!, narrow, scale: s!, bias: b!, out: y!, count: 6 },
              ...{ perStatistic: 2, first: 2, perScale: 2, scales: 4, epsilon: 0.5, factor },
            }),
          );
          return out;
        });
        for (let p = 0; p < 6; p++) {
          const [mean, v] = [means[p >> 1]!, variances[p >> 1]!];
          const index = (p + 2) >> 1;
          const inverse = {
            inside: 1 / Math.sqrt(v + 0.5),
            outside: 1 / (Math.sqrt(v) + 0.5),
            root: v === 0 ? 0 : 1 / Math.sqrt(v),
            plain: v === 0 ? 0 : 1 / v,
          }[name]!;
          const scaled = inverse * scale[index]!;
          const lost = narrow ? 0 : mean - Math.fround(mean);
          assert.equal(found[p], Math.fround(mean));
          assert.equal(found[6 + p], Math.fround(scaled));
          assert.equal(found[12 + p], Math.fround(bias[index]! - lost * scaled));
        }
      }
    }
  });

  it('moments of parts -> those of the whole', () => {
    const x = Array.from(new Rng(6).normal(60), (value) => value + 5);
    const moments = (values: number[]): [number, number] => {
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      return [mean, values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length];
    };
    const parts = [0, 1, 2, 3, 4, 5].map((part) => moments(x.slice(part * 10, part * 10 + 10)));
    const [means, variances] = [0, 1].map((i) => Float64Array.from(parts, (part) => part[i as 0]));
    const out = new Float64Array(4);
    withHeapGuards(SIMD, [means!, variances!, out], 0, (m, v, y) =>
      joinMoments(SIMD.kernels, m!, v!, y!, y! + 16, { outer: 1, axis: 3, inner: 2 }),
    );
    const wholes = [0, 1].map((i) => moments(x.filter((_, n) => Math.floor(n / 10) % 2 === i)));
    const expected = [...wholes.map(([mean]) => mean), ...wholes.map(([, variance]) => variance)];
    assert.ok(expected.every((value, i) => Math.abs(value - out[i]!) < 1e-13));
  });
});

describe('add_rows_f32', () => {
  it('with and without bias, skip repeated -> two float32 sums, bit for bit', () => {
    const rng = new Rng(7);
    for (let length = 0; length <= 12; length++) {
      for (const skipRows of [1, 2, 4]) {
        const [x, skip, bias] = [rng.normal(4 * length), rng.normal(skipRows * length), rng.normal(length)];
        const biased = length % 2 === 0;
        const expected = x.map((value, i) => {
          const sum = Math.fround(value + skip[i % skip.length]!);
          return biased ? sum + bias[i % length]! : sum;
        });
        const found = same('sum', (engine) => {
          const out = x.slice();
          withHeapGuards(engine, [skip, bias, out], 4, (s, b, y) =>
            addRows(engine.kernels, y!, s!, biased ? b! : 0, y!, 4, length, skipRows),
          );
          return out;
        });
        assertSameFloats(found, expected, `length ${length}`);
      }
    }
  });
});
