// A ReadableStream as a Source. A stream cannot be read twice or out of order, so it is collected first, into
// slabs that double up to 4 MiB, each counted before it is allocated. Only getReader() is used: WebKit's
// streams have neither async iteration nor BYOB readers.

import { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import { closedError } from './range-source.js';
import { checkRange, type Source } from './source.js';
import { cleanUpBehind, filePlace, ioWait } from './wait.js';

const FIRST_SLAB = 64 * 1024;
const LARGEST_SLAB = 4 * 1024 * 1024;

interface Slab {
  /** Offset of the slab's first byte in the whole. */
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Collects a stream of bytes, all of it, counted against `context.budget` until close().
 *  @throws OctavoError `MEMORY_LIMIT`, `ABORTED`, `IO_FAILED` (the stream failed),
 *  `INVALID_ARGUMENT` (locked, or a chunk that is not bytes). The stream is cancelled then. */
export async function streamSource(
  stream: ReadableStream<Uint8Array>,
  context: RunContext = new RunContext(),
  name?: string,
): Promise<Source> {
  if (stream.locked) {
    throw new OctavoError('INVALID_ARGUMENT', 'the stream is locked to another reader', filePlace(name));
  }
  const reader = stream.getReader();
  const slabs = new SlabList(context, name);
  try {
    for (;;) {
      const { done, value } = await ioWait('reading the stream', () => reader.read(), {
        signal: context.signal,
        place: filePlace(name, slabs.size),
      });
      if (done) return slabs.source();
      slabs.append(checkChunk(value, name));
    }
  } catch (error) {
    slabs.free();
    cleanUpBehind(() => reader.cancel(error));
    throw error;
  }
}

/** Cross-realm streams bring another realm's Uint8Array, so the class is not compared. */
export function checkChunk(chunk: unknown, name: string | undefined): Uint8Array {
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new OctavoError(
    'INVALID_ARGUMENT',
    `the stream must give Uint8Array chunks, it gave ${chunk === null ? 'null' : typeof chunk}`,
    filePlace(name),
  );
}

class SlabList {
  readonly #context: RunContext;
  readonly #name: string | undefined;
  #slabs: Slab[] = [];
  #reserved = 0;
  /** Free bytes at the end of the last slab. */
  #room = 0;
  size = 0;

  constructor(context: RunContext, name: string | undefined) {
    this.#context = context;
    this.#name = name;
  }

  append(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.byteLength; ) {
      if (this.#room === 0) this.#grow();
      const { bytes } = this.#slabs[this.#slabs.length - 1]!;
      const part = chunk.subarray(from, from + this.#room);
      bytes.set(part, bytes.byteLength - this.#room);
      this.#room -= part.byteLength;
      this.size += part.byteLength;
      from += part.byteLength;
    }
  }

  #grow(): void {
    const length = Math.min(LARGEST_SLAB, Math.max(FIRST_SLAB, this.size));
    this.#context.budget.reserve(length, 'collecting a stream');
    this.#reserved += length;
    this.#slabs.push({ start: this.size, bytes: new Uint8Array(length) });
    this.#room = length;
  }

  free(): void {
    this.#context.budget.release(this.#reserved);
    this.#reserved = 0;
    this.#slabs = [];
  }

  source(): Source {
    const { size } = this;
    const name = this.#name;
    let closed = false;
    const readSync = (offset: number, length: number): Uint8Array => {
      checkRange({ size, name }, offset, length);
      if (closed) throw closedError(name);
      return readSlabs(this.#slabs, offset, length);
    };
    return {
      size,
      name,
      readSync,
      read: (offset, length, options) =>
        ioWait('reading', async () => readSync(offset, length), {
          signal: options?.signal,
        }),
      close: async () => {
        closed = true;
        this.free();
      },
    };
  }
}

/** A view where the range lies in one slab, else a copy. */
function readSlabs(slabs: readonly Slab[], offset: number, length: number): Uint8Array {
  if (length === 0) return new Uint8Array(0);
  let index = slabIndex(slabs, offset);
  const first = slabs[index]!;
  const within = offset - first.start;
  if (within + length <= first.bytes.byteLength) return first.bytes.subarray(within, within + length);
  const result = new Uint8Array(length);
  for (let done = 0; done < length; index++) {
    const { start, bytes } = slabs[index]!;
    const from = offset + done - start;
    const part = bytes.subarray(from, from + length - done);
    result.set(part, done);
    done += part.byteLength;
  }
  return result;
}

/** Index of the last slab that starts at or before `offset`. */
function slabIndex(slabs: readonly Slab[], offset: number): number {
  let low = 0;
  let high = slabs.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (slabs[middle]!.start <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
