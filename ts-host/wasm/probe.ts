// Chooses, per kernel family, between the strict and the relaxed module: by what they compute, then by how fast.
//
// That a runtime accepts relaxed SIMD says nothing about its meaning: the same instruction is exact in one, saturates
// in another and doubles in a third. So the real kernels run on data of the full range, and one differing bit refuses
// the relaxed module. Only exact integer kernels take part; so whatever the timing decides, no output byte depends on
// it.

import type { Engine, KernelExports } from './engine.js';
import { gemm, packWeightsFor } from './kernels/gemm.js';
import type { Family, FamilyChoice } from './variants.js';

/** What a family gives to be probed. */
interface FamilyProbe {
  /** Whether the module's results equal those of the strict one, bit for bit. */
  isExact(engine: Engine, relaxed: KernelExports): boolean;
  /** A run of the module's kernel, long enough to be timed. */
  prepare(engine: Engine, kernels: KernelExports): () => void;
}

/** Longest time spent on timing one family. Past the first milliseconds runtimes have put optimised code in place. */
const TIMING_MS = 10;
/** Most rounds, for clocks that stand still (Workers) or are coarse. */
const MAX_ROUNDS = 48;

/** Makes sure that `family` is served by the best module. Costs some milliseconds once per engine, and nothing before
 *  it is called; until then the strict module serves.
 *  @returns what serves the family now, and why. */
export async function chooseKernels(engine: Engine, family: Family): Promise<FamilyChoice> {
  const { variants } = engine;
  const relaxed = variants.choice(family) === undefined ? await variants.loadRelaxed() : undefined;
  const known = variants.choice(family);
  if (known !== undefined) return known;
  const choice = judge(engine, relaxed, PROBES[family]);
  variants.choose(family, choice);
  return choice;
}

function judge(engine: Engine, relaxed: KernelExports | undefined, probe: FamilyProbe): FamilyChoice {
  if (relaxed === undefined) return { variant: 'simd', reason: 'not loaded' };
  if (!probe.isExact(engine, relaxed)) return { variant: 'simd', reason: 'refused: inexact' };
  if (!isFaster(engine, relaxed, probe)) return { variant: 'simd', reason: 'refused: slower' };
  return { variant: 'relaxed', reason: 'chosen' };
}

/** Runs both in turn and compares the best times, so that a disturbance meets both. A tie goes to relaxed. */
function isFaster(engine: Engine, relaxed: KernelExports, probe: FamilyProbe): boolean {
  const runs = [probe.prepare(engine, engine.simd), probe.prepare(engine, relaxed)] as const;
  const best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY] as [number, number];
  const start = performance.now();
  for (let round = 0; round < MAX_ROUNDS && performance.now() - start < TIMING_MS; round++) {
    for (const index of [0, 1] as const) {
      const begin = performance.now();
      runs[index]();
      best[index] = Math.min(best[index], performance.now() - begin);
    }
  }
  return best[1] <= best[0];
}

/** [m, n, k]: whole tiles, partial tiles of rows, columns and depth, fewer rows than a tile. */
const EXACT_SHAPES = [
  [12, 16, 64],
  [7, 13, 37],
  [4, 9, 3],
  [1, 8, 130],
] as const;

const gemmProbe: FamilyProbe = {
  isExact(engine, relaxed) {
    return EXACT_SHAPES.every(([m, n, k], seed) => {
      const a = randomBytes(m * k, seed + 1);
      const b = new Int8Array(randomBytes(k * n, seed + 101).buffer);
      // Extremes, which saturate first: rows of 255 meet columns of -128 and of 127.
      a.fill(255, 0, k);
      for (let row = 0; row < k; row++) b.set([-128, 127], row * n);
      const [expected, actual] = [engine.simd, relaxed].map((kernels) => {
        const c = new Int32Array(m * n);
        gemm(engine, a, packWeightsFor(engine, kernels, b, k, n), c, m);
        return c;
      });
      return expected!.every((sum, index) => sum === actual![index]);
    });
  },
  prepare(engine, kernels) {
    const [m, n, k] = [48, 64, 256];
    const a = randomBytes(m * k, 7);
    const packed = packWeightsFor(engine, kernels, new Int8Array(randomBytes(k * n, 8).buffer), k, n);
    const c = new Int32Array(m * n);
    return () => gemm(engine, a, packed, c, m);
  },
};

const PROBES: Readonly<Record<Family, FamilyProbe>> = { gemm: gemmProbe };

/** `count` bytes of the full range, always the same for a seed (xorshift32). */
function randomBytes(count: number, seed: number): Uint8Array {
  let state = seed * 0x9e3779b1;
  return Uint8Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 24;
  });
}
