// The tables of a JPEG file in the engine's memory: codes, and the steps that coefficients are multiplied by.

import {
  HUFFMAN_COUNTS_BYTES,
  HUFFMAN_TABLE_BYTES,
  makeHuffmanTable,
} from '../../../wasm/kernels/images/jpeg.js';
import type { Work } from '../work.js';
import type { Segment } from './header.js';

/** Where in a block, in rows of eight, the coefficients of the zigzag lie. */
const ZIGZAG = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46,
  53, 60, 61, 54, 47, 55, 62, 63,
];

const STEPS_BYTES = 128;

export class JpegTables {
  readonly #work: Work;
  readonly #codes = new Map<string, number>();
  readonly #steps = new Map<number, Uint16Array>();
  readonly #counts: number;

  constructor(work: Work) {
    this.#work = work;
    this.#counts = work.alloc(HUFFMAN_COUNTS_BYTES, 'a table');
  }

  /** Reads a DHT segment. Tables may be defined again. */
  readCodes(segment: Segment): void {
    const { engine } = this.#work;
    while (segment.left > 0) {
      const kind = segment.u8();
      if (kind >> 4 > 1 || (kind & 15) > 3) segment.fail(`there is no Huffman table ${kind}`);
      const counts = segment.take(16);
      const count = counts.reduce((sum, n) => sum + n, 0);
      if (count > 256) segment.fail(`a Huffman table of ${count} codes`);
      const bytes = new Uint8Array(HUFFMAN_COUNTS_BYTES);
      bytes.set(counts);
      bytes.set(segment.take(count), 16);
      engine.heap.bytes.set(bytes, this.#counts);
      const name = this.#name(kind >> 4 === 0 ? 'dc' : 'ac', kind & 15);
      const table = this.#codes.get(name) ?? this.#work.alloc(HUFFMAN_TABLE_BYTES, 'a table');
      this.#codes.set(name, table);
      if (!makeHuffmanTable(engine, this.#counts, table)) segment.fail('a Huffman table of too many codes');
    }
  }

  /** Reads a DQT segment. */
  readSteps(segment: Segment): void {
    while (segment.left > 0) {
      const kind = segment.u8();
      if (kind >> 4 > 1 || (kind & 15) > 3) segment.fail(`there is no quantization table ${kind}`);
      const steps = new Uint16Array(64);
      for (const place of ZIGZAG) steps[place] = kind >> 4 === 0 ? segment.u8() : segment.u16();
      this.#steps.set(kind & 15, steps);
    }
  }

  /** Address of a table of codes, undefined if it was not defined. */
  codes(kind: 'dc' | 'ac', number: number): number | undefined {
    return this.#codes.get(this.#name(kind, number));
  }

  /** Address of a copy of a table of steps as it is now, undefined if it was not defined. */
  steps(number: number): number | undefined {
    const steps = this.#steps.get(number);
    if (steps === undefined) return undefined;
    const address = this.#work.alloc(STEPS_BYTES, 'a table');
    new Uint16Array(this.#work.engine.heap.memory.buffer, address, 64).set(steps);
    return address;
  }

  #name(kind: 'dc' | 'ac', number: number): string {
    return `${kind} ${number}`;
  }
}
