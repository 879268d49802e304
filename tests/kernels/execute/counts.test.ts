// The counting kernels, SIMD and reference, against plain TypeScript.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Rng } from '../../support/rng.js';
import { withBlocks } from './blocks.js';
import { ENGINES } from './engines.js';

const LENGTHS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 64, 1001];
const SPECIAL = [Number.NaN, Infinity, -Infinity, 0, -0, 1e-45, 1, -1];

for (const [name, engine] of ENGINES) {
  describe(`counts ${name}`, () => {
    it('count_outside_f32 -> numbers below or above, NaN left out', () => {
      for (const length of LENGTHS) {
        const rng = new Rng(length + 7);
        const x = Float32Array.from({ length }, () =>
          rng.int(0, 4) === 0 ? SPECIAL[rng.int(0, SPECIAL.length - 1)]! : rng.float() * 4 - 2,
        );
        for (const [low, high] of [
          [-1, 1],
          [0, 0],
          [-Infinity, Infinity],
          [1, -1],
        ] as const) {
          for (const misalignment of [0, 4]) {
            let found = -1;
            withBlocks(engine, [x], misalignment, (at) => {
              found = engine.kernels.count_outside_f32!(at!, length, low, high);
            });
            const expected = x.filter((value) => value < low || value > high).length;
            assert.equal(found, expected, `${length} elements, [${low}, ${high}]`);
          }
        }
      }
    });

    it('count_equal_i64 -> pairs of equal integers, all 64 bits compared', () => {
      for (const length of LENGTHS) {
        const rng = new Rng(length + 70);
        const a = BigInt64Array.from({ length }, () => BigInt(rng.int(-2, 2)) << BigInt(rng.int(0, 1) * 32));
        const b = BigInt64Array.from(a, (value) => (rng.int(0, 2) === 0 ? value ^ (1n << 40n) : value));
        for (const misalignment of [0, 8]) {
          let found = -1;
          withBlocks(engine, [a, b], misalignment, (x, y) => {
            found = engine.kernels.count_equal_i64!(x!, y!, length);
          });
          assert.equal(found, a.filter((value, i) => value === b[i]).length, `${length} elements`);
        }
      }
    });
  });
}
