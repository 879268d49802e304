// Tensors are worked on tile by tile, so that a tile stays in the cache while it is copied in, worked on and copied
// out, and wasm memory does not grow with the tensor.

import type { Arena } from '../arena.js';

/** Elements of a tile. Tiles end at multiples of this many elements of the tensor, wherever a call starts. */
export const TILE_ELEMENTS = 65536;

/** Calls `body` for each tile of [start, start + count): `from` and `to` count from the call's first element. */
export function forEachTile(start: number, count: number, body: (from: number, to: number) => void): void {
  let from = 0;
  while (from < count) {
    const to = Math.min(count, from + TILE_ELEMENTS - ((start + from) % TILE_ELEMENTS));
    body(from, to);
    from = to;
  }
}

/** Copies `input` in, calls a kernel from there to room for `out`, and copies that out. */
export function runKernel(
  arena: Arena,
  input: ArrayBufferView,
  out: ArrayBufferView,
  kernel: (inputPtr: number, outPtr: number) => void,
): void {
  arena.scope(() => {
    const outPtr = arena.alloc(out.byteLength);
    kernel(arena.copyIn(input), outPtr);
    arena.copyOut(outPtr, out);
  });
}
