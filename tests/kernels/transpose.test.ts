// Transpose: every small shape, whole blocks with and without edges, every width, any alignment.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OctavoError } from '../../ts-host/errors.js';
import type { Engine } from '../../ts-host/wasm/engine.js';
import { transpose } from '../../ts-host/wasm/kernels/transpose.js';
import { referenceEngine, simdEngine } from '../support/engine.js';
import { Rng } from '../support/rng.js';
import { runGuarded } from './guarded.js';

const SIMD = await simdEngine();
const REFERENCE = await referenceEngine();
const ENGINES: ReadonlyArray<readonly [string, Engine]> = [
  ['simd', SIMD],
  ['reference', REFERENCE],
];
const SCRATCH = new Uint8Array(16384);

/** Element by element, on bytes. */
function transposed(x: Uint8Array, rows: number, cols: number, width: number): Uint8Array {
  const out = new Uint8Array(x.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) {
      const from = (r * cols + c) * width;
      out.set(x.subarray(from, from + width), (c * rows + r) * width);
    }
  }
  return out;
}

function check(engine: Engine, rng: Rng, rows: number, cols: number, width: number): void {
  const x = rng.bytes(rows * cols * width);
  const misalignment = rng.int(0, 15);
  // Scratch is the kernel's to write: it is allocated here, outside of the guarded regions.
  const out = engine.arena.scope(() => {
    const scratchPtr = engine.arena.alloc(SCRATCH.length);
    return runGuarded(engine, [x], x.length, misalignment, ([xPtr], outPtr) =>
      engine.simd[`transpose_u${width * 8}`]!(xPtr!, outPtr, scratchPtr, rows, cols),
    );
  });
  if (!Buffer.from(out).equals(transposed(x, rows, cols, width)))
    assert.fail(`${rows} x ${cols} of ${width} bytes`);
}

for (const [name, engine] of ENGINES) {
  for (const width of [1, 2, 4, 8]) {
    test(`${name} transpose_u${width * 8} of every shape up to 34 x 34 -> rows become columns`, () => {
      const rng = new Rng(width);
      for (let rows = 0; rows <= 34; rows++)
        for (let cols = 0; cols <= 34; cols++) check(engine, rng, rows, cols, width);
    });

    test(`${name} transpose_u${width * 8} of whole blocks with all edges -> rows become columns`, () => {
      const rng = new Rng(width);
      const high = 256 / width;
      const wide = 64 / width;
      for (const rows of [high - 1, high, high + 1, 2 * high + 3]) {
        for (const cols of [wide - 1, wide, wide + 1, 3 * wide + 2]) check(engine, rng, rows, cols, width);
      }
    });
  }

  test(`${name} transpose of each typed array, through views -> only the view is written`, () => {
    const source = new Float32Array([9, 1, 2, 3, 4, 5, 6, 9]).subarray(1, 7);
    const out = new Float32Array(8).fill(-1);
    transpose(engine, source, out.subarray(1, 7), 2, 3);
    assert.deepEqual([...out], [-1, 1, 4, 2, 5, 3, 6, -1]);
    const big = new BigInt64Array([1n, -2n, 3n, -4n]);
    const bigOut = new BigInt64Array(4);
    transpose(engine, big, bigOut, 2, 2);
    assert.deepEqual([...bigOut], [1n, 3n, -2n, -4n]);
    const bytes = new Int8Array(6);
    transpose(engine, new Int8Array([1, 2, 3, 4, 5, 6]), bytes, 3, 2);
    assert.deepEqual([...bytes], [1, 3, 5, 2, 4, 6]);
    transpose(engine, new Uint16Array(0), new Uint16Array(0), 0, 5);
  });
}

test('transpose of NaN payloads -> the same bits', () => {
  const source = new Float32Array(new Uint32Array([0x7f800001, 0xffc12345, 0x7fffffff, 0xff812345]).buffer);
  const out = new Float32Array(4);
  transpose(SIMD, source, out, 2, 2);
  assert.deepEqual([...new Uint32Array(out.buffer)], [0x7f800001, 0x7fffffff, 0xffc12345, 0xff812345]);
});

test('transpose of a length that is not rows times cols -> INVALID_ARGUMENT naming it', () => {
  for (const [source, out, field] of [
    [5, 6, 'source'],
    [6, 5, 'out'],
  ] as const) {
    assert.throws(
      () => transpose(SIMD, new Uint8Array(source), new Uint8Array(out), 2, 3),
      (error) =>
        error instanceof OctavoError && error.code === 'INVALID_ARGUMENT' && error.place.field === field,
    );
  }
  assert.throws(
    () => transpose(SIMD, new Uint8Array(6), new Uint16Array(6), 2, 3),
    (error) => error instanceof OctavoError && error.code === 'INVALID_ARGUMENT',
  );
});
