// Gather kernels: against loops in TypeScript, and that an index outside its dim is answered and nothing written.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  axisTableBytes,
  gatherElements,
  gatherRuns,
  gatherTuples,
  tupleTableBytes,
} from '../../../ts-host/wasm/kernels/execute/gather.js';
import { executionEngine } from '../../support/engine.js';
import { Rng } from '../../support/rng.js';
import { withBlocks } from './blocks.js';

// There is no SIMD: the reference module exports the same code.
const engine = await executionEngine();

const indexArray = (wide: boolean, values: readonly number[]): BigInt64Array | Int32Array =>
  wide ? BigInt64Array.from(values, BigInt) : Int32Array.from(values);

const randomIndices = (rng: Rng, count: number, length: number): number[] =>
  Array.from({ length: count }, () => rng.int(-length, length - 1));

test('gather of every run length and both index widths -> the runs', () => {
  const rng = new Rng(1);
  for (const innerBytes of [1, 2, 3, 4, 5, 7, 8, 9, 16, 31, 191, 192, 500]) {
    for (const [outer, length, count] of [
      [0, 3, 2],
      [1, 1, 1],
      [2, 5, 7],
      [3, 4, 0],
    ] as const) {
      const wide = rng.int(0, 1) === 1;
      const x = rng.bytes(outer * length * innerBytes);
      const picks = randomIndices(rng, count, length);
      const out = new Uint8Array(outer * count * innerBytes);
      const [, , actual] = withBlocks(
        engine,
        [x, indexArray(wide, picks), out],
        rng.int(0, 3) * 8,
        (from, at, to) => {
          const list = { address: at!, wide };
          assert.equal(gatherRuns(engine, from!, list, to!, outer, length, count, innerBytes), 0);
        },
      );
      for (let o = 0; o < outer; o++) {
        picks.forEach((pick, i) => {
          const run = (o * length + ((pick + length) % length)) * innerBytes;
          out.set(x.subarray(run, run + innerBytes), (o * count + i) * innerBytes);
        });
      }
      assert.deepEqual(actual!, out, `${outer} x ${length} runs of ${innerBytes}, ${count} indices`);
    }
  }
});

test('gather_elements along each axis, all widths -> the elements', () => {
  const rng = new Rng(2);
  for (let i = 0; i < 60; i++) {
    const width = 2 ** (i % 4);
    const dims = [rng.int(1, 4), rng.int(1, 4), rng.int(1, 4)];
    const axis = i % 3;
    const counts = dims.map((dim, d) => (d === axis ? rng.int(0, 6) : rng.int(1, dim)));
    const strides = [dims[1]! * dims[2]!, dims[2]!, 1];
    const total = counts.reduce((a, b) => a * b, 1);
    const picks = randomIndices(rng, total, dims[axis]!);
    const x = rng.bytes(dims.reduce((a, b) => a * b, 1) * width);
    const out = new Uint8Array(total * width);
    const table = {
      length: dims[axis]!,
      axisBytes: strides[axis]! * width,
      counts,
      strides: strides.map((stride, d) => (d === axis ? 0 : stride * width)),
    };
    const scratch = engine.heap.alloc(axisTableBytes(3));
    const [, , actual] = withBlocks(engine, [x, indexArray(false, picks), out], 8, (from, at, to) => {
      const list = { address: at!, wide: false };
      assert.equal(gatherElements(engine, table, from!, list, to!, width, scratch), 0);
    });
    engine.heap.free(scratch);
    picks.forEach((pick, n) => {
      const at = [
        Math.floor(n / (counts[1]! * counts[2]!)),
        Math.floor(n / counts[2]!) % counts[1]!,
        n % counts[2]!,
      ].with(axis, (pick + dims[axis]!) % dims[axis]!);
      const from = at.reduce((sum, place, d) => sum + place * strides[d]!, 0) * width;
      out.set(x.subarray(from, from + width), n * width);
    });
    assert.deepEqual(actual!, out, `case ${i}`);
  }
});

test('an index outside its dim -> its position, and nothing is written', () => {
  const x = new Uint8Array(24);
  for (const wide of [true, false]) {
    for (const bad of [3, -4, 2 ** 31 - 1, -(2 ** 31), ...(wide ? [2 ** 32, -(2 ** 32), 2 ** 53] : [])]) {
      const out = new Uint8Array(12).fill(7);
      const scratch = engine.heap.alloc(axisTableBytes(1) + tupleTableBytes(1));
      const blocks = withBlocks(engine, [x, indexArray(wide, [0, -3, bad]), out], 0, (from, at, to) => {
        const list = { address: at!, wide };
        assert.equal(gatherRuns(engine, from!, list, to!, 1, 3, 3, 4), 3);
        const table = { length: 3, axisBytes: 4, counts: [3], strides: [0] };
        assert.equal(gatherElements(engine, table, from!, list, to!, 4, scratch), 3);
        const tuples = { lengths: [3], strides: [4], tuples: 3, batchBytes: 12, sliceBytes: 4 };
        assert.equal(gatherTuples(engine, tuples, from!, list, to!, 1, scratch), 3);
      });
      engine.heap.free(scratch);
      assert.deepEqual(blocks[2]!, out, `${bad}`);
    }
  }
});
