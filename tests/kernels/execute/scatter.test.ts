// Scatter kernels against loops in TypeScript, nothing beside the output, and bad indices answered before any write.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axisTableBytes, tupleTableBytes } from '../../../ts-host/wasm/kernels/execute/gather.js';
import {
  type Reduction,
  scatterElements,
  scatterTuples,
} from '../../../ts-host/wasm/kernels/execute/scatter.js';
import { executionEngine } from '../../support/engine.js';
import { Rng } from '../../support/rng.js';
import { withBlocks } from './blocks.js';

// There is no SIMD: the reference module exports the same code.
const engine = await executionEngine();

const COMBINE: Readonly<Record<Reduction, (a: number, b: number) => number>> = {
  none: (_, b) => b,
  add: (a, b) => a + b,
  mul: (a, b) => Math.imul(a, b),
  max: Math.max,
  min: Math.min,
};

const ARRAYS = { int8: Int8Array, uint16: Uint16Array, int32: Int32Array, float32: Float32Array } as const;
type Name = keyof typeof ARRAYS;

for (const reduction of Object.keys(COMBINE) as Reduction[]) {
  for (const type of Object.keys(ARRAYS) as Name[]) {
    test(`scatter of ${type}, ${reduction} -> the loops, in order`, () => {
      const rng = new Rng(reduction.length);
      const Make = ARRAYS[type];
      const fill = (count: number) => new Make(count).map(() => rng.int(0, 9));
      for (const [length, slice, count] of [
        [1, 1, 5],
        [4, 3, 0],
        [5, 1, 9],
        [3, 7, 4],
        [2, 60, 3],
      ] as const) {
        const picks = Int32Array.from({ length: count }, () => rng.int(-length, length - 1));
        const [out, updates] = [fill(length * slice), fill(count * slice)];
        const expected = out.slice();
        picks.forEach((pick, t) => {
          for (let i = 0; i < slice; i++) {
            const at = ((pick + length) % length) * slice + i;
            expected[at] = COMBINE[reduction](expected[at]!, updates[t * slice + i]!);
          }
        });
        const width = Make.BYTES_PER_ELEMENT;
        const sliceBytes = slice * width;
        const table = { lengths: [length], strides: [sliceBytes], tuples: count, batchBytes: 0, sliceBytes };
        const scratch = engine.heap.alloc(tupleTableBytes(1));
        const blocks = withBlocks(engine, [picks, updates, out], 4 * rng.int(0, 3), (at, from, to) => {
          const list = { address: at!, wide: false };
          assert.equal(scatterTuples(engine, type, reduction, table, slice, list, from!, to!, scratch), 0);
        });
        engine.heap.free(scratch);
        assert.deepEqual(blocks[2]!, new Uint8Array(expected.buffer), `${count} of ${slice} into ${length}`);
      }
    });
  }
}

test('scatter_elements along the middle axis of three -> the loops', () => {
  const rng = new Rng(3);
  const out = Int32Array.from({ length: 24 }, (_, i) => i);
  const picks = BigInt64Array.from({ length: 12 }, () => BigInt(rng.int(-4, 3)));
  const updates = Int32Array.from({ length: 12 }, () => rng.int(100, 200));
  const expected = out.slice();
  // out is [2, 4, 3]; indices and updates are [2, 3, 2].
  picks.forEach((pick, n) => {
    const [a, c] = [Math.floor(n / 6), n % 2];
    expected[a * 12 + ((Number(pick) + 4) % 4) * 3 + c]! += updates[n]!;
  });
  const table = { length: 4, axisBytes: 12, counts: [2, 3, 2], strides: [48, 0, 4] };
  const scratch = engine.heap.alloc(axisTableBytes(3));
  const blocks = withBlocks(engine, [picks, updates, out], 8, (at, from, to) => {
    const list = { address: at!, wide: true };
    assert.equal(scatterElements(engine, 'int32', 'add', table, list, from!, to!, scratch), 0);
  });
  engine.heap.free(scratch);
  assert.deepEqual(new Int32Array(blocks[2]!.buffer), expected);
});

test('an index outside its dim -> its position, and nothing is written', () => {
  for (const bad of [3, -4, 2 ** 31 - 1, -(2 ** 31)]) {
    const [picks, updates, out] = [Int32Array.of(0, 1, bad), Int32Array.of(1, 2, 3), Int32Array.of(7, 8, 9)];
    const scratch = engine.heap.alloc(axisTableBytes(1));
    const blocks = withBlocks(engine, [picks, updates, out], 0, (at, from, to) => {
      const list = { address: at!, wide: false };
      const table = { length: 3, axisBytes: 4, counts: [3], strides: [0] };
      assert.equal(scatterElements(engine, 'int32', 'none', table, list, from!, to!, scratch), 3);
      const tuples = { lengths: [3], strides: [4], tuples: 3, batchBytes: 0, sliceBytes: 4 };
      assert.equal(scatterTuples(engine, 'int32', 'add', tuples, 1, list, from!, to!, scratch), 3);
    });
    engine.heap.free(scratch);
    assert.deepEqual(new Int32Array(blocks[2]!.buffer), out, `${bad}`);
  }
});
