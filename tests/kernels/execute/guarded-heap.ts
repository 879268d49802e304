// Runs kernels over blocks of an executor's heap laid out to catch mistakes: every array starts at a chosen distance
// from a 64-byte border, and the bytes around it hold a pattern that must survive.

import assert from 'node:assert/strict';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';

const GUARD_BYTES = 64;
const GUARD = 0xa5;

/** Copies `arrays` in, `misalignment` bytes after a 64-byte border, calls `body` with their addresses, copies all of
 *  them back and checks the guards. */
export function withHeapGuards(
  { heap }: ExecutionEngine,
  arrays: readonly ArrayBufferView[],
  misalignment: number,
  body: (...addresses: number[]) => void,
): void {
  const blocks = arrays.map((array) => heap.alloc(array.byteLength + misalignment + 2 * GUARD_BYTES));
  const addresses = blocks.map((block) => block + GUARD_BYTES + misalignment);
  arrays.forEach((array, i) => {
    const room = array.byteLength + misalignment + 2 * GUARD_BYTES;
    heap.bytes.fill(GUARD, blocks[i]!, blocks[i]! + room);
    heap.bytes.set(viewBytes(array), addresses[i]!);
  });
  body(...addresses);
  arrays.forEach((array, i) => {
    const start = addresses[i]!;
    const end = start + array.byteLength;
    viewBytes(array).set(heap.bytes.subarray(start, end));
    for (let k = 0; k < GUARD_BYTES; k++) {
      assert.equal(heap.bytes[start - 1 - k], GUARD, `array ${i}: byte ${-1 - k} overwritten`);
      assert.equal(heap.bytes[end + k], GUARD, `array ${i}: byte ${k} past its end overwritten`);
    }
    heap.free(blocks[i]!);
  });
}

function viewBytes(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** Equal bit for bit, but that any NaN equals any NaN. */
export function assertSameFloats(actual: Float32Array, expected: Float32Array, message: string): void {
  assert.equal(actual.length, expected.length, message);
  const bits = new Uint32Array(actual.buffer, actual.byteOffset, actual.length);
  const expectedBits = new Uint32Array(expected.buffer, expected.byteOffset, expected.length);
  for (let i = 0; i < bits.length; i++) {
    if (bits[i] === expectedBits[i]) continue;
    if (Number.isNaN(actual[i]) && Number.isNaN(expected[i])) continue;
    assert.fail(`${message}: element ${i} is ${actual[i]}, expected ${expected[i]}`);
  }
}
