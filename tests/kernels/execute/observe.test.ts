// The kernels of calibration, SIMD and reference, against plain TypeScript, and one against the other.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import { Rng } from '../../support/rng.js';
import { oracleStats } from '../../support/stats-oracle.js';
import { withBlocks } from './blocks.js';
import { ENGINES } from './engines.js';

const LENGTHS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 1001];

/** Floats of one size or of all sizes, with zeros of both signs, subnormals and whole numbers. */
function floats(rng: Rng, count: number): Float32Array {
  const scale = 2 ** rng.int(-140, 120);
  return Float32Array.from({ length: count }, () => {
    const kind = rng.int(0, 9);
    if (kind === 0) return rng.int(0, 1) === 0 ? 0 : -0;
    if (kind === 1) return rng.int(-3, 3) * scale;
    if (kind === 2) return (rng.float() - 0.5) * 2 ** rng.int(-149, 120);
    return (rng.float() - 0.5) * scale;
  });
}

function range(engine: ExecutionEngine, x: Float32Array, misalignment: number): [number, Uint8Array] {
  let finite = -1;
  const [, out] = withBlocks(engine, [x, new Uint8Array(12)], misalignment, (xPtr, outPtr) => {
    finite = engine.kernels.observe_range_f32!(xPtr!, x.length, outPtr!);
  });
  return [finite, out!];
}

/** Counts of x in `stride === 0 ? 1 : 4` tables. */
function tables(
  engine: ExecutionEngine,
  x: Float32Array,
  { exponent, first, bins }: { exponent: number; first: number; bins: number },
  gap: number,
  misalignment: number,
): Uint32Array {
  const stride = gap < 0 ? 0 : 4 * bins + gap;
  const width = 2 ** exponent;
  const [, out] = withBlocks(
    engine,
    [x, new Uint8Array(3 * stride + 4 * bins)],
    misalignment,
    (xPtr, tablePtr) => {
      const { count_bins_f32_u32: count, join_counts_u32: join } = engine.kernels;
      count!(xPtr!, x.length, Math.max(1, 1 / width), Math.min(1, 1 / width), first, tablePtr!, stride);
      if (stride !== 0) join!(tablePtr!, bins, stride);
    },
  );
  return new Uint32Array(out!.buffer, 0, bins);
}

for (const [name, engine] of ENGINES) {
  describe(`observe ${name}`, () => {
    it('observe_range_f32 -> smallest, largest, zeros of both signs', () => {
      for (const length of LENGTHS) {
        const rng = new Rng(length + 1);
        for (const misalignment of [0, 4, 12]) {
          const x = floats(rng, length);
          const [finite, out] = range(engine, x, misalignment);
          const view = new DataView(out.buffer);
          const values = [...x];
          assert.equal(finite, 1);
          assert.deepEqual(
            [view.getFloat32(0, true), view.getFloat32(4, true), view.getUint32(8, true)],
            [
              values.reduce((a, b) => Math.min(a, b), Infinity) + 0,
              values.reduce((a, b) => Math.max(a, b), -Infinity) + 0,
              values.filter((value) => value === 0).length,
            ],
            `${length} elements`,
          );
        }
      }
    });

    it('observe_range_f32 -> 0 for NaN or an infinity anywhere', () => {
      for (const length of [1, 4, 9, 19]) {
        for (let at = 0; at < length; at++) {
          for (const bad of [NaN, Infinity, -Infinity]) {
            const x = new Rng(at + 1).normal(length);
            x[at] = bad;
            assert.equal(range(engine, x, 0)[0], 0, `${bad} at ${at} of ${length}`);
          }
        }
      }
    });

    it('count_bins_f32_u32, join_counts_u32 -> floor(x / width) of every element', () => {
      for (const length of LENGTHS.slice(1)) {
        for (let seed = 1; seed <= 12; seed++) {
          const x = floats(new Rng(1000 * length + seed), length);
          const { exponent, first, counts } = oracleStats([...x]);
          const grid = { exponent, first, bins: counts.length };
          for (const gap of [-1, 0, 12]) {
            const actual = tables(engine, x, grid, gap, seed % 2 === 0 ? 0 : 4);
            assert.deepEqual([...actual], counts, `${length} elements, seed ${seed}, gap ${gap}`);
          }
        }
      }
    });

    it('count_bins_f32_u32 -> a negative subnormal far below the width is in bin -1', () => {
      const x = Float32Array.from([-1.401298464324817e-45, 1.401298464324817e-45, -3e38, 3e38]);
      const { exponent, first, counts } = oracleStats([...x]);
      assert.equal(counts[-1 - first], 1);
      const grid = { exponent, first, bins: counts.length };
      assert.deepEqual([...tables(engine, x, grid, -1, 0)], counts);
    });

    it('add_counts -> counts of a finer grid in those of a wider one', () => {
      for (let seed = 1; seed <= 30; seed++) {
        const rng = new Rng(seed);
        const [bins, first, shift] = [
          rng.int(1, 300),
          rng.int(-400, 300),
          rng.int(0, seed % 3 === 0 ? 31 : 6),
        ];
        const table = Uint32Array.from({ length: bins }, () => (rng.int(0, 2) === 0 ? 0 : rng.uint32()));
        const start = (first >> shift) - rng.int(0, 2);
        const room = ((first + bins - 1) >> shift) - start + 1 + rng.int(0, 2);
        const before = Float64Array.from({ length: room }, () => rng.uint32() * 1024);
        const expected = before.slice();
        table.forEach((count, i) => {
          expected[((first + i) >> shift) - start]! += count;
        });
        for (const [type, from] of [
          ['u32_f64', table],
          ['f64', Float64Array.from(table)],
        ] as const) {
          const [, out] = withBlocks(engine, [from, before], 8, (tablePtr, countsPtr) =>
            engine.kernels[`add_counts_${type}`]!(tablePtr!, bins, first, shift, countsPtr!, start),
          );
          assert.deepEqual([...new Float64Array(out!.buffer)], [...expected], `${type}, seed ${seed}`);
        }
      }
    });

    it('tail_bins_u32 -> bins on either side that hold at most `left`', () => {
      for (let seed = 1; seed <= 40; seed++) {
        const rng = new Rng(seed);
        const table = Uint32Array.from({ length: rng.int(1, 40) }, () => Math.max(0, rng.int(-3, 5)));
        table[rng.int(0, table.length - 1)]!++;
        const total = table.reduce((a, b) => a + b, 0);
        const left = rng.int(0, total - 1);
        const [, out] = withBlocks(engine, [table, new Uint8Array(8)], 4, (tablePtr, outPtr) =>
          engine.kernels.tail_bins_u32!(tablePtr!, table.length, left, outPtr!),
        );
        const owners = [...table].flatMap((count, i) => new Array<number>(count).fill(i));
        const expected = [owners[left]!, table.length - 1 - owners[total - 1 - left]!];
        assert.deepEqual([...new Uint32Array(out!.buffer)], expected, `seed ${seed}`);
      }
    });
  });
}
