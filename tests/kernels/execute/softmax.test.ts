// The softmax family: SIMD equals the scalar reference bit for bit, both are within a few ulp of float64 (Math.exp), at
// every length around the lanes, misaligned, in place; nothing is written beside.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import {
  logSumExp,
  Softmax,
  scaleMaskRows,
  softmaxColumns,
  softmaxF64,
  softmaxRows,
} from '../../../ts-host/wasm/kernels/execute/softmax.js';
import { executionEngine, referenceExecutionEngine } from '../../support/engine.js';
import { Rng } from '../../support/rng.js';
import { assertSameFloats, withHeapGuards } from './guarded-heap.js';

const [SIMD, REFERENCE] = [await executionEngine(), await referenceExecutionEngine()];
const SPECIALS = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0,
  1e-45,
  -3e38,
  3e38,
  -104,
];

interface Lines {
  readonly outer: number;
  readonly axis: number;
  readonly columns: number;
  readonly stride: number;
}

type Kind = 0 | 1;

/** Softmax of every line in doubles, of differences rounded to float32; elements outside of the columns stay. */
function oracle(x: Float32Array, { outer, axis, columns, stride }: Lines, kind: Kind): Float64Array {
  const out = Float64Array.from(x);
  for (let o = 0; o < outer; o++) {
    for (let c = 0; c < columns; c++) {
      const places = Array.from({ length: axis }, (_, n) => (o * axis + n) * stride + c);
      const peak = Math.max(...places.map((at) => x[at]!));
      const shifted = (at: number): number => Math.fround(x[at]! - peak);
      const sum = places.reduce((a, at) => a + Math.exp(shifted(at)), 0);
      for (const at of places) {
        out[at] = kind === Softmax.log ? shifted(at) - Math.log(sum) : Math.exp(shifted(at)) / sum;
      }
    }
  }
  return out;
}

function run(
  engine: ExecutionEngine,
  x: Float32Array,
  lines: Lines,
  kind: Kind,
  shift: number,
  inPlace = false,
): Float32Array {
  const [source, out] = [x.slice(), x.slice()];
  withHeapGuards(engine, [source, out], shift, (xPtr, outPtr) => {
    const from = inPlace ? outPtr! : xPtr!;
    if (lines.stride === 1) softmaxRows(engine.kernels, from, outPtr!, lines.outer, lines.axis, kind);
    else softmaxColumns(engine.kernels, from, outPtr!, lines, kind);
  });
  assertSameFloats(source, x, 'the input');
  return out;
}

/** The exponential is within 1.5 ulp, the sum and the quotient add one; ln Σe is as wide as its peak distance. */
function assertNear(actual: Float32Array, expected: Float64Array, kind: Kind, message: string): void {
  actual.forEach((value, i) => {
    const want = Math.abs(expected[i]!) < 3.4e38 ? expected[i]! : Math.fround(expected[i]!);
    if (Number.isNaN(want) || Math.abs(want) === Number.POSITIVE_INFINITY) {
      assert.ok(Object.is(value, want), `${message}: element ${i} is ${value}, not ${want}`);
      return;
    }
    const error = Math.abs(value - want);
    const allowed = kind === Softmax.log ? Math.abs(want) * 2.4e-7 + 2.4e-7 : Math.abs(want) * 3e-7 + 1.2e-38;
    assert.ok(error <= allowed, `${message}: element ${i} is ${value}, not ${want}`);
  });
}

const LINES: Lines[] = [
  ...Array.from({ length: 35 }, (_, axis) => ({ outer: axis % 3, axis, columns: 1, stride: 1 })),
  { outer: 3, axis: 1001, columns: 1, stride: 1 },
  ...Array.from({ length: 20 }, (_, i) => ({ outer: 2, axis: i % 5, columns: i + 2, stride: i + 2 })),
  ...[63, 64, 65, 67, 128, 131].map((columns) => ({ outer: 2, axis: 3, columns, stride: columns })),
  { outer: 1, axis: 7, columns: 66, stride: 100 },
];

describe('softmax', () => {
  for (const kind of [Softmax.plain, Softmax.log]) {
    it(`kind ${kind} of rows and columns -> the definition; equal bits in both engines, in place too`, () => {
      const rng = new Rng(kind + 1);
      for (const [n, lines] of LINES.entries()) {
        const x = rng.normal(lines.outer * lines.axis * lines.stride, n % 2 === 0 ? 3 : 30);
        const shift = [0, 4, 8][n % 3]!;
        const simd = run(SIMD, x, lines, kind, shift);
        const message = JSON.stringify(lines);
        assertSameFloats(simd, run(REFERENCE, x, lines, kind, 0), message);
        assertSameFloats(simd, run(SIMD, x, lines, kind, 0, true), `${message} in place`);
        assertNear(simd, oracle(x, lines, kind), kind, message);
      }
    });

    it(`kind ${kind} with special numbers -> the definition; equal bits in both engines`, () => {
      const rng = new Rng(kind + 7);
      for (const [n, lines] of LINES.entries()) {
        const x = rng.normal(lines.outer * lines.axis * lines.stride, 3);
        for (let i = 0; i < 2 && x.length > 0; i++) x[rng.int(0, x.length - 1)] = SPECIALS[(n + i) % 8]!;
        const simd = run(SIMD, x, lines, kind, 0);
        assertSameFloats(simd, run(REFERENCE, x, lines, kind, 0), JSON.stringify(lines));
        assertNear(simd, oracle(x, lines, kind), kind, JSON.stringify(lines));
      }
    });
  }

  it('every exponent -> exp within 1.5 ulp of Math.exp, 0 below -87.33', () => {
    const x = Float32Array.from({ length: 40_000 }, (_, i) => (i === 0 ? 0 : -i / 400));
    const simd = run(SIMD, x, { outer: 1, axis: x.length, columns: 1, stride: 1 }, Softmax.plain, 0);
    const sum = x.reduce((a, value) => a + (value < -87.33 ? 0 : Math.exp(value)), 0);
    simd.forEach((value, i) => {
      const want = x[i]! < Math.fround(-87.33) ? 0 : Math.exp(x[i]!) / sum;
      assert.ok(Math.abs(value - want) <= want * 3e-7 + 2e-45, `exp(${x[i]})`);
    });
  });

  it('float64 rows and columns -> the definition within 1e-14', () => {
    const rng = new Rng(5);
    for (const inner of [1, 3]) {
      const x = Float64Array.from(rng.normal(2 * 9 * inner, 200));
      const view = { outer: 2, axis: 9, inner };
      for (const kind of [Softmax.plain, Softmax.log]) {
        const out = new Float64Array(x.length);
        withHeapGuards(SIMD, [x, out], 0, (a, b) => softmaxF64(SIMD.kernels, a!, b!, view, kind));
        out.forEach((value, i) => {
          const line = x.filter(
            (_, at) => at % inner === i % inner && Math.floor(at / 9 / inner) === Math.floor(i / 9 / inner),
          );
          const peak = Math.max(...line);
          const sum = line.reduce((a, each) => a + Math.exp(each - peak), 0);
          const want = kind === Softmax.log ? x[i]! - peak - Math.log(sum) : Math.exp(x[i]! - peak) / sum;
          assert.ok(Math.abs(value - want) <= 1e-14 * Math.abs(want), `${value} for ${want}`);
        });
      }
    }
  });
});

describe('scale and mask, ln of a sum of exponentials', () => {
  it('rows with a mask a row, one mask for all, none -> two roundings, equal bits', () => {
    const rng = new Rng(2);
    for (let length = 0; length < 11; length++) {
      for (const [masks, step] of [
        [3, length],
        [1, 0],
        [0, 0],
      ] as const) {
        const [x, mask] = [rng.normal(3 * length), rng.normal(masks * length)];
        const expected = x.map((value, i) => {
          const scaled = Math.fround(value * Math.fround(0.125));
          const at = step === 0 ? i % length : i;
          return masks === 0 ? scaled : scaled + mask[at]!;
        });
        for (const engine of [SIMD, REFERENCE]) {
          const out = x.slice();
          withHeapGuards(engine, [mask, out], 4, (m, y) =>
            scaleMaskRows(engine.kernels, y!, masks === 0 ? 0 : m!, y!, 3, length, step, 0.125),
          );
          assertSameFloats(out, expected, `length ${length}, ${masks} masks`);
        }
      }
    }
  });

  it('logSumExp of rows and columns -> the definition, equal bits', () => {
    const rng = new Rng(3);
    for (const [axis, inner] of [
      [0, 1],
      [1, 1],
      [9, 1],
      [40, 1],
      [5, 3],
      [3, 17],
    ] as const) {
      const x = rng.normal(2 * axis * inner, 20);
      const view = { outer: 2, axis, inner };
      const peaks = Float32Array.from({ length: 2 * inner }, (_, r) => {
        const line = Array.from(
          { length: axis },
          (_, n) => x[(Math.floor(r / inner) * axis + n) * inner + (r % inner)]!,
        );
        return Math.max(...line);
      });
      const [simd, reference] = [SIMD, REFERENCE].map((engine) => {
        const out = peaks.slice();
        withHeapGuards(engine, [x, out], 0, (a, b) => logSumExp(engine.kernels, 'float32', a!, b!, view));
        return out;
      });
      assertSameFloats(simd!, reference!, `${axis}, ${inner}`);
      simd!.forEach((value, r) => {
        const line = Array.from(
          { length: axis },
          (_, n) => x[(Math.floor(r / inner) * axis + n) * inner + (r % inner)]!,
        );
        const want = peaks[r]! + Math.log(line.reduce((a, each) => a + Math.exp(each - peaks[r]!), 0));
        const isNear =
          axis === 0
            ? value === Number.NEGATIVE_INFINITY
            : Math.abs(value - want) < 1e-6 * Math.abs(want) + 1e-6;
        assert.ok(isNear, `${value} for ${want}`);
      });
    }
  });
});
