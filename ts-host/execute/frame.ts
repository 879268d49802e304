// Blocks of memory taken while a program runs, for values whose size only the run tells. A block lives as long as a value
// lies in it; what is left when the run ends goes with the frame.

import type { Heap } from '../wasm/heap.js';
import type { Place } from './known.js';
import { type Address, bytesOf, type TensorType, type TensorValue, type Value } from './value.js';

interface Block extends Place {
  holders: number;
}

export class Frame {
  readonly heap: Heap;
  readonly #blocks = new Map<Address, Block>();

  constructor(heap: Heap) {
    this.heap = heap;
  }

  /** A new tensor, held once. */
  allocate(type: TensorType): TensorValue {
    const address = this.heap.alloc(bytesOf(type));
    this.#blocks.set(address, { address, holders: 1 });
    return { kind: 'tensor', ...type, address };
  }

  /** Runs `body` with bytes that are freed when it returns. */
  scratch<T>(byteLength: number, body: (address: Address) => T): T {
    const address = this.heap.alloc(byteLength, 'scratch');
    try {
      return body(address);
    } finally {
      this.heap.free(address);
    }
  }

  /** Holds the block at `address` once more, if it is one of this frame: others outlive it. */
  retain(address: Address): void {
    const block = this.#blocks.get(address);
    if (block !== undefined) block.holders++;
  }

  release(address: Address): void {
    const block = this.#blocks.get(address);
    if (block === undefined || --block.holders > 0) return;
    this.#blocks.delete(address);
    this.heap.free(address);
  }

  /** Gives a block of this frame to another, with all who hold it. */
  moveTo(frame: Frame, address: Address): void {
    const block = this.#blocks.get(address);
    if (block === undefined || frame === this) return;
    this.#blocks.delete(address);
    frame.#blocks.set(address, block);
  }

  owns(address: Address): boolean {
    return this.#blocks.has(address);
  }

  /** Frees everything. */
  close(): void {
    for (const address of this.#blocks.keys()) this.heap.free(address);
    this.#blocks.clear();
  }
}

/** The tensors in a value. */
export function tensorsOf(value: Value): readonly TensorValue[] {
  if (value.kind === 'tensor') return [value];
  return value.kind === 'sequence' ? value.items : [];
}
