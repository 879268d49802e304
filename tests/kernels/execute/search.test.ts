// What candidates for a range cost: SIMD and reference against definitions in plain TypeScript, and bit for bit against one
// another.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import { codeErrors, type Span, withDivergences } from '../../../ts-host/wasm/kernels/execute/search.js';
import { Rng } from '../../support/rng.js';
import { codeErrorOracle, klOracle } from '../../support/search-oracle.js';
import { withBlocks } from './blocks.js';
import { ENGINES } from './engines.js';

const [simd, reference] = ENGINES.map(([, engine]) => engine) as [ExecutionEngine, ExecutionEngine];

const klDivergences = (
  engine: ExecutionEngine,
  counts: Float64Array,
  spans: readonly Span[],
  levels: number,
) => withDivergences(engine, counts, levels, (divergences) => divergences(spans));

function randomBins(rng: Rng): { first: number; width: number; counts: Float64Array } {
  const bins = rng.int(1, 60);
  const counts = Float64Array.from({ length: bins }, () => (rng.int(0, 2) === 0 ? 0 : rng.int(1, 2000)));
  return { first: rng.int(-40, 10), width: 2 ** rng.int(-8, 3), counts };
}

const near = (actual: number, expected: number, message: string): void =>
  assert.ok(
    Math.abs(actual - expected) <= 1e-9 * Math.abs(expected) + 1e-12,
    `${message}: ${actual}, ${expected}`,
  );

for (const [name, engine] of ENGINES) {
  describe(`search ${name}`, () => {
    it('code_errors_f64 -> the integral over every bin', () => {
      for (let seed = 1; seed <= 60; seed++) {
        const rng = new Rng(seed);
        const bins = randomBins(rng);
        const candidates = Array.from({ length: rng.int(0, 5) }, () => {
          const low = -rng.int(0, 20);
          return {
            scale: bins.width * 2 ** rng.int(-3, 5) * (0.5 + rng.float()),
            low,
            high: low + rng.int(1, 25),
          };
        });
        for (const power of [1, 2] as const) {
          const errors = codeErrors(engine, bins, candidates, power);
          candidates.forEach((candidate, i) => {
            const expected = codeErrorOracle({ ...bins, counts: [...bins.counts] }, candidate, power);
            near(errors[i]!, expected, `seed ${seed}, power ${power}, candidate ${i}`);
          });
        }
      }
    });

    it('kl_divergences_f64 -> the divergence by its definition', () => {
      let told = 0;
      for (let seed = 1; seed <= 150; seed++) {
        const rng = new Rng(seed);
        const { counts } = randomBins(rng);
        const levels = rng.int(1, 7);
        const spans = Array.from({ length: rng.int(1, 5) }, () => {
          const low = rng.int(0, 1) * rng.int(0, counts.length - 1);
          return { low, high: rng.int(0, 1) === 0 ? counts.length : rng.int(low + 1, counts.length) };
        });
        const divergences = klDivergences(engine, counts, spans, levels);
        spans.forEach(({ low, high }, i) => {
          const inside = counts.slice(low, high).reduce((a, b) => a + b, 0);
          const expected =
            high - low < levels || inside === 0 ? undefined : klOracle([...counts], low, high, levels);
          if (expected === undefined) assert.equal(divergences[i], Infinity, `seed ${seed}, span ${i}`);
          else near(divergences[i]!, expected, `seed ${seed}, span ${i}`);
          if (expected !== undefined) told++;
        });
      }
      assert.ok(told > 100);
    });

    it('kl_divergences_f64, more levels than bins -> no span has one', () => {
      const counts = Float64Array.from({ length: 20 }, (_, i) => i + 1);
      const spans = [20, 19, 7].map((high) => ({ low: 0, high }));
      assert.deepEqual([...klDivergences(engine, counts, spans, 32_768)], [Infinity, Infinity, Infinity]);
    });

    it('every kernel -> writes what it is given and nothing beside it', () => {
      const rng = new Rng(3);
      const counts = Float64Array.from({ length: 37 }, () => rng.int(0, 9));
      const list = Float64Array.from({ length: 9 }, (_, i) => [0.1, -3, 7][i % 3]!);
      const [, , errors] = withBlocks(engine, [counts, list, new Float64Array(3)], 8, (c, l, out) =>
        engine.kernels.code_errors_f64!(c!, 37, -5, 1, l!, 3, 2, out!),
      );
      assert.ok(new Float64Array(errors!.buffer).every((error) => error > 0));
      const spans = Float64Array.of(0, 37, 1, 30, 2, 37);
      withBlocks(
        engine,
        [counts, new Float64Array(3 * 38), spans, new Float64Array(3)],
        8,
        (c, p, s, out) => {
          engine.kernels.kl_prefix_sums_f64!(c!, 37, p!);
          engine.kernels.kl_divergences_f64!(p!, 37, s!, 3, 4, out!);
        },
      );
    });
  });
}

describe('search', () => {
  it('simd -> the bits of the reference', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const rng = new Rng(seed);
      const counts = Float64Array.from({ length: rng.int(1, 700) }, () =>
        rng.int(0, 3) === 0 ? 0 : Math.floor(rng.float() ** 4 * 1e9),
      );
      const bins = { first: rng.int(-500, 500), width: 2 ** rng.int(-100, 100), counts };
      const candidates = Array.from({ length: rng.int(1, 7) }, () => {
        const low = -rng.int(0, 255);
        return { scale: bins.width * (rng.float() + 0.01) * 10, low, high: low + rng.int(1, 300) };
      });
      for (const power of [1, 2] as const) {
        assert.deepEqual(
          codeErrors(simd, bins, candidates, power),
          codeErrors(reference, bins, candidates, power),
          `seed ${seed}`,
        );
      }
      const spans = Array.from({ length: rng.int(1, 9) }, () => {
        const low = rng.int(0, 1) * rng.float() * (counts.length - 1);
        return { low, high: low + rng.float() * (counts.length - low) };
      });
      const levels = rng.int(1, 40);
      assert.deepEqual(
        klDivergences(simd, counts, spans, levels),
        klDivergences(reference, counts, spans, levels),
        `seed ${seed}`,
      );
    }
  });
});
