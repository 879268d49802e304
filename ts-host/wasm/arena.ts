// The memory the kernels share with the host. Bindings allocate upwards from a mark and give everything back when
// they return, so between two calls the arena is empty and nothing can leak.
//
//   0 ........ 1 KiB ............ 32 KiB .......... heapBase ............ capacity
//   | unused   | static data simd | static data relaxed | arena, 64-byte aligned |

import { OctavoError } from '../errors.js';

const PAGE_BYTES = 65536;
const ALIGNMENT = 64;
/** The largest memory a 32-bit wasm module can have, less one page so that byte addresses fit in 32 bits. */
const MAX_PAGES = 65535;

export class Arena {
  readonly memory: WebAssembly.Memory;
  #top: number;
  #base: number;
  #bytes: Uint8Array;

  constructor(memory: WebAssembly.Memory, base: number) {
    this.memory = memory;
    this.#base = alignUp(base);
    this.#top = this.#base;
    this.#bytes = new Uint8Array(memory.buffer);
  }

  /** The memory as bytes. Never keep it across an `alloc`: growing replaces the buffer. */
  get bytes(): Uint8Array {
    if (this.#bytes.buffer !== this.memory.buffer) this.#bytes = new Uint8Array(this.memory.buffer);
    return this.#bytes;
  }

  /** Runs `body` and frees whatever it allocated. `body` must not be async. */
  scope<T>(body: () => T): T {
    const mark = this.#top;
    try {
      return body();
    } finally {
      this.#top = mark;
    }
  }

  /** Raises the first free byte, for a module whose static data lies above. */
  reserveBelow(base: number): void {
    if (this.#top !== this.#base) throw new Error('the arena is in use');
    this.#base = this.#top = Math.max(this.#base, alignUp(base));
  }

  /** Address of `byteLength` free bytes, 64-byte aligned, contents undefined.
   *  @throws OctavoError `MEMORY_LIMIT` when the runtime will not grow the memory. */
  alloc(byteLength: number): number {
    const address = this.#top;
    const end = alignUp(address + byteLength);
    const missing = end - this.memory.buffer.byteLength;
    if (missing > 0) this.#grow(Math.ceil(missing / PAGE_BYTES), byteLength);
    this.#top = end;
    return address;
  }

  /** Allocates and copies `view` in; returns its address. */
  copyIn(view: ArrayBufferView): number {
    const address = this.alloc(view.byteLength);
    this.bytes.set(asBytes(view), address);
    return address;
  }

  /** Copies `view.byteLength` bytes at `address` out into `view`. */
  copyOut(address: number, view: ArrayBufferView): void {
    asBytes(view).set(this.bytes.subarray(address, address + view.byteLength));
  }

  #grow(pages: number, byteLength: number): void {
    const now = this.memory.buffer.byteLength / PAGE_BYTES;
    try {
      if (now + pages > MAX_PAGES) throw new RangeError('4 GiB is the limit of a wasm memory');
      this.memory.grow(pages);
    } catch (cause) {
      throw new OctavoError(
        'MEMORY_LIMIT',
        `cannot grow the wasm memory for ${byteLength} bytes`,
        {},
        { cause },
      );
    }
  }
}

function alignUp(address: number): number {
  return Math.ceil(address / ALIGNMENT) * ALIGNMENT;
}

function asBytes(view: ArrayBufferView): Uint8Array {
  return view instanceof Uint8Array ? view : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
