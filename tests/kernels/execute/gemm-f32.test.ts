// The float32 matrix product: every shape around the tiles equals the definition written down in float32, bit for bit,
// at any alignment and stride; nothing beside C is written; results do not depend on how the work is cut.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import {
  COLUMNS_APART,
  gemm,
  gemmPackedBytes,
  packGemm,
} from '../../../ts-host/wasm/kernels/execute/gemm.js';
import { executionEngine, referenceExecutionEngine } from '../../support/engine.js';
import { Rng } from '../../support/rng.js';
import { assertSameFloats, withHeapGuards } from './guarded-heap.js';

const simd = await executionEngine();
const reference = await referenceExecutionEngine();
const fast = await executionEngine('fast');

interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Float32Array;
  readonly lda: number;
  readonly b: Float32Array;
  readonly transposed: boolean;
  readonly ldc: number;
  readonly start: Float32Array | undefined;
  readonly ldStart: number;
  readonly low: number;
  readonly high: number;
}

function randomProduct(rng: Rng, m: number, n: number, k: number): Product {
  const lda = k + rng.int(0, 3);
  const ldc = n + rng.int(0, 3);
  const kind = rng.int(0, 2);
  const clamped = rng.int(0, 1) === 1;
  const ldStart = kind === 1 ? 0 : n + rng.int(0, 2);
  return {
    ...{ m, n, k, lda, ldc, ldStart, transposed: rng.int(0, 1) === 1 },
    a: rng.normal(Math.max(0, (m - 1) * lda + k)),
    b: rng.normal(k * n),
    start: kind === 0 ? undefined : rng.normal(kind === 1 ? n : m * ldStart),
    low: clamped ? -0.5 : Number.NEGATIVE_INFINITY,
    high: clamped ? 1 : Number.POSITIVE_INFINITY,
  };
}

/** Independent truth: each product and each sum rounded to float32, in the order of k. The gaps between rows of C keep
 *  their 7s. */
function oracle(p: Product): Float32Array {
  const c = new Float32Array(Math.max(0, (p.m - 1) * p.ldc + p.n)).fill(7);
  for (let row = 0; row < p.m; row++) {
    for (let column = 0; column < p.n; column++) {
      let sum = p.start === undefined ? 0 : p.start[row * p.ldStart + column]!;
      for (let depth = 0; depth < p.k; depth++) {
        const b = p.transposed ? p.b[column * p.k + depth]! : p.b[depth * p.n + column]!;
        sum = Math.fround(sum + Math.fround(p.a[row * p.lda + depth]! * b));
      }
      if (sum < p.low) sum = p.low;
      if (sum > p.high) sum = p.high;
      c[row * p.ldc + column] = sum;
    }
  }
  return c;
}

/** @param apart - columns packed and multiplied at a time */
function run(engine: ExecutionEngine, p: Product, misalignment: number, apart = p.n): Float32Array {
  const { kernels } = engine;
  const { m, n, k, lda, ldc, ldStart, low, high, transposed } = p;
  const c = new Float32Array(Math.max(0, (m - 1) * ldc + n)).fill(7);
  const packed = new Uint8Array(gemmPackedBytes(kernels, n, k));
  const start = p.start ?? new Float32Array(0);
  withHeapGuards(engine, [p.a, p.b, packed, start, c], misalignment, (a, b, to, from, cPtr) => {
    const begin = p.start === undefined ? undefined : from;
    const shape = { a: a!, lda, packed: to!, c: cPtr!, ldc, m, n, k, start: begin, ldStart, low, high };
    for (let first = 0; first < n; first += apart) {
      const columns = { first, end: Math.min(n, first + apart) };
      packGemm(kernels, b!, transposed ? 1 : n, transposed ? k : 1, to!, n, k, columns);
      gemm(kernels, { ...shape, columns });
    }
  });
  return c;
}

for (const [name, engine] of [
  ['reference', reference],
  ['simd', simd],
] as const) {
  describe(`gemm-f32 ${name}`, () => {
    it('every m and n around a tile, every small depth -> the definition, guards intact', () => {
      const rng = new Rng(21);
      for (const m of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) {
        for (const n of [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 41]) {
          for (const k of [0, 1, 2, 3, 5, 8]) {
            const product = randomProduct(rng, m, n, k);
            const c = run(engine, product, 4 * ((m + n + k) % 5));
            assertSameFloats(c, oracle(product), `${m} x ${n} x ${k}`);
          }
        }
      }
    });

    it('more columns than a block, deep -> the definition', () => {
      const rng = new Rng(22);
      for (const [m, n, k] of [
        [5, 30, 3000],
        [1, 70, 2500],
        [7, 9, 9001],
        [13, 260, 40],
      ] as const) {
        const product = randomProduct(rng, m, n, k);
        const whole = run(engine, product, 4);
        assertSameFloats(whole, oracle(product), `${m} x ${n} x ${k}`);
        const apart = run(engine, product, 0, COLUMNS_APART);
        assertSameFloats(apart, whole, `${m} x ${n} x ${k}, some columns at a time`);
      }
    });

    it('NaN, infinities, zeros of both signs, subnormals -> the definition; NaN is not clamped', () => {
      const rng = new Rng(23);
      const odd = [
        Number.NaN,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        -0,
        0,
        1e-41,
        -3e-39,
        3e38,
      ];
      for (let round = 0; round < 40; round++) {
        const product = randomProduct(rng, rng.int(1, 6), rng.int(1, 12), rng.int(1, 6));
        for (const values of [product.a, product.b, product.start ?? []]) {
          for (let i = 0; i < values.length; i++) if (rng.int(0, 5) === 0) values[i] = odd[rng.int(0, 7)]!;
        }
        assertSameFloats(run(engine, product, 0), oracle(product), `round ${round}`);
      }
    });
  });
}

describe('gemm-f32', () => {
  it('C as start -> accumulates, also with rows beyond whole tiles', () => {
    const rng = new Rng(24);
    for (const m of [1, 2, 3, 4, 5, 7, 11]) {
      const product = {
        ...randomProduct(rng, m, 21, 6),
        lda: 6,
        ldc: 21,
        start: rng.normal(m * 21),
        ldStart: 21,
      };
      const expected = oracle(product);
      const c = product.start.slice();
      const { kernels } = simd;
      const packed = new Uint8Array(gemmPackedBytes(kernels, 21, 6));
      withHeapGuards(simd, [product.a, product.b, packed, c], 0, (a, b, to, cPtr) => {
        packGemm(kernels, b!, product.transposed ? 1 : 21, product.transposed ? 6 : 1, to!, 21, 6);
        const { low, high } = product;
        const shape = { lda: 6, ldc: 21, m, n: 21, k: 6, ldStart: 21, low, high };
        gemm(kernels, { ...shape, a: a!, packed: to!, c: cPtr!, start: cPtr! });
      });
      assertSameFloats(c, expected, `m ${m}`);
    }
  });

  it('fast kernels -> within rounding of the strict ones', () => {
    const rng = new Rng(25);
    for (const [m, n, k] of [
      [9, 37, 200],
      [1, 64, 300],
    ] as const) {
      const product = randomProduct(rng, m, n, k);
      const strict = run(simd, product, 0);
      run(fast, product, 0).forEach((value, i) => {
        assert.ok(Math.abs(value - strict[i]!) <= 1e-4, `${m} x ${n} x ${k}, element ${i}`);
      });
    }
  });
});
