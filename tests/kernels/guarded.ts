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

/** Runs a kernel that reads `inputs` and writes `outBytes` bytes; returns those. The inputs must not change. */
export function runGuarded(
  engine: Engine,
  inputs: readonly ArrayBufferView[],
  outBytes: number,
  misalignment: number,
  call: (inputPtrs: number[], outPtr: number) => void,
): Uint8Array {
  const copies = inputs.map((view) => bytesOf(view).slice());
  const out = new Uint8Array(outBytes).fill(GUARD);
  withGuards(engine, [...copies, out], misalignment, (...addresses) => {
    call(addresses.slice(0, -1), addresses.at(-1)!);
  });
  for (const [i, view] of inputs.entries()) assert.deepEqual(copies[i], bytesOf(view), `changed input ${i}`);
  return out;
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
