// Calls raw kernel exports over memory laid out to catch mistakes: every array starts at a chosen misalignment, and the
// bytes around it hold a pattern that must survive.

import assert from 'node:assert/strict';
import type { Engine } from '../../ts-host/wasm/engine.js';

const GUARD_BYTES = 32;
const GUARD = 0xa5;

/** Copies `arrays` in, each `misalignment` bytes off its alignment between guards, calls `body` with their addresses,
 *  copies all of them back and checks the guards. */
export function withGuards(
  engine: Engine,
  arrays: readonly ArrayBufferView[],
  misalignment: number,
  body: (...addresses: number[]) => void,
): void {
  const { arena } = engine;
  arena.scope(() => {
    const addresses = arrays.map((array) => {
      const room = array.byteLength + misalignment + 2 * GUARD_BYTES;
      const base = arena.alloc(room);
      arena.bytes.fill(GUARD, base, base + room);
      const address = base + GUARD_BYTES + misalignment;
      arena.bytes.set(bytesOf(array), address);
      return address;
    });
    body(...addresses);
    addresses.forEach((address, i) => {
      const array = arrays[i]!;
      arena.copyOut(address, array);
      for (let k = 1; k <= GUARD_BYTES; k++) {
        assert.equal(arena.bytes[address - k], GUARD, `array ${i}: byte ${-k} overwritten`);
        const after = address + array.byteLength + k - 1;
        assert.equal(arena.bytes[after], GUARD, `array ${i}: byte ${k - 1} past its end overwritten`);
      }
    });
  });
}

export function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** Equal bit for bit: -0 is not 0, and a NaN equals itself. */
export function assertSameBits(actual: ArrayBufferView, expected: ArrayBufferView, message: string): void {
  const a = bytesOf(actual);
  const b = bytesOf(expected);
  if (a.length === b.length && Buffer.compare(a, b) === 0) return;
  assert.deepEqual(actual, expected, message);
  assert.fail(`${message}: same values, other bits`);
}
