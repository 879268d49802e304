// floatChunks, regroup and columnSlabs: whatever the storage type, the alignment and the sizes in which data arrives,
// the same values come out in the same order.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import { CHUNK_BYTES } from '../../ts-host/ir/tensor.js';
import { columnSlabs } from '../../ts-host/tensor/columns.js';
import { type FloatChunk, floatChunks } from '../../ts-host/tensor/floatChunks.js';
import { FLOAT16_MAX, halfData } from '../../ts-host/tensor/half.js';
import { regroup } from '../../ts-host/tensor/regroup.js';
import type { Engine } from '../../ts-host/wasm/engine.js';
import { rejectsWith } from '../formats/onnx/support.js';
import { simdEngine } from '../support/engine.js';
import { bfloatValue, halfValue, nearestBfloat, nearestHalf } from '../support/float-oracle.js';
import { Rng } from '../support/rng.js';
import { bytesOf, floatTensorOf } from '../support/tensors.js';

let engine: Engine;
before(async () => {
  engine = await simdEngine();
});

const asFloat32 = {
  float32: Math.fround,
  float64: Math.fround,
  float16: (v: number) => halfValue(nearestHalf(v)),
  bfloat16: (v: number) => bfloatValue(nearestBfloat(v)),
} as const;

async function collected(chunks: AsyncIterable<FloatChunk>): Promise<number[]> {
  const all: number[] = [];
  for await (const { start, values } of chunks) {
    assert.equal(start, all.length);
    all.push(...values);
  }
  return all;
}

for (const dtype of ['float32', 'float64', 'float16', 'bfloat16'] as const) {
  for (const shift of [0, 1, 3, 8]) {
    test(`floatChunks ${dtype} in odd chunks ${shift} bytes off -> float32 values`, async () => {
      const values = [...new Rng(3).normal(997, 2), 0, -0, 1e-6, 60000, 2 ** -24];
      for (const lengths of [[1], [7, 1, 64, 3], [8], [100_000]]) {
        const tensor = floatTensorOf([values.length], values, dtype, lengths, shift);
        const actual = await collected(floatChunks(engine, tensor, new RunContext()));
        assert.deepEqual(actual, values.map(asFloat32[dtype]));
      }
    });
  }
}

test('floatChunks data longer than a chunk -> cut every CHUNK_BYTES however it arrives', async () => {
  const values = Float32Array.from({ length: CHUNK_BYTES / 4 + 1000 }, (_, i) => i);
  for (const lengths of [[3 * 1024 * 1024 + 4], [CHUNK_BYTES * 2], [CHUNK_BYTES - 1, 1], [65_537]]) {
    const sizes: number[] = [];
    let next = 0;
    for await (const chunk of floatChunks(
      engine,
      floatTensorOf([values.length], values, 'float32', lengths, 2),
      new RunContext(),
    )) {
      assert.equal(chunk.start, next);
      assert.equal(chunk.values[0], next);
      assert.equal(chunk.values.at(-1), next + chunk.values.length - 1);
      sizes.push(chunk.values.length);
      next += chunk.values.length;
    }
    assert.deepEqual(sizes, [CHUNK_BYTES / 4, 1000]);
  }
});

test('floatChunks over integers -> UNSUPPORTED_DTYPE with the tensor', async () => {
  const tensor = { ...floatTensorOf([1], [1]), dtype: 'int8' } as const;
  const error = await rejectsWith(
    'UNSUPPORTED_DTYPE',
    collected(floatChunks(engine, tensor, new RunContext())),
  );
  assert.equal(error.place.tensor, 'w');
});

test('halfData -> nearest float16, FLOAT16_MAX kept', async () => {
  const values = [0.1, -0, 1, FLOAT16_MAX, -FLOAT16_MAX, 2 ** -25, 1 / 3, ...new Rng(4).normal(50)];
  const bytes = await bytesOf(halfData(engine, floatTensorOf([values.length], values, 'float32', [12], 4)));
  assert.deepEqual(
    [...new Uint16Array(bytes.buffer)],
    values.map((v) => nearestHalf(Math.fround(v))),
  );
});

/** 0, 1, 2, ... in chunks of the given lengths. */
async function* counted(count: number, lengths: readonly number[]): AsyncGenerator<FloatChunk> {
  for (let at = 0, i = 0; at < count; i++) {
    const length = Math.min(lengths[i % lengths.length]!, count - at);
    yield { start: at, values: Float32Array.from({ length }, (_, k) => at + k) };
    at += length;
  }
}

test('regroup any chunks and sizes -> groups of exactly these sizes', async () => {
  const rng = new Rng(5);
  for (let round = 0; round < 50; round++) {
    const sizes = Array.from({ length: rng.int(1, 8) }, () => rng.int(1, 20));
    const count = sizes.reduce((a, b) => a + b, 0);
    const groups: number[][] = [];
    for await (const group of regroup(counted(count, [rng.int(1, 30), rng.int(1, 5)]), sizes)) {
      groups.push([...group]);
    }
    assert.deepEqual(
      groups.map((group) => group.length),
      sizes,
    );
    assert.deepEqual(
      groups.flat(),
      Array.from({ length: count }, (_, i) => i),
    );
  }
});

test('columnSlabs every split of a small matrix -> the columns of a plain transpose', async () => {
  const rows = 5;
  for (const columns of [1, 2, 4]) {
    for (let c0 = 0; c0 < columns; c0++) {
      for (let c1 = c0 + 1; c1 <= columns; c1++) {
        for (const slabRows of [1, 2, 3, 5]) {
          for (const length of [1, 2, 3, 7, 100]) {
            const seen: number[][] = [];
            const chunks = counted(rows * columns, [length]);
            for await (const slab of columnSlabs(chunks, columns, [c0, c1], slabRows)) {
              assert.equal(slab.row, seen.length);
              assert.equal(slab.values.length, slab.rows * (c1 - c0));
              for (let r = 0; r < slab.rows; r++) {
                seen.push([...slab.values.subarray(r * (c1 - c0), (r + 1) * (c1 - c0))]);
              }
            }
            const expected = Array.from({ length: rows }, (_, r) =>
              Array.from({ length: c1 - c0 }, (_, c) => r * columns + c0 + c),
            );
            assert.deepEqual(
              seen,
              expected,
              `columns ${c0}..${c1} of ${columns}, ${slabRows} rows, ${length}`,
            );
          }
        }
      }
    }
  }
});
