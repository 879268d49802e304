// Folds along an axis: SIMD equals the scalar reference bit for bit, both equal the definition in doubles (sums exactly in
// the documented order), at every length around the lanes, misaligned, nothing written beside; in parts as in one.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import {
  type AxisView,
  Fold,
  type FoldCode,
  type FoldType,
  finish,
  fold,
} from '../../../ts-host/wasm/kernels/execute/reduce.js';
import { executionEngine, referenceExecutionEngine } from '../../support/engine.js';
import { Rng } from '../../support/rng.js';
import { assertSameFloats, withHeapGuards } from './guarded-heap.js';

const ENGINES: [string, ExecutionEngine][] = [
  ['simd', await executionEngine()],
  ['reference', await referenceExecutionEngine()],
];
const SPECIALS = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 1e-45, -1e-40, 3e38];

const mapped = (op: FoldCode, x: number): number =>
  op === Fold.sumAbs ? Math.abs(x) : op === Fold.sumSquare ? x * x : x;
const joined = (op: FoldCode, a: number, b: number): number => (op === Fold.product ? a * b : a + b);

/** One row in the documented order. */
function rowSum(op: FoldCode, row: readonly number[]): number {
  const p = Array<number>(8).fill(op === Fold.product ? 1 : 0);
  const whole = row.length - (row.length % 8);
  for (let n = 0; n < whole; n++) p[n % 8] = joined(op, p[n % 8]!, mapped(op, row[n]!));
  const pair = (i: number): number => joined(op, p[i]!, p[i + 4]!);
  const even = joined(op, pair(0), pair(2));
  const sum = joined(op, even, joined(op, pair(1), pair(3)));
  return row.slice(whole).reduce((a, x) => joined(op, a, mapped(op, x)), sum);
}

function lineOf(x: Float32Array, { axis, inner }: AxisView, o: number, i: number): number[] {
  return Array.from({ length: axis }, (_, n) => x[(o * axis + n) * inner + i]!);
}

function oracleSums(op: FoldCode, x: Float32Array, view: AxisView): Float64Array {
  const out = new Float64Array(view.outer * view.inner);
  for (let o = 0; o < view.outer; o++) {
    for (let i = 0; i < view.inner; i++) {
      const line = lineOf(x, view, o, i);
      const none = op === Fold.product ? 1 : 0;
      const chain = (): number => line.reduce((a, b) => joined(op, a, mapped(op, b)), none);
      out[o * view.inner + i] = view.inner === 1 ? joined(op, none, rowSum(op, line)) : chain();
    }
  }
  return out;
}

function sums(
  engine: ExecutionEngine,
  op: FoldCode,
  x: Float32Array,
  view: AxisView,
  shift: number,
): Float64Array {
  const out = new Float64Array(view.outer * view.inner);
  withHeapGuards(engine, [x, out], shift, (xPtr, outPtr) =>
    fold(engine.kernels, 'float32', op, xPtr!, outPtr!, view),
  );
  return out;
}

function extremes(
  engine: ExecutionEngine,
  op: FoldCode,
  x: Float32Array,
  view: AxisView,
  shift: number,
): Float32Array {
  const out = new Float32Array(view.outer * view.inner);
  withHeapGuards(engine, [x, out], shift, (xPtr, outPtr) =>
    fold(engine.kernels, 'float32', op, xPtr!, outPtr!, view),
  );
  return out;
}

/** Views around the lanes and blocks; inner 1 is rows. */
function views(): AxisView[] {
  const rows = Array.from({ length: 35 }, (_, axis) => ({ outer: axis % 3, axis, inner: 1 }));
  const columns = Array.from({ length: 40 }, (_, inner) => ({ outer: 2, axis: inner % 5, inner }));
  return [...rows, ...columns, { outer: 2, axis: 100, inner: 33 }, { outer: 1, axis: 1000, inner: 1 }];
}

function sprinkled(rng: Rng, count: number, specials: number): Float32Array {
  const x = rng.normal(count, 5);
  for (let i = 0; i < specials && count > 0; i++) x[rng.int(0, count - 1)] = SPECIALS[rng.int(0, 7)]!;
  return x;
}

describe('sums of float32', () => {
  for (const op of [Fold.sum, Fold.sumAbs, Fold.sumSquare, Fold.product]) {
    it(`fold ${op} of every view -> the definition in the documented order, bit for bit`, () => {
      const rng = new Rng(op + 1);
      for (const [n, view] of views().entries()) {
        const x = sprinkled(rng, view.outer * view.axis * view.inner, n % 3);
        const expected = oracleSums(op, x, view);
        for (const [name, engine] of ENGINES) {
          assert.deepEqual(
            sums(engine, op, x, view, [0, 4, 12][n % 3]!),
            expected,
            `${name} ${JSON.stringify(view)}`,
          );
        }
      }
    });
  }

  it('an axis in parts -> near the whole, and equal bits in both engines', () => {
    const x = new Rng(9).normal(100 * 6);
    for (const inner of [1, 6]) {
      const results = ENGINES.map(([, engine]) => {
        const out = new Float64Array(inner);
        withHeapGuards(engine, [x, out], 0, (xPtr, outPtr) => {
          const axis = 600 / inner;
          const first = { outer: 1, axis: 37, inner };
          const rest = { outer: 1, axis: axis - 37, inner };
          fold(engine.kernels, 'float32', Fold.sum, xPtr!, outPtr!, first);
          fold(engine.kernels, 'float32', Fold.sum, xPtr! + 37 * inner * 4, outPtr!, rest, true);
        });
        return out;
      });
      assert.deepEqual(results[0], results[1]);
      const whole = oracleSums(Fold.sum, x, { outer: 1, axis: 600 / inner, inner });
      assert.ok(results[0]!.every((value, i) => Math.abs(value - whole[i]!) < 1e-12));
    }
  });
});

describe('extremes of float32', () => {
  for (const op of [Fold.max, Fold.min]) {
    it(`fold ${op} of every view -> Math.max or min; NaN wins; equal bits in both engines`, () => {
      const rng = new Rng(op + 20);
      for (const [n, view] of views().entries()) {
        const x = sprinkled(rng, view.outer * view.axis * view.inner, n % 4);
        const expected = Float32Array.from({ length: view.outer * view.inner }, (_, r) => {
          const line = lineOf(x, view, Math.floor(r / view.inner), r % view.inner);
          return op === Fold.max ? Math.max(...line) : Math.min(...line);
        });
        const shift = [0, 4, 12][n % 3]!;
        const [simd, reference] = ENGINES.map(([, engine]) => extremes(engine, op, x, view, shift));
        assertSameFloats(simd!, reference!, JSON.stringify(view));
        // The sign of a zero follows the order of lanes.
        const plain = (values: Float32Array): Float32Array => values.map((value) => value + 0);
        assertSameFloats(plain(simd!), plain(expected), JSON.stringify(view));
      }
    });

    it(`fold ${op} in parts with a NaN in either -> NaN`, () => {
      for (const [, engine] of ENGINES) {
        for (const inner of [1, 3, 16]) {
          for (const place of [0, 39 * inner]) {
            const x = new Float32Array(40 * inner).fill(1);
            x[place] = Number.NaN;
            const out = new Float32Array(inner);
            withHeapGuards(engine, [x, out], 0, (xPtr, outPtr) => {
              fold(engine.kernels, 'float32', op, xPtr!, outPtr!, { outer: 1, axis: 20, inner });
              const rest = xPtr! + 20 * inner * 4;
              fold(engine.kernels, 'float32', op, rest, outPtr!, { outer: 1, axis: 20, inner }, true);
            });
            assert.ok(Number.isNaN(out[0]), `inner ${inner}, NaN at ${place}`);
            assert.ok(out.slice(1).every((value) => value === 1));
          }
        }
      }
    });
  }
});

describe('other types', () => {
  const arrays: [FoldType, (values: readonly bigint[]) => ArrayBufferView, bits: number, signed: boolean][] =
    [
      ['int8', (v) => Int8Array.from(v, Number), 8, true],
      ['uint8', (v) => Uint8Array.from(v, Number), 8, false],
      ['int32', (v) => Int32Array.from(v, Number), 32, true],
      ['uint32', (v) => Uint32Array.from(v, Number), 32, false],
      ['int64', (v) => BigInt64Array.from(v), 64, true],
      ['uint64', (v) => BigUint64Array.from(v), 64, false],
    ];
  const definitions: [FoldCode, (values: readonly bigint[]) => bigint][] = [
    [Fold.sum, (values) => values.reduce((a, b) => a + b, 0n)],
    [Fold.sumAbs, (values) => values.reduce((a, b) => a + (b < 0n ? -b : b), 0n)],
    [Fold.sumSquare, (values) => values.reduce((a, b) => a + b * b, 0n)],
    [Fold.product, (values) => values.reduce((a, b) => a * b, 1n)],
    [Fold.max, (values) => values.reduce((a, b) => (a > b ? a : b))],
    [Fold.min, (values) => values.reduce((a, b) => (a < b ? a : b))],
  ];
  for (const [dtype, make, bits, signed] of arrays) {
    it(`${dtype} over its whole range -> the definition in big integers, wrapped`, () => {
      const rng = new Rng(bits);
      const any = (): bigint => {
        const raw = (BigInt(rng.uint32()) << 32n) | BigInt(rng.uint32());
        return signed ? BigInt.asIntN(bits, raw) : BigInt.asUintN(bits, raw);
      };
      for (const [op, definition] of definitions) {
        const values = Array.from({ length: 2 * 5 * 3 }, any);
        const view = { outer: 2, axis: 5, inner: 3 };
        const expected = Array.from({ length: 6 }, (_, r) => {
          const line = Array.from(
            { length: 5 },
            (_, n) => values[(Math.floor(r / 3) * 5 + n) * 3 + (r % 3)]!,
          );
          const whole = definition(line);
          return signed ? BigInt.asIntN(bits, whole) : BigInt.asUintN(bits, whole);
        });
        for (const [name, engine] of ENGINES) {
          const out = make(expected.map(() => 0n));
          withHeapGuards(engine, [make(values), new BigInt64Array(6), out], 0, (x, folded, y) => {
            fold(engine.kernels, dtype, op, x!, folded!, view);
            finish(engine.kernels, dtype, folded!, y!, 6);
          });
          assert.deepEqual(out, make(expected), `${name} ${dtype} ${op}`);
        }
      }
    });
  }

  it('float64 -> the definition, one chain; NaN wins', () => {
    const values = Float64Array.from(new Rng(4).normal(24));
    values[5] = Number.NaN;
    const view = { outer: 2, axis: 4, inner: 3 };
    for (const [op, definition] of [
      [Fold.sum, (a: number, b: number) => a + b],
      [Fold.max, Math.max],
    ] as const) {
      for (const [, engine] of ENGINES) {
        const out = new Float64Array(6);
        withHeapGuards(engine, [values, out], 0, (x, y) => fold(engine.kernels, 'float64', op, x!, y!, view));
        const expected = Float64Array.from({ length: 6 }, (_, r) =>
          [0, 1, 2, 3]
            .map((n) => values[(Math.floor(r / 3) * 4 + n) * 3 + (r % 3)]!)
            .reduce((a, b) => definition(a, b), op === Fold.sum ? 0 : Number.NEGATIVE_INFINITY),
        );
        assert.deepEqual(Array.from(out), Array.from(expected));
      }
    }
  });
});
