// A kernel module made to take a shared memory: its code is the same, but a module says in its imports whether the memory is
// shared, and one that says otherwise is refused. So the limits of that import are written anew, and everything else is copied.
//
//   magic, version | section: id, length, content | section | ...
//   section 2:  count | import: module name, name, kind | kind 2, a memory:  flags 0: min      flags 3: min, max (shared)
//                                                                           flags 1: min, max

import { OctavoError } from '../../errors.js';

const HEADER = [0, 97, 115, 109, 1, 0, 0, 0];
const IMPORT_SECTION = 2;
const MEMORY = 2;
const SHARED = 3;
/** What may be shared at most: any memory with fewer pages fits. */
const MOST_PAGES = 65536;

/** @param bytes - a module that imports one memory and nothing else
 *  @returns the same module over a shared memory
 *  @throws OctavoError `WASM_INVALID` for anything else */
export function withSharedMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const reader = new Reader(bytes);
  if (HEADER.some((byte) => reader.byte() !== byte)) refuse('it does not begin as a module');
  while (!reader.atEnd) {
    const start = reader.at;
    const id = reader.byte();
    const length = reader.number();
    const end = reader.at + length;
    if (end > bytes.length) refuse('a section ends beyond its bytes');
    if (id === IMPORT_SECTION) {
      const content = sharedImport(new Reader(bytes.subarray(reader.at, end)));
      const section = [IMPORT_SECTION, ...encode(content.length), ...content];
      return joined(bytes.subarray(0, start), section, bytes.subarray(end));
    }
    reader.skip(length);
  }
  return refuse('it imports nothing');
}

/** The import section's new content. */
function sharedImport(reader: Reader): number[] {
  if (reader.number() !== 1) refuse('it imports more than a memory');
  reader.skip(reader.number());
  reader.skip(reader.number());
  const names = reader.at;
  if (reader.byte() !== MEMORY) refuse('it imports no memory');
  const flags = reader.byte();
  if (flags > SHARED || flags === 2) refuse('its memory is of an unknown kind');
  const least = reader.number();
  if (flags !== 0) reader.number();
  if (!reader.atEnd) refuse('its import section is longer than its imports');
  return [...reader.bytes.subarray(0, names), MEMORY, SHARED, ...encode(least), ...encode(MOST_PAGES)];
}

class Reader {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get atEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    return this.bytes[this.at++] ?? refuse('it ends too early');
  }

  skip(count: number): void {
    if (count > this.bytes.length - this.at) refuse('it ends too early');
    this.at += count;
  }

  /** An unsigned LEB128 of at most 32 bits. */
  number(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    return refuse('it holds a number of more than 32 bits');
  }
}

function encode(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest & 127) | 128);
  }
}

function joined(before: Uint8Array, section: readonly number[], after: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(before.length + section.length + after.length);
  bytes.set(before);
  bytes.set(section, before.length);
  bytes.set(after, before.length + section.length);
  return bytes;
}

function refuse(why: string): never {
  throw new OctavoError('WASM_INVALID', `the module cannot take a shared memory: ${why}`);
}
