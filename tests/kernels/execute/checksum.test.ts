// Checksums: the SIMD kernel is the reference, and every change of one byte is seen.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checksum } from '../../../ts-host/wasm/kernels/execute/checksum.js';
import { executionEngine, referenceExecutionEngine } from '../../support/engine.js';
import { Rng } from '../../support/rng.js';

const engines = [await executionEngine(), await referenceExecutionEngine()] as const;

/** What both engines make of bytes at an address that is `shift` above an aligned one. */
function sums(bytes: Uint8Array, shift = 0): readonly number[] {
  return engines.map(({ heap, kernels }) => {
    const block = heap.alloc(bytes.byteLength + shift);
    heap.bytes.set(bytes, block + shift);
    const sum = checksum(kernels, block + shift, bytes.byteLength);
    heap.free(block);
    return sum;
  });
}

test('any length at any address -> the sum of the reference, the same at every address', () => {
  for (const length of [0, 1, 3, 4, 63, 64, 65, 127, 128, 1000, 4096]) {
    const bytes = new Rng(length + 1).bytes(length);
    const [fast, exact] = sums(bytes);
    assert.equal(fast, exact, `${length} bytes`);
    assert.deepEqual(sums(bytes, 1), [exact, exact], `${length} bytes at an odd address`);
  }
});

test('bytes known -> the sums written down here, for files keep them', () => {
  assert.equal(sums(new Uint8Array(0))[0], 2044407738);
  assert.equal(sums(Uint8Array.from({ length: 100 }, (_, i) => i))[0], 1412746485);
});

test('one bit changed, a zero more at the end, two words exchanged -> another sum', () => {
  const bytes = new Rng(5).bytes(200);
  const [sum] = sums(bytes);
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const changed = bytes.slice();
    changed[bit >> 3]! ^= 1 << (bit & 7);
    assert.notEqual(sums(changed)[0], sum, `bit ${bit}`);
  }
  const [first, second, rest] = [bytes.subarray(0, 64), bytes.subarray(64, 128), bytes.subarray(128)];
  assert.notEqual(sums(Uint8Array.from([...bytes, 0]))[0], sum);
  assert.notEqual(sums(Uint8Array.from([...second, ...first, ...rest]))[0], sum);
});
