// Calls kernel exports as the ABI allows them to be called: at any alignment, over memory whose surroundings they must
// leave alone.

import assert from 'node:assert/strict';
import type { Engine } from '../../ts-host/wasm/engine.js';

const GUARD = 0xa5;
const GUARD_BYTES = 64;

/** Places the inputs and `outBytes` of output `misalignment` bytes off a 64-byte boundary, all surrounded by guard
 *  bytes, calls the kernel, checks that guards and inputs are as they were, and returns the output. */
export function runGuarded(
  engine: Engine,
  inputs: readonly ArrayBufferView[],
  outBytes: number,
  misalignment: number,
  call: (inputPtrs: number[], outPtr: number) => void,
): Uint8Array {
  return engine.arena.scope(() => {
    const regions = [...inputs.map((view) => view.byteLength), outBytes].map((size) => {
      const place = engine.arena.alloc(size + 2 * GUARD_BYTES);
      const start = place + GUARD_BYTES - misalignment;
      return { place, start, stop: start + size, end: place + size + 2 * GUARD_BYTES };
    });
    const memory = engine.arena.bytes;
    for (const { place, end } of regions) memory.fill(GUARD, place, end);
    for (const [i, view] of inputs.entries()) memory.set(bytesOf(view), regions[i]!.start);
    const out = regions.at(-1)!;
    call(
      regions.slice(0, -1).map((region) => region.start),
      out.start,
    );
    for (const { place, start, stop, end } of regions) {
      const around = [...memory.subarray(place, start), ...memory.subarray(stop, end)];
      assert.ok(
        around.every((byte) => byte === GUARD),
        'the kernel wrote beside its output',
      );
    }
    for (const [i, view] of inputs.entries()) {
      assert.deepEqual(
        memory.slice(regions[i]!.start, regions[i]!.stop),
        bytesOf(view),
        `changed input ${i}`,
      );
    }
    return memory.slice(out.start, out.stop);
  });
}

/** The bytes of a view, as they are in memory. */
export function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
}
