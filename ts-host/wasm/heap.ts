// The memory of one executor: blocks that live as long as somebody holds them (packed weights, the arena of a program,
// values of run-time shape), in one growing wasm memory. Best fit over a sorted list of free blocks; neighbours merge.
//
//   0 ....... 64 KiB ............ heapBase .............................................. capacity
//   | simd's  | data of execute  | block | free | block | block | free ............. |

import { OctavoError } from '../errors.js';

const PAGE_BYTES = 65536;
/** Blocks start and end on such borders, so that kernels meet cache lines and no block is empty. */
export const HEAP_ALIGNMENT = 64;
/** The largest memory a 32-bit wasm module can have, less one page so that byte addresses fit in 32 bits. */
const MAX_PAGES = 65535;
/** Memory grows by an eighth of itself at least: engines move views and collect garbage each time (3 ms in V8), which
 *  many small blocks, such as the statistics of a model's values, would each ask for. Pages nobody writes to cost nothing. */
const GROWTH = 1 / 8;

interface Free {
  start: number;
  end: number;
}

export class Heap {
  readonly memory: WebAssembly.Memory;
  readonly limit: number;
  readonly #base: number;
  readonly #blocks = new Map<number, number>();
  #free: Free[] = [];
  #end: number;
  #bytes: Uint8Array;
  #held = 0;
  #peak = 0;

  /** @param limit - most bytes held at once */
  constructor(memory: WebAssembly.Memory, base: number, limit = Number.POSITIVE_INFINITY) {
    this.memory = memory;
    this.limit = limit;
    this.#base = alignUp(base);
    this.#end = this.#base;
    this.#bytes = new Uint8Array(memory.buffer);
  }

  /** Bytes in blocks now. */
  get held(): number {
    return this.#held;
  }

  /** Most bytes in blocks at one time since the last {@link resetPeak}. */
  get peak(): number {
    return this.#peak;
  }

  resetPeak(): void {
    this.#peak = this.#held;
  }

  /** The memory as bytes. Never keep it across an `alloc`: growing replaces the buffer. */
  get bytes(): Uint8Array {
    if (this.#bytes.buffer !== this.memory.buffer) this.#bytes = new Uint8Array(this.memory.buffer);
    return this.#bytes;
  }

  /** Address of a block of at least `byteLength` bytes, 64-byte aligned, contents undefined.
   *  @throws OctavoError `MEMORY_LIMIT` above the limit, or when the runtime will not grow the memory. */
  alloc(byteLength: number, what = 'a tensor'): number {
    const size = Math.max(HEAP_ALIGNMENT, alignUp(byteLength));
    if (!Number.isSafeInteger(size) || this.#held + size > this.limit) {
      throw new OctavoError(
        'MEMORY_LIMIT',
        `${what} needs ${byteLength} bytes; ${this.#held} of ${this.limit} allowed are in use`,
      );
    }
    const address = this.#take(size) ?? this.#extend(size, what);
    this.#blocks.set(address, size);
    this.#held += size;
    if (this.#held > this.#peak) this.#peak = this.#held;
    return address;
  }

  /** Gives a block back. Its address must come from {@link alloc} and not have been freed. */
  free(address: number): void {
    const size = this.#blocks.get(address);
    if (size === undefined) throw new Error(`no block starts at ${address}`);
    this.#blocks.delete(address);
    this.#held -= size;
    this.#give(address, address + size);
  }

  /** Allocates and copies `view` in; returns its address. */
  copyIn(view: ArrayBufferView, what?: string): number {
    const address = this.alloc(view.byteLength, what);
    this.bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), address);
    return address;
  }

  /** A copy of `byteLength` bytes at `address`. */
  copyOut(address: number, byteLength: number): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(address, address + byteLength) as Uint8Array<ArrayBuffer>;
  }

  #take(size: number): number | undefined {
    let best: number | undefined;
    for (let i = 0; i < this.#free.length; i++) {
      const length = this.#free[i]!.end - this.#free[i]!.start;
      if (length < size) continue;
      if (best === undefined || length < this.#free[best]!.end - this.#free[best]!.start) best = i;
    }
    if (best === undefined) return undefined;
    const block = this.#free[best]!;
    const address = block.start;
    block.start += size;
    if (block.start === block.end) this.#free.splice(best, 1);
    return address;
  }

  #extend(size: number, what: string): number {
    const last = this.#free.at(-1);
    const start = last !== undefined && last.end === this.#end ? last.start : this.#end;
    const missing = start + size - this.memory.buffer.byteLength;
    if (missing > 0) this.#grow(Math.ceil(missing / PAGE_BYTES), size, what);
    if (start !== this.#end) this.#free.pop();
    this.#end = start + size;
    return start;
  }

  #give(start: number, end: number): void {
    let at = 0;
    while (at < this.#free.length && this.#free[at]!.start < start) at++;
    const before = this.#free[at - 1];
    const after = this.#free[at];
    if (before?.end === start) {
      before.end = end;
      if (after?.start === end) {
        before.end = after.end;
        this.#free.splice(at, 1);
      }
    } else if (after?.start === end) after.start = start;
    else this.#free.splice(at, 0, { start, end });
  }

  /** Whether the runtime had as much: what is asked for beyond need may be refused. */
  #grows(pages: number): boolean {
    try {
      this.memory.grow(pages);
      return true;
    } catch {
      return false;
    }
  }

  #grow(pages: number, byteLength: number, what: string): void {
    const now = this.memory.buffer.byteLength / PAGE_BYTES;
    const ample = Math.min(Math.ceil(now * GROWTH), MAX_PAGES - now);
    if (ample > pages && this.#grows(ample)) return;
    try {
      if (now + pages > MAX_PAGES) throw new RangeError('4 GiB is the limit of a wasm memory');
      this.memory.grow(pages);
    } catch (cause) {
      throw new OctavoError(
        'MEMORY_LIMIT',
        `cannot grow the wasm memory: ${what} needs ${byteLength} bytes`,
        {},
        { cause },
      );
    }
  }
}

function alignUp(address: number): number {
  return Math.ceil(address / HEAP_ALIGNMENT) * HEAP_ALIGNMENT;
}
