// Blocks of an execution engine's heap for kernel tests: contents at a chosen misalignment between guard bytes.

import assert from 'node:assert/strict';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';

const GUARD_BYTES = 64;
const GUARD = 0xa5;

const bytesOf = (view: ArrayBufferView): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** Runs `body` with the addresses of copies of `views`, each `misalignment` bytes off a 64-byte border; returns what
 *  is in them afterwards. The bytes around them must survive. */
export function withBlocks(
  { heap }: ExecutionEngine,
  views: readonly ArrayBufferView[],
  misalignment: number,
  body: (...addresses: number[]) => void,
): Uint8Array[] {
  const rooms = views.map(({ byteLength }) => byteLength + misalignment + 2 * GUARD_BYTES);
  const blocks = rooms.map((room) => heap.alloc(room));
  try {
    const addresses = blocks.map((block) => block + GUARD_BYTES + misalignment);
    blocks.forEach((block, i) => {
      heap.bytes.fill(GUARD, block, block + rooms[i]!);
      heap.bytes.set(bytesOf(views[i]!), addresses[i]!);
    });
    body(...addresses);
    return views.map(({ byteLength }, i) => {
      const [start, end] = [addresses[i]!, addresses[i]! + byteLength];
      const around = [
        ...heap.bytes.subarray(blocks[i]!, start),
        ...heap.bytes.subarray(end, end + GUARD_BYTES),
      ];
      assert.ok(
        around.every((byte) => byte === GUARD),
        `block ${i}: bytes beside it were written`,
      );
      return heap.copyOut(start, byteLength);
    });
  } finally {
    for (const block of blocks) heap.free(block);
  }
}
