// The kernels around the product of codes, SIMD and reference, against the formulas in plain TypeScript.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import { roundHalfToEven } from '../../support/quant-oracle.js';
import { Rng } from '../../support/rng.js';
import { ENGINES } from './engines.js';
import { withHeapGuards } from './guarded-heap.js';

const f32 = Math.fround;
const LENGTHS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 50];

const int32s = (rng: Rng, count: number): Int32Array =>
  Int32Array.from({ length: count }, () => (rng.float() < 0.1 ? rng.uint32() : rng.int(-3000, 3000)));

interface Sums {
  readonly rows: number;
  readonly n: number;
  readonly sums: Int32Array;
  readonly bias: Int32Array;
  readonly multiplier: Float32Array;
}

const SPECIAL_MULTIPLIERS = [0, Number.NaN, Number.POSITIVE_INFINITY, 1e30, -0.01, 1e-42, 0.5];

function randomSums(rng: Rng, rows: number, n: number): Sums {
  const multiplier = Float32Array.from({ length: n }, () =>
    rng.float() < 0.2 ? SPECIAL_MULTIPLIERS[rng.int(0, 6)]! : 0.001 + rng.float() * 0.1,
  );
  return { rows, n, sums: int32s(rng, rows * n), bias: int32s(rng, n), multiplier };
}

function requantizeOracle(
  sum: number,
  multiplier: number,
  zeroPoint: number,
  low: number,
  high: number,
): number {
  const scaled = f32(f32(sum) * multiplier);
  if (Number.isNaN(scaled)) return zeroPoint;
  if (!Number.isFinite(scaled)) return scaled > 0 ? high : low;
  return Math.min(high, Math.max(low, roundHalfToEven(scaled) + zeroPoint));
}

const biased = ({ sums, bias, n }: Sums, i: number): number => (sums[i]! + bias[i % n]!) | 0;

/** Rows of `out` that lie `stride` apart, dense. */
function rowsOf<T extends Int8Array | Uint8Array | Int32Array | Float32Array>(
  out: T,
  { rows, n }: Sums,
  stride: number,
): number[] {
  return Array.from({ length: rows * n }, (_, i) => out[Math.floor(i / n) * stride + (i % n)]!);
}

/** Sums of columns of `rows` rows of `n`. */
const sumsOf = (codes: ArrayLike<number>, n: number, rows: number): number[] =>
  Array.from({ length: n }, (_, column) => {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += codes[row * n + column]!;
    return sum;
  });

for (const [name, engine] of ENGINES) {
  const k = engine.kernels;
  describe(`gemm-int ${name}`, () => {
    it('flip_u8 -> the top bit, in place too', () => {
      const rng = new Rng(1);
      for (const length of LENGTHS) {
        const x = rng.bytes(length);
        const out = new Uint8Array(length);
        withHeapGuards(engine, [x, out], length % 5, (xPtr, outPtr) => k.flip_u8!(xPtr!, outPtr!, length));
        assert.deepEqual(
          out,
          x.map((byte) => byte ^ 128),
        );
        withHeapGuards(engine, [x], length % 3, (xPtr) => k.flip_u8!(xPtr!, xPtr!, length));
        assert.deepEqual(x, out);
      }
    });

    it('row and column sums -> exact, extremes too', () => {
      const rng = new Rng(2);
      for (const length of [...LENGTHS, 70000]) {
        const rows = length > 50 ? 1 : rng.int(0, 3);
        const a = length > 50 ? new Uint8Array(length).fill(255) : rng.bytes(rows * length);
        const out = new Int32Array(rows);
        withHeapGuards(engine, [a, out], 4, (aPtr, outPtr) =>
          k.row_sums_u8_i32!(aPtr!, outPtr!, rows, length),
        );
        const expected = Array.from({ length: rows }, (_, r) =>
          a.subarray(r * length, (r + 1) * length).reduce((s, v) => s + v, 0),
        );
        assert.deepEqual([...out], expected, `rows of ${length}`);
        if (length > 50) continue;
        const b = new Int8Array(rng.bytes(rows * length).buffer);
        const columns = new Int32Array(length);
        withHeapGuards(engine, [b, columns], 4, (bPtr, outPtr) =>
          k.column_sums_s8_i32!(bPtr!, outPtr!, rows, length, 0),
        );
        assert.deepEqual([...columns], sumsOf(b, length, rows), `columns of ${rows}`);
      }
    });

    it('column sums of many rows of extremes, s8 and u8 less 128 -> exact', () => {
      for (const [n, rows] of [
        [5, 300],
        [16, 255],
        [33, 256],
        [48, 1021],
      ] as const) {
        for (const byte of [0, 127, 128, 255]) {
          const bytes = new Uint8Array(n * rows).fill(byte);
          bytes.set(new Rng(byte).bytes(n), n * (rows - 1));
          const expected = sumsOf(new Int8Array(bytes.buffer), n, rows);
          const unsigned = sumsOf(bytes, n, rows).map((sum) => sum - 128 * rows);
          for (const flip of [0, 128]) {
            const columns = new Int32Array(n);
            withHeapGuards(engine, [bytes, columns], 4, (bPtr, outPtr) =>
              k.column_sums_s8_i32!(bPtr!, outPtr!, rows, n, flip),
            );
            assert.deepEqual([...columns], flip === 0 ? expected : unsigned, `${rows} rows of ${n}, ${byte}`);
          }
        }
      }
    });

    it('any_nonzero_i32 -> 1 for a single one anywhere', () => {
      for (const length of LENGTHS) {
        const zeros = new Int32Array(length);
        withHeapGuards(engine, [zeros], 4, (p) => assert.equal(k.any_nonzero_i32!(p!, length), 0));
        if (length === 0) continue;
        zeros[length - 1] = -7;
        withHeapGuards(engine, [zeros], 4, (p) => assert.equal(k.any_nonzero_i32!(p!, length), 1));
      }
    });

    it('subtract_outer_i32 -> modulo 2^32', () => {
      const rng = new Rng(3);
      for (const n of LENGTHS) {
        const rows = rng.int(0, 3);
        const [sums, rowFactors, columnFactors] = [int32s(rng, rows * n), int32s(rng, rows), int32s(rng, n)];
        const expected = sums.map(
          (sum, i) => sum - Math.imul(rowFactors[Math.floor(i / n)]!, columnFactors[i % n]!),
        );
        withHeapGuards(engine, [sums, rowFactors, columnFactors], 4, (s, r, c) =>
          k.subtract_outer_i32!(s!, r!, c!, rows, n),
        );
        assert.deepEqual(sums, expected, `${rows} x ${n}`);
      }
    });

    it('add_bias_i32, requantize_i32_*, scale_i32_f32 -> their formulas, between rows nothing', () => {
      const rng = new Rng(4);
      for (const n of LENGTHS) {
        for (const gap of [0, 3]) endings(engine, randomSums(rng, rng.int(0, 3), n), n + gap, rng);
      }
    });
  });
}

function endings(engine: ExecutionEngine, each: Sums, stride: number, rng: Rng): void {
  const k = engine.kernels;
  const { rows, n, sums, bias, multiplier } = each;
  const room = rows === 0 ? 0 : (rows - 1) * stride + n;
  const integers = new Int32Array(room).fill(77);
  withHeapGuards(engine, [sums, bias, integers], 4, (s, b, out) =>
    k.add_bias_i32!(s!, b!, out!, rows, n, stride),
  );
  const label = `${rows} x ${n}, stride ${stride}`;
  assert.deepEqual(
    rowsOf(integers, each, stride),
    Array.from(sums, (_, i) => biased(each, i)),
    label,
  );
  for (const [kernel, codes, low, high] of [
    ['requantize_i32_u8', new Uint8Array(room).fill(77), 0, 255],
    ['requantize_i32_i8', new Int8Array(room).fill(77), -128, 127],
  ] as const) {
    const zeroPoint = Int32Array.of(rng.int(low, high));
    withHeapGuards(engine, [sums, bias, multiplier, codes, zeroPoint], 4, (s, b, m, out, z) =>
      k[kernel]!(s!, b!, m!, out!, rows, n, stride, z!),
    );
    const expected = Array.from(sums, (_, i) =>
      requantizeOracle(biased(each, i), multiplier[i % n]!, zeroPoint[0]!, low, high),
    );
    assert.deepEqual(rowsOf(codes, each, stride), expected, `${kernel} ${label}`);
    for (let i = n; i < stride && i < room; i++) assert.equal(codes[i], 77, 'written between rows');
  }
  const addend = rng.normal(n);
  for (const added of [true, false]) {
    const floats = new Float32Array(room).fill(77);
    withHeapGuards(engine, [sums, bias, multiplier, addend, floats], 4, (s, b, m, a, out) =>
      k.scale_i32_f32!(s!, b!, m!, added ? a! : 0, out!, rows, n, stride),
    );
    const expected = Array.from(sums, (_, i) => {
      const product = f32(f32(biased(each, i)) * multiplier[i % n]!);
      return added ? f32(product + addend[i % n]!) : product;
    });
    assert.deepEqual(rowsOf(floats, each, stride), expected, `scale_i32_f32 ${label}`);
  }
}
