// Non-maximum suppression against its definition: best score first, a box stays unless it overlaps one that stayed.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import {
  beginSuppression,
  continueSuppression,
  keptBoxes,
  keptCount,
  suppressionScratch,
  writeSelected,
} from '../../../ts-host/wasm/kernels/execute/nms.js';
import { Rng } from '../../support/rng.js';
import { ENGINES } from './engines.js';
import { withHeapGuards } from './guarded-heap.js';

interface Scene {
  readonly boxes: Float32Array;
  readonly scores: Float32Array;
  readonly isCenter: boolean;
  readonly overlap: number;
  readonly least: number | undefined;
  readonly most: number;
}

interface Box {
  readonly low: readonly [number, number];
  readonly high: readonly [number, number];
}

/** Multiples of 1/8, so that every sum and product of the definition is exact. */
function sceneOf(rng: Rng, n: number): Scene {
  const count = [0, 1, 2, 5, 17, 40, 90][n % 7]!;
  const eighth = (low: number, high: number): number => rng.int(low, high) / 8;
  const boxes = Float32Array.from({ length: 4 * count }, (_, i) =>
    eighth(i % 4 < 2 || n % 2 === 0 ? -16 : 0, 24),
  );
  const scores = Float32Array.from({ length: count }, () => rng.int(0, n % 3 === 0 ? 4 : 500) / 10);
  if (n % 5 === 4) {
    for (let i = 0; i < count; i += 3) scores[i] = [Number.NaN, Number.POSITIVE_INFINITY, -0, 1e-45][i % 4]!;
    for (let i = 0; i < count; i += 4)
      boxes[4 * i + (i % 4)] = [Number.NaN, Number.NEGATIVE_INFINITY][i % 2]!;
  }
  return {
    ...{ boxes, scores, isCenter: n % 2 === 1, overlap: [0, 0.25, 0.5, 0.9, 1][n % 5]! },
    ...{ least: n % 4 === 0 ? 2.5 : undefined, most: [1, 3, 1000][n % 3]! },
  };
}

function boxAt({ boxes, isCenter }: Scene, index: number): Box {
  const [a, b, c, d] = boxes.subarray(4 * index, 4 * index + 4) as unknown as [
    number,
    number,
    number,
    number,
  ];
  if (isCenter) return { low: [a - c / 2, b - d / 2], high: [a + c / 2, b + d / 2] };
  return { low: [Math.min(a, c), Math.min(b, d)], high: [Math.max(a, c), Math.max(b, d)] };
}

function overlaps(p: Box, q: Box, least: number): boolean {
  const sides = [0, 1].map((k) => Math.min(p.high[k]!, q.high[k]!) - Math.max(p.low[k]!, q.low[k]!)) as [
    number,
    number,
  ];
  if (!(sides[0] > 0 && sides[1] > 0)) return false;
  const area = ({ low, high }: Box): number => (high[0] - low[0]) * (high[1] - low[1]);
  const shared = sides[0] * sides[1];
  const union = area(p) + area(q) - shared;
  return area(p) > 0 && area(q) > 0 && union > 0 && Math.fround(shared / union) > Math.fround(least);
}

function oracle(scene: Scene): number[] {
  const { scores, least, overlap, most } = scene;
  const rank = (i: number): number => (Number.isNaN(scores[i]!) ? Number.NEGATIVE_INFINITY : scores[i]!);
  const order = Array.from(scores.keys())
    .filter((i) => least === undefined || scores[i]! > least)
    .sort((i, j) => (rank(i) === rank(j) ? i - j : rank(j) - rank(i)));
  const kept: number[] = [];
  for (const i of order) {
    if (kept.length === most) break;
    if (!kept.some((k) => overlaps(boxAt(scene, i), boxAt(scene, k), overlap))) kept.push(i);
  }
  return kept;
}

function run(engine: ExecutionEngine, scene: Scene, budget: number, shift: number): BigInt64Array {
  const { boxes, scores, ...rule } = scene;
  const count = scores.length;
  const scratch = new Uint8Array(suppressionScratch(count, scene.most));
  const out = new BigInt64Array(3 * count);
  let kept = 0;
  withHeapGuards(engine, [boxes.slice(), scores.slice(), scratch, out], shift, (b, s, at, to) => {
    beginSuppression(engine, { ...rule, boxes: b!, scores: s!, count }, at!);
    for (let more = true; more; ) more = continueSuppression(engine, at!, budget);
    kept = keptCount(engine, at!);
    writeSelected(engine, keptBoxes(at!, count), kept, 3, 7, to!);
  });
  return out.subarray(0, 3 * kept);
}

describe('non-maximum suppression', () => {
  for (const [name, engine] of ENGINES) {
    it(`${name}: scenes of 0 to 90 boxes, at once and in many rounds -> the definition`, () => {
      const rng = new Rng(21);
      for (let n = 0; n < 105; n++) {
        const scene = sceneOf(rng, n);
        const expected = oracle(scene).flatMap((box) => [3n, 7n, BigInt(box)]);
        assert.deepEqual([...run(engine, scene, 2 ** 20, 8 * (n % 3))], expected, `scene ${n}`);
        assert.deepEqual([...run(engine, scene, n % 50, 0)], expected, `scene ${n} in rounds`);
      }
    });
  }
});
