// Kernels of tensors that follow a rule: sizes 0 and 1, diagonals beyond the matrix, walks in several parts, nothing
// beside the output.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  countNonzero,
  fillRange,
  keepTriangle,
  placesScratchBytes,
  setOneHot,
  startPlaces,
  writePlaces,
} from '../../../ts-host/wasm/kernels/execute/patterns.js';
import { executionEngine } from '../../support/engine.js';
import { withBlocks } from './blocks.js';

// There is no SIMD: the reference module exports the same code.
const engine = await executionEngine();

test('range from any element on -> start + i · delta, integers wrapped', () => {
  const start = Int32Array.of(2 ** 31 - 3);
  for (const [first, length] of [
    [0, 0],
    [0, 1],
    [2, 4],
  ] as const) {
    const out = new Int32Array(length);
    const blocks = withBlocks(engine, [start, Int32Array.of(2), out], 4, (a, b, to) => {
      fillRange(engine, 'int32', a!, b!, to!, first, length);
    });
    const expected = out.map((_, i) => (start[0]! + 2 * (first + i)) | 0);
    assert.deepEqual(new Int32Array(blocks[2]!.buffer), expected);
  }
});

test('float ranges -> the product is rounded, then the sum', () => {
  const [start, delta] = [Float32Array.of(0.1), Float32Array.of(0.3)];
  const blocks = withBlocks(engine, [start, delta, new Float32Array(9)], 0, (a, b, to) => {
    fillRange(engine, 'float32', a!, b!, to!, 0, 9);
  });
  const expected = Float32Array.from({ length: 9 }, (_, i) => start[0]! + Math.fround(i * delta[0]!));
  assert.deepEqual(new Float32Array(blocks[2]!.buffer), expected);
});

test('one_hot of every width -> the named places, none for indices outside', () => {
  const indices = BigInt64Array.of(0n, -1n, 3n, -4n, 2n ** 62n, -(2n ** 63n));
  for (const width of [1, 2, 4, 8]) {
    const on = new Uint8Array(width).fill(9);
    const out = new Uint8Array(6 * 3 * width);
    const blocks = withBlocks(engine, [indices, on, out], 8, (at, from, to) => {
      setOneHot(engine, at!, from!, to!, 6, 3, 1, width);
    });
    out.fill(9, 0, width);
    out.fill(9, 5 * width, 6 * width);
    assert.deepEqual(blocks[2]!, out);
  }
});

test('trilu, diagonals all over and beyond the matrix, in place too -> the triangle', () => {
  for (const [rows, cols] of [
    [0, 3],
    [1, 1],
    [3, 5],
    [5, 3],
  ] as const) {
    for (let k = -rows; k <= cols; k++) {
      for (const upper of [true, false]) {
        const x = Uint16Array.from({ length: 2 * rows * cols }, (_, i) => i + 1);
        const expected = x.map((value, i) => {
          const [r, c] = [Math.floor(i / cols) % rows, i % cols];
          return (upper ? c - r >= k : c - r <= k) ? value : 0;
        });
        const blocks = withBlocks(engine, [x, new Uint16Array(x.length)], 2, (from, to) => {
          keepTriangle(engine, from!, to!, 2, rows, cols, 2, k, upper);
          keepTriangle(engine, from!, from!, 2, rows, cols, 2, k, upper);
        });
        for (const block of blocks) {
          assert.deepEqual(
            new Uint16Array(block.buffer),
            expected,
            `${rows} x ${cols}, diagonal ${k}, ${upper}`,
          );
        }
      }
    }
  }
});

test('places of what is not zero, in parts of any length -> columns in order', () => {
  const cases: [ArrayBufferView & ArrayLike<number | bigint>, number, boolean][] = [
    [Float32Array.of(0, -0, 1, Number.NaN, 1e-45, -1), 4, true],
    [Int32Array.of(0, -(2 ** 31), 1, 0, 0, 5), 4, false],
    [Uint16Array.of(0x8000, 0, 0x7c00, 1, 0, 0), 2, true],
    [Uint16Array.of(0x8000, 0, 0, 1, 0, 0), 2, false],
    [Uint8Array.of(128, 0, 1, 0, 0, 0), 1, false],
    [Float64Array.of(-0, 0, 5e-324, 0, 1, 0), 8, true],
  ];
  for (const [x, width, float] of cases) {
    const bits = Array.from(new Uint8Array(x.buffer));
    const isSet = Array.from({ length: 6 }, (_, i) => {
      const bytes = bits.slice(i * width, (i + 1) * width);
      if (float) bytes[width - 1]! &= 127;
      return bytes.some((byte) => byte !== 0);
    });
    const found = isSet.flatMap((set, i) => (set ? [i] : []));
    for (const part of [1, 2, 5, 6]) {
      const out = new BigInt64Array(2 * found.length);
      const scratch = engine.heap.alloc(placesScratchBytes(2));
      const blocks = withBlocks(engine, [x, out], 8, (from, to) => {
        assert.equal(countNonzero(engine, from!, 6, width, float), found.length);
        startPlaces(engine, scratch, [2, 3], [0, 0]);
        let column = 0;
        for (let at = 0; at < 6; at += part) {
          const [first, length] = [from! + at * width, Math.min(part, 6 - at)];
          column = writePlaces(engine, scratch, 2, first, length, width, float, to!, found.length, column);
        }
        assert.equal(column, found.length);
      });
      engine.heap.free(scratch);
      const expected = [...found.map((i) => Math.floor(i / 3)), ...found.map((i) => i % 3)].map(BigInt);
      assert.deepEqual([...new BigInt64Array(blocks[1]!.buffer)], expected);
    }
  }
});
