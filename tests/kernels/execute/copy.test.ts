// Strided copies against loops in TypeScript: every kind of plane, every width, any alignment, nothing beside the box.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import {
  copyScratchBytes,
  copyStrided,
  type Loop,
  type Width,
} from '../../../ts-host/wasm/kernels/execute/copy.js';
import { executionEngine, referenceExecutionEngine } from '../../support/engine.js';
import { Rng } from '../../support/rng.js';
import { withBlocks } from './blocks.js';

const ENGINES: readonly (readonly [string, ExecutionEngine])[] = [
  ['simd', await executionEngine()],
  ['reference', await referenceExecutionEngine()],
];
const WIDTHS: readonly Width[] = [1, 2, 4, 8];

/** Loops in elements, and the first elements. */
interface Box {
  readonly loops: readonly Loop[];
  readonly from: number;
  readonly to: number;
}

function expected(x: Uint8Array, out: Uint8Array, width: number, { loops, from, to }: Box): Uint8Array {
  const result = out.slice();
  const walk = (depth: number, at: number, then: number): void => {
    const loop = loops[depth];
    if (loop === undefined) {
      result.set(x.subarray(at * width, (at + 1) * width), then * width);
      return;
    }
    for (let i = 0; i < loop.count; i++) walk(depth + 1, at + i * loop.from, then + i * loop.to);
  };
  walk(0, from, to);
  return result;
}

function check(engine: ExecutionEngine, rng: Rng, width: Width, box: Box): void {
  const reach = (of: 'from' | 'to', start: number): number =>
    box.loops.reduce((end, loop) => end + Math.max(0, (loop.count - 1) * loop[of]), start) + 1;
  const x = rng.bytes(reach('from', box.from) * width);
  const out = rng.bytes(reach('to', box.to) * width);
  const loops = box.loops.map(({ count, from, to }) => ({ count, from: from * width, to: to * width }));
  const scratch = engine.heap.alloc(copyScratchBytes(width, loops));
  const [, actual] = withBlocks(engine, [x, out], width * rng.int(0, 3), (source, target) => {
    copyStrided(engine, width, loops, source! + box.from * width, target! + box.to * width, scratch);
  });
  engine.heap.free(scratch);
  const wanted = expected(x, out, width, box);
  if (!Buffer.from(actual!).equals(wanted)) assert.fail(`${width} bytes, ${JSON.stringify(box)}`);
}

/** Two loops of the given counts over a plane of each kind. */
function planes(n0: number, n1: number): Box[] {
  const plane = (from0: number, from1: number, to0: number, to1: number, from = 0): Box => ({
    loops: [
      { count: n0, from: from0, to: to0 },
      { count: n1, from: from1, to: to1 },
    ],
    from,
    to: 0,
  });
  return [
    plane(n1 + 1, 1, n1 + 2, 1),
    plane(0, 1, n1, 1),
    plane(1, n0, n1, 1),
    plane(1, n0 + 3, n1 + 1, 1),
    plane(1, 0, n1, 1),
    plane(0, 0, n1, 1),
    plane(n1, -1, n1, 1, n1),
    plane(2, 2 * n0, n1, 1),
    plane(1, n0, 3 * n1, 3),
  ];
}

for (const [name, engine] of ENGINES) {
  for (const width of WIDTHS) {
    test(`${name} copy_strided_u${width * 8}, planes of each kind and size -> the loops`, () => {
      const rng = new Rng(width);
      const counts = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33];
      for (const n0 of counts) {
        for (const n1 of counts) for (const box of planes(n0, n1)) check(engine, rng, width, box);
      }
    });

    test(`${name} copy_strided_u${width * 8}, rows up to the long copy and whole blocks -> the loops`, () => {
      const rng = new Rng(width);
      for (const [n0, n1] of [
        [2, 191 / width],
        [2, 192 / width],
        [3, 200 / width],
        [70, 260 / width],
        [64 / width + 3, 520],
        [3, 1030],
        [1030, 3],
      ] as const) {
        for (const box of planes(n0, Math.ceil(n1))) check(engine, rng, width, box);
      }
    });
  }

  test(`${name} copy_strided, boxes of up to 6 loops anywhere in a tensor -> the loops`, () => {
    const rng = new Rng(9);
    for (let i = 0; i < 300; i++) {
      const rank = rng.int(2, 6);
      const counts = Array.from({ length: rank }, () => rng.int(1, 4));
      let stride = 1;
      const loops: Loop[] = [];
      for (const count of counts) {
        loops.unshift({ count, from: rng.int(0, 40), to: stride });
        stride *= count + rng.int(0, 1);
      }
      check(engine, rng, WIDTHS[i % 4]!, { loops, from: rng.int(0, 5), to: rng.int(0, 5) });
    }
  });
}
