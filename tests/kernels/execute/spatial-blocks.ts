// Calls of kernels over blocks of an executor's heap: every array starts a chosen number of elements off its block,
// between guard bytes that must survive.

import assert from 'node:assert/strict';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import { bytesOf } from '../guarded.js';

const GUARD = 0xa5;
const GUARD_BYTES = 64;

/** Runs a kernel that reads `inputs` and fills arrays like `outputs`; returns those. Inputs must not change.
 *  @param shift - elements that every array starts behind a 64-byte border */
export function callKernel<T extends ArrayBufferView>(
  engine: ExecutionEngine,
  inputs: readonly ArrayBufferView[],
  outputs: readonly T[],
  shift: number,
  call: (inputs: number[], outputs: number[], scratch: number) => void,
): T[] {
  const { heap } = engine;
  const arrays = [...inputs, ...outputs];
  const blocks = arrays.map((array) => heap.alloc(array.byteLength + shift * 8 + 2 * GUARD_BYTES));
  const scratch = heap.alloc(65536);
  const addresses = arrays.map((array, i) => {
    const width = (array as unknown as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT;
    const address = blocks[i]! + GUARD_BYTES + shift * width;
    heap.bytes.fill(GUARD, blocks[i], address + array.byteLength + GUARD_BYTES);
    if (i < inputs.length) heap.bytes.set(bytesOf(array), address);
    return address;
  });
  call(addresses.slice(0, inputs.length), addresses.slice(inputs.length), scratch);
  const results = arrays.map((array, i) => {
    const address = addresses[i]!;
    for (let k = 1; k <= GUARD_BYTES; k++) {
      if (address - k >= blocks[i]!) assert.equal(heap.bytes[address - k], GUARD, `array ${i}: byte ${-k}`);
      const after = address + array.byteLength + k - 1;
      assert.equal(heap.bytes[after], GUARD, `array ${i}: byte ${k - 1} past its end`);
    }
    const copy = heap.copyOut(address, array.byteLength);
    if (i < inputs.length) assert.deepEqual(copy, bytesOf(array).slice(), `input ${i} changed`);
    return new (array.constructor as new (buffer: ArrayBuffer) => T)(copy.buffer);
  });
  for (const block of [...blocks, scratch]) heap.free(block);
  return results.slice(inputs.length);
}

/** Equal bits, NaNs of any payload being equal. */
export function assertSame(actual: ArrayLike<unknown>, expected: ArrayLike<unknown>, what: string): void {
  assert.equal(actual.length, expected.length, `${what}: length`);
  for (let i = 0; i < actual.length; i++) {
    if (!Object.is(actual[i], expected[i]))
      assert.fail(`${what}: [${i}] is ${actual[i]}, not ${expected[i]}`);
  }
}
