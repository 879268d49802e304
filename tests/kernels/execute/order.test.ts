// Orders along an axis against sorting in plain TypeScript, misaligned, nothing written beside; local response
// normalisation: SIMD equals the scalar reference bit for bit, both equal the definition in doubles.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import {
  argExtreme,
  cumulativeSum,
  localResponse,
  topK,
  topKScratchBytes,
} from '../../../ts-host/wasm/kernels/execute/order.js';
import { executionEngine, referenceExecutionEngine } from '../../support/engine.js';
import { Rng } from '../../support/rng.js';
import { assertSameFloats, withHeapGuards } from './guarded-heap.js';

const SIMD = await executionEngine();
const ENGINES: [string, ExecutionEngine][] = [
  ['simd', SIMD],
  ['reference', await referenceExecutionEngine()],
];

/** Whole numbers with many equal ones, and some NaN. */
function withTies(rng: Rng, count: number, nans: number): Float32Array {
  const x = Float32Array.from({ length: count }, () => rng.int(-4, 4));
  for (let i = 0; i < nans && count > 0; i++) x[rng.int(0, count - 1)] = Number.NaN;
  return x;
}

function lineOf(x: Float32Array, axis: number, inner: number, result: number): number[] {
  const first = Math.floor(result / inner) * axis * inner + (result % inner);
  return Array.from({ length: axis }, (_, n) => x[first + n * inner]!);
}

describe('top_k', () => {
  for (const [name, engine] of ENGINES) {
    it(`${name}: every k of rows and columns, ties and NaN -> a stable sort with NaN above all`, () => {
      const rng = new Rng(1);
      for (let axis = 1; axis <= 20; axis++) {
        for (const [inner, largest] of [
          [1, true],
          [3, false],
        ] as const) {
          const k = rng.int(0, axis);
          const x = withTies(rng, 2 * axis * inner, axis % 3);
          const [values, indices] = [new Float32Array(2 * k * inner), new BigInt64Array(2 * k * inner)];
          const scratch = new Uint8Array(topKScratchBytes(k));
          withHeapGuards(engine, [x, values, indices, scratch], 8 * (axis % 2), (a, v, n, s) =>
            topK(engine.kernels, 'float32', a!, v!, n!, s!, { outer: 2, axis, inner }, k, largest),
          );
          for (let result = 0; result < 2 * inner; result++) {
            const line = lineOf(x, axis, inner, result);
            const rank = (v: number): number => (Number.isNaN(v) ? 1000 : v);
            const sign = largest ? -1 : 1;
            const order = line
              .map((_, i) => i)
              .sort((a, b) => sign * (rank(line[a]!) - rank(line[b]!)) || a - b);
            for (let n = 0; n < k; n++) {
              const at = (Math.floor(result / inner) * k + n) * inner + (result % inner);
              assert.equal(Number(indices[at]), order[n], `axis ${axis}, k ${k}`);
              assert.ok(Object.is(values[at], line[order[n]!]));
            }
          }
        }
      }
    });

    it(`${name}: values or indices alone -> the same`, () => {
      const x = withTies(new Rng(2), 9, 0);
      const [values, indices, scratch] = [new Float32Array(4), new BigInt64Array(4), new Uint8Array(64)];
      const view = { outer: 1, axis: 9, inner: 1 };
      withHeapGuards(engine, [x, values, indices, scratch], 0, (a, v, n, s) => {
        topK(engine.kernels, 'float32', a!, v!, 0, s!, view, 4, true);
        topK(engine.kernels, 'float32', a!, 0, n!, s!, view, 4, true);
      });
      assert.deepEqual(
        Array.from(indices, (i) => x[Number(i)]),
        Array.from(values),
      );
    });
  }
});

describe('arg_extreme', () => {
  for (const [name, engine] of ENGINES) {
    it(`${name}: first and last, greatest and least, rows and columns -> the definition`, () => {
      const rng = new Rng(3);
      for (let axis = 1; axis <= 20; axis++) {
        for (const inner of [1, 2, 7]) {
          const [least, last] = [axis % 2 === 0, axis % 3 === 0];
          const x = withTies(rng, 2 * axis * inner, 2);
          const [out, scratch] = [new BigInt64Array(2 * inner), new Uint8Array(inner * 8)];
          withHeapGuards(engine, [x, out, scratch], 8 * (axis % 2), (a, y, s) =>
            argExtreme(engine.kernels, 'float32', a!, y!, s!, { outer: 2, axis, inner }, { least, last }),
          );
          for (let result = 0; result < 2 * inner; result++) {
            const line = lineOf(x, axis, inner, result);
            const best = line.reduce((at, value, i) => {
              const isBetter = least ? value < line[at]! : value > line[at]!;
              return isBetter || (last && value === line[at]) ? i : at;
            }, 0);
            assert.equal(Number(out[result]), best, JSON.stringify(line));
          }
        }
      }
    });
  }
});

describe('cumulative_sum', () => {
  for (const [name, engine] of ENGINES) {
    it(`${name}: exclusive or not, both ways, in place -> float64 sums, each rounded once`, () => {
      const rng = new Rng(4);
      for (let axis = 0; axis <= 9; axis++) {
        for (const inner of [1, 3, 16, 17, 40]) {
          const [exclusive, reverse] = [axis % 2 === 0, inner % 2 === 0];
          const x = rng.normal(2 * axis * inner);
          const out = x.slice();
          withHeapGuards(engine, [out], 4 * (axis % 4), (y) =>
            cumulativeSum(
              engine.kernels,
              'float32',
              y!,
              y!,
              { outer: 2, axis, inner },
              { exclusive, reverse },
            ),
          );
          for (let result = 0; result < 2 * inner; result++) {
            const line = lineOf(x, axis, inner, result);
            const found = lineOf(out, axis, inner, result);
            if (reverse) for (const each of [line, found]) each.reverse();
            let sum = 0;
            line.forEach((value, n) => {
              const before = sum;
              sum += value;
              assert.equal(found[n], Math.fround(exclusive ? before : sum));
            });
          }
        }
      }
    });
  }
});

describe('lrn_f32', () => {
  it('every channel count and layout -> the definition; equal bits', () => {
    const rng = new Rng(5);
    for (let channels = 1; channels <= 14; channels++) {
      for (const inner of [1, 2, 3, 4, 5, 9]) {
        const [before, after] = [channels % 3, rng.int(0, 3)];
        const response = { before, after, factor: 0.1, beta: inner % 2 === 0 ? 0.75 : 0.6, bias: 1.25 };
        const x = rng.normal(2 * channels * inner);
        if (channels % 4 === 0) x[rng.int(0, x.length - 1)] = Number.NaN;
        const [simd, reference] = ENGINES.map(([, engine]) => {
          const out = new Float32Array(x.length);
          withHeapGuards(engine, [x, out], 4 * (inner % 4), (a, y) =>
            localResponse(engine.kernels, a!, y!, { outer: 2, axis: channels, inner }, response),
          );
          return out;
        });
        assertSameFloats(simd!, reference!, `${channels} channels, ${inner}`);
        simd!.forEach((value, i) => {
          const channel = Math.floor(i / inner) % channels;
          let sum = 0;
          for (let c = Math.max(0, channel - before); c <= Math.min(channels - 1, channel + after); c++) {
            sum += x[i + (c - channel) * inner]! ** 2;
          }
          const want = x[i]! / (1.25 + Math.fround(0.1) * sum) ** response.beta;
          assert.ok(
            Object.is(value, want) || Math.abs(value - want) <= 6e-7 * Math.abs(want),
            `${value} for ${want}`,
          );
        });
      }
    }
  });
});
