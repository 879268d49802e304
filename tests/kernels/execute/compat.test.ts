// Kernels of the compat modes against plain TypeScript; their thresholds as a whole are held against the systems themselves in
// tests/golden/observers.test.ts.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Rng } from '../../support/rng.js';
import { withBlocks } from './blocks.js';
import { ENGINES } from './engines.js';

const LENGTHS = [1, 2, 3, 7, 64, 501];

function floats(rng: Rng, count: number): Float32Array {
  return Float32Array.from({ length: count }, () => {
    const kind = rng.int(0, 6);
    if (kind === 0) return 0;
    if (kind === 1) return -0;
    if (kind === 2) return (rng.float() - 0.5) * 2 ** rng.int(-140, 100);
    return rng.int(-8, 8) / 4;
  });
}

for (const [name, { kernels: k }, engine] of ENGINES.map((each) => [...each, each[1]] as const)) {
  describe(`compat ${name}`, () => {
    it('count_between_edges_f32 -> edges[k] <= x < edges[k + 1], the last bin closed, others left out', () => {
      for (const length of LENGTHS) {
        for (const absolute of [0, 1]) {
          const rng = new Rng(length + absolute);
          const x = floats(rng, length);
          const [bins, low, step] = [rng.int(1, 20), rng.int(-4, 1) / 2, rng.int(1, 7) / 8];
          const edges = Float64Array.from({ length: bins + 1 }, (_, i) => low + i * step);
          const expected = new Float64Array(bins);
          for (const value of x) {
            const size = absolute ? Math.abs(value) : value;
            const bin = edges.findLastIndex((edge) => edge <= size);
            if (bin >= 0 && size <= edges[bins]!) expected[Math.min(bin, bins - 1)]!++;
          }
          const [, , counts] = withBlocks(engine, [x, edges, new Float64Array(bins)], 8, (xPtr, e, c) =>
            k.count_between_edges_f32!(xPtr!, length, absolute, e!, bins, c!),
          );
          assert.deepEqual([...new Float64Array(counts!.buffer)], [...expected], `${length} elements`);
        }
      }
    });

    it('count_quotients_f32 -> trunc(|x| / width), zeros left out', () => {
      for (const length of LENGTHS) {
        const x = floats(new Rng(length), length);
        const [width, bins] = [0.3, 9];
        const expected = new Float64Array(bins);
        for (const value of x) {
          const bin = Math.trunc(Math.fround(Math.abs(value) / Math.fround(width)));
          if (value !== 0) expected[Math.min(bins - 1, bin)]!++;
        }
        const [, counts] = withBlocks(engine, [x, new Float64Array(bins)], 8, (xPtr, c) =>
          k.count_quotients_f32!(xPtr!, length, width, bins, c!),
        );
        assert.deepEqual([...new Float64Array(counts!.buffer)], [...expected]);
      }
    });

    it('select_f32 -> the element of a rank; smallest_size_f32', () => {
      for (const length of LENGTHS) {
        const x = floats(new Rng(length), length);
        const sorted = [...x].sort((a, b) => a - b);
        withBlocks(engine, [x, new Uint8Array(1 << 18)], 4, (xPtr, table) => {
          for (const rank of [0, length >> 1, length - 1]) {
            assert.equal(
              k.select_f32!(xPtr!, length, rank, table!) + 0,
              sorted[rank]! + 0,
              `${rank} of ${length}`,
            );
          }
          assert.equal(k.smallest_size_f32!(xPtr!, length), Math.min(...x.map(Math.abs)));
        });
      }
    });

    it('numpy_sum_f32 -> float32 sums of halves, lanes and rests in NumPy`s order', () => {
      const f32 = Math.fround;
      const pairwise = (values: readonly number[]): number => {
        const n = values.length;
        if (n < 8) return values.reduce((sum, value) => f32(sum + value), 0);
        if (n > 128) {
          const half = Math.floor(n / 2) - (Math.floor(n / 2) % 8);
          return f32(pairwise(values.slice(0, half)) + pairwise(values.slice(half)));
        }
        const r = values.slice(0, 8);
        const whole = n - (n % 8);
        for (let i = 8; i < whole; i++) r[i % 8] = f32(r[i % 8]! + values[i]!);
        const [a, b, c, d] = [0, 2, 4, 6].map((i) => f32(r[i]! + r[i + 1]!)) as [
          number,
          number,
          number,
          number,
        ];
        return values.slice(whole).reduce((sum, value) => f32(sum + value), f32(f32(a + b) + f32(c + d)));
      };
      for (const length of [0, ...LENGTHS, 8, 129, 1000, 5003]) {
        const x = new Rng(length).normal(length);
        withBlocks(engine, [x], 4, (xPtr) => {
          assert.equal(k.numpy_sum_f32!(xPtr!, length, 1, 0, 1, 1, 0), pairwise([...x]), `${length} values`);
          const mean = f32(0.25);
          const spread = [...x].map((value) => f32(f32(value - mean) * f32(value - mean)));
          assert.equal(
            k.numpy_sum_f32!(xPtr!, length, 3, 0, 1, 1, mean),
            pairwise(spread),
            `${length} spreads`,
          );
        });
      }
    });

    it('kl_whole_levels_f64, kl_around_zero_f64, kl_proportional_f32 -> write what they are given and nothing beside it', () => {
      const counts = Float64Array.from({ length: 300 }, (_, i) => 1 + ((i * 7919) % 50));
      const [, , divergences] = withBlocks(
        engine,
        [counts, new Float64Array(3 * 301), new Float64Array(101)],
        8,
        (c, prefix, out) => {
          k.kl_prefix_sums_f64!(c!, 300, prefix!);
          k.kl_whole_levels_f64!(prefix!, 300, 200, 300, 16, out!);
        },
      );
      assert.ok(new Float64Array(divergences!.buffer).every((value) => value > 0 && value < 9));
      withBlocks(engine, [counts, new Float64Array(301)], 8, (c, scratch) => {
        const best = k.kl_around_zero_f64!(c!, 300, 16, scratch!);
        assert.ok(best >= 0 && best <= 142);
      });
      withBlocks(engine, [Float32Array.from(counts), new Float32Array(128 + 2 * 300)], 4, (c, scratch) => {
        const best = k.kl_proportional_f32!(c!, 300, scratch!);
        assert.ok(best >= 128 && best < 300);
      });
    });
  });
}
