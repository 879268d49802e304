// What decoding and preparing one image works with: the engine, blocks of its memory that go when the work is over, and
// turns for the event loop, so that an abort is noticed.

import type { RunContext } from '../../context.js';
import type { ExecutionEngine } from '../../wasm/execution.js';

/** RGB in bytes, row by row, in the engine's memory. */
export interface Pixels {
  readonly at: number;
  readonly width: number;
  readonly height: number;
}

/** Longest time without a turn: half of what an abort may take is left to one step. */
const TURN_MS = 15;

/** Bytes copied between two looks at the signal. */
const BYTES_A_STEP = 2 ** 22;

export class Work {
  readonly engine: ExecutionEngine;
  readonly context: RunContext;
  /** Name of the image, for errors. */
  readonly name: string;
  readonly #blocks = new Set<number>();
  #last = performance.now();

  constructor(engine: ExecutionEngine, context: RunContext, name: string) {
    this.engine = engine;
    this.context = context;
    this.name = name;
  }

  /** Address of a block that goes with this work. */
  alloc(byteLength: number, what: string): number {
    const address = this.engine.heap.alloc(byteLength, what);
    this.#blocks.add(address);
    return address;
  }

  free(address: number): void {
    this.#blocks.delete(address);
    this.engine.heap.free(address);
  }

  copyIn(bytes: Uint8Array, what: string): number {
    const address = this.alloc(bytes.byteLength, what);
    this.engine.heap.bytes.set(bytes, address);
    return address;
  }

  /** Copies a file in, in pieces. */
  async copyFileIn(file: Uint8Array): Promise<number> {
    const address = this.alloc(file.byteLength, 'an image file');
    for (let from = 0; from < file.byteLength; from += BYTES_A_STEP) {
      this.engine.heap.bytes.set(file.subarray(from, from + BYTES_A_STEP), address + from);
      await this.turn();
    }
    return address;
  }

  /** Frees everything. */
  end(): void {
    for (const address of this.#blocks) this.engine.heap.free(address);
    this.#blocks.clear();
  }

  /** To be awaited between two steps.
   *  @throws OctavoError `ABORTED` */
  turn(): Promise<void> | undefined {
    this.context.throwIfAborted();
    if (this.context.signal === undefined || performance.now() - this.#last < TURN_MS) return undefined;
    return this.#wait();
  }

  async #wait(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#last = performance.now();
    this.context.throwIfAborted();
  }
}

/** From the bytes of a file to upright pixels, a block of `work`. */
export type DecodeImage = (
  work: Work,
  file: Uint8Array,
  limits: { readonly maxPixels: number },
) => Promise<Pixels>;
