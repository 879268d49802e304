// The 8-bit matrix product: every shape around the tiles, exact on the full range, at any alignment, nothing outside
// of C written. The relaxed module is held to it where this runtime loads it, with weights no machine saturates on.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Engine, KernelExports } from '../../ts-host/wasm/engine.js';
import { createEngine } from '../../ts-host/wasm/engine.js';
import { gemm, MAX_GEMM_DEPTH, packWeights, packWeightsFor } from '../../ts-host/wasm/kernels/gemm.js';
import { referenceEngine, simdEngine } from '../support/engine.js';
import { Rng } from '../support/rng.js';
import { withGuards } from './guarded.js';

const simd = await simdEngine();
const reference = await referenceEngine();

const dist = (name: string): Uint8Array => readFileSync(new URL(`../../dist/${name}`, import.meta.url));
const both = await createEngine({ simd: dist('simd.wasm'), relaxed: () => dist('relaxed.wasm') });
const relaxed = await both.variants.loadRelaxed();

interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Uint8Array;
  readonly b: Int8Array;
}

/** Independent truth: the definition, in doubles, which hold every sum. */
function oracle({ m, n, k, a, b }: Product): Int32Array {
  const c = new Int32Array(m * n);
  for (let row = 0; row < m; row++) {
    for (let column = 0; column < n; column++) {
      let sum = 0;
      for (let depth = 0; depth < k; depth++) sum += a[row * k + depth]! * b[depth * n + column]!;
      c[row * n + column] = sum;
    }
  }
  return c;
}

/** Full range, unless `limit` keeps |b| small. */
function randomProduct(rng: Rng, m: number, n: number, k: number, limit = 128): Product {
  const b = Int8Array.from({ length: k * n }, () => rng.int(-limit, Math.min(limit, 127)));
  return { m, n, k, a: rng.bytes(m * k), b };
}

/** The kernel on memory with guards, operands `misalignment` bytes off. */
function guarded(engine: Engine, kernels: KernelExports, product: Product, misalignment: number): Int32Array {
  const { m, n, k, a, b } = product;
  const packed = packWeightsFor(engine, kernels, b, k, n).bytes;
  const c = new Int32Array(m * n);
  withGuards(engine, [a, packed, c], misalignment, (aPtr, packedPtr, cPtr) =>
    kernels.gemm_u8_s8_i32!(aPtr!, packedPtr!, cPtr!, m, n, k),
  );
  return c;
}

const VARIANTS: [string, Engine, KernelExports | undefined, number][] = [
  ['reference', reference, reference.simd, 128],
  ['simd', simd, simd.simd, 128],
  // A pair of products stays within 16 bits when |b| <= 64: exact under pmaddubsw, vpdpbusd and the like.
  ['relaxed', both, relaxed, 64],
];

for (const [name, engine, kernels, limit] of VARIANTS) {
  const skip = kernels === undefined && `this runtime does not load relaxed SIMD (${engine.variants.state})`;
  describe(`gemm ${name}`, { skip }, () => {
    it('every m and n around a tile, every depth around a group -> exact, guards intact', () => {
      const rng = new Rng(11);
      for (const m of [0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 18]) {
        for (const n of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17]) {
          for (const k of [0, 1, 2, 3, 4, 5, 6, 7, 8, 13]) {
            const product = randomProduct(rng, m, n, k, limit);
            const c = guarded(engine, kernels!, product, (m + n + k) % 8);
            assert.ok(
              Buffer.from(c.buffer).equals(Buffer.from(oracle(product).buffer)),
              `${m} x ${n} x ${k}`,
            );
          }
        }
      }
    });

    it('more columns than a block, deep and shallow -> exact', () => {
      const rng = new Rng(12);
      for (const [m, n, k] of [
        [5, 63, 40],
        [6, 64, 33],
        [9, 65, 130],
        [3, 200, 17],
        [25, 129, 64],
      ] as const) {
        const product = randomProduct(rng, m, n, k, limit);
        assert.deepEqual(guarded(engine, kernels!, product, 3), oracle(product), `${m} x ${n} x ${k}`);
      }
    });

    it('every misalignment -> the same sums', () => {
      const product = randomProduct(new Rng(13), 7, 11, 21, limit);
      const expected = oracle(product);
      for (let misalignment = 0; misalignment < 16; misalignment++) {
        assert.deepEqual(guarded(engine, kernels!, product, misalignment), expected, `${misalignment}`);
      }
    });
  });
}

describe('gemm', () => {
  it('extremes at the greatest depth -> exact, not wrapped', () => {
    const k = MAX_GEMM_DEPTH;
    for (const engine of [simd, reference]) {
      for (const weight of [-128, 127]) {
        const packed = packWeights(engine, new Int8Array(k).fill(weight), k, 1);
        const c = new Int32Array(1);
        gemm(engine, new Uint8Array(k).fill(255), packed, c, 1);
        assert.equal(c[0], 255 * weight * k);
      }
    }
  });

  it('views into larger buffers -> only the views are read and written', () => {
    const product = randomProduct(new Rng(14), 5, 9, 10);
    const { m, n, k, a, b } = product;
    const shiftedA = new Uint8Array([...[9, 9, 9], ...a]).subarray(3);
    const shiftedB = new Int8Array([...[9], ...b]).subarray(1);
    const c = new Int32Array(m * n + 2).fill(7);
    gemm(simd, shiftedA, packWeights(simd, shiftedB, k, n), c.subarray(1, -1), m);
    assert.deepEqual(c.subarray(1, -1), oracle(product));
    assert.deepEqual([c[0], c.at(-1)], [7, 7]);
  });

  it('wrong lengths or depth -> INVALID_ARGUMENT naming the argument', () => {
    const packed = packWeights(simd, new Int8Array(6), 3, 2);
    const cases: [() => unknown, string][] = [
      [() => gemm(simd, new Uint8Array(5), packed, new Int32Array(4), 2), 'a'],
      [() => gemm(simd, new Uint8Array(6), packed, new Int32Array(3), 2), 'c'],
      [() => gemm(simd, new Uint8Array(6), packed, new Int32Array(4), -1), 'm'],
      [() => packWeights(simd, new Int8Array(5), 3, 2), 'b'],
      [() => packWeights(simd, new Int8Array(0), 0.5, 2), 'k'],
      [() => packWeights(simd, new Int8Array(MAX_GEMM_DEPTH + 1), MAX_GEMM_DEPTH + 1, 1), 'k'],
    ];
    for (const [call, field] of cases) {
      assert.throws(call, (error: { code: string; place: { field: string } }) => {
        assert.deepEqual([error.code, error.place.field], ['INVALID_ARGUMENT', field]);
        return true;
      });
    }
  });
});
