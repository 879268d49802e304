// An output file that is planned but not written: its exact length is known before its first byte, and its
// bytes are made as they are asked for. From here they go to a sink (copy.ts), a stream, an array or a Blob.

import type { RunContext } from '../context.js';
import { Breather } from './breather.js';
import { LengthCheck } from './length.js';
import { allocate } from './memory-sink.js';
import { checkChunk } from './stream.js';
import { abortable, cleanUpBehind, ioError } from './wait.js';

/** One file to be written. */
export interface OutputFile {
  /** Plain file name, e.g. `model.onnx`. */
  readonly name: string;
  readonly byteLength: number;
  /** Makes the bytes in order. A chunk is valid until the next one is asked for. */
  chunks(context: RunContext): AsyncIterable<Uint8Array>;
}

/** Most bytes handed on at once. */
export const PIECE_BYTES = 1024 * 1024;

/** Asks `file` for its chunks: checks that they are `byteLength` bytes in all, and waits no longer than the
 *  signal allows. No async generator, for chunks may be small and many. */
class ChunkReader {
  readonly #length: LengthCheck;
  readonly #context: RunContext;
  readonly #iterator: AsyncIterator<Uint8Array>;
  #ended = false;

  constructor(file: OutputFile, context: RunContext) {
    this.#length = new LengthCheck(file.name, file.byteLength);
    this.#context = context;
    this.#iterator = file.chunks(context)[Symbol.asyncIterator]();
  }

  /** The next chunk; undefined after the last. */
  async next(): Promise<Uint8Array | undefined> {
    this.#context.throwIfAborted();
    const breather = Breather.of(this.#context);
    if (breather.isDue) await breather.breathe();
    const { done, value } = await abortable(this.#iterator.next(), this.#context.signal);
    if (done) {
      this.#ended = true;
      this.#length.end();
      return undefined;
    }
    const chunk = checkChunk(value, this.#length.name);
    this.#length.add(chunk.byteLength);
    return chunk;
  }

  /** Stops a producer that has not ended. One that hangs never answers: it is told, not awaited. */
  stop(): void {
    if (!this.#ended) cleanUpBehind(async () => this.#iterator.return?.());
  }
}

/** The bytes of `file` in pieces of PIECE_BYTES (the last may be shorter), in one buffer that is filled again
 *  for each piece. Small chunks cost one copy here instead of one write each, and what a consumer holds
 *  on to is never a producer's memory. The buffer is counted against the budget. */
export async function* pieces(file: OutputFile, context: RunContext): AsyncGenerator<Uint8Array, void> {
  const capacity = Math.min(PIECE_BYTES, file.byteLength);
  context.budget.reserve(capacity, `writing ${file.name}`);
  const buffer = new Uint8Array(capacity);
  const reader = new ChunkReader(file, context);
  let filled = 0;
  try {
    for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next()) {
      for (let from = 0; from < chunk.byteLength; ) {
        const part = chunk.subarray(from, from + capacity - filled);
        buffer.set(part, filled);
        filled += part.byteLength;
        from += part.byteLength;
        if (filled === capacity) {
          yield buffer;
          filled = 0;
        }
      }
    }
    if (filled > 0) yield buffer.subarray(0, filled);
  } finally {
    reader.stop();
    context.budget.release(capacity);
  }
}

/** `file` as a stream of Uint8Array, made as it is pulled; nothing is made ahead. Cancelling the stream, or
 *  the context's signal, stops the work.
 *  @example
 *  ```ts
 *  return new Response(outputStream(file, context), { headers: { 'content-length': `${file.byteLength}` } });
 *  ``` */
export function outputStream(file: OutputFile, context: RunContext): ReadableStream<Uint8Array> {
  const source = pieces(file, context);
  let done = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await source.next();
        if (next.done) {
          controller.close();
          return;
        }
        done += next.value.byteLength;
        context.report('write', done, file.byteLength);
        // A copy: the stream owns its chunks, while the buffer of pieces() is filled again.
        controller.enqueue(next.value.slice());
      },
      cancel() {
        // Queued behind a pull that may hang, so it is not awaited.
        cleanUpBehind(() => source.return());
      },
    },
    { highWaterMark: 0 },
  );
}

/** All bytes of `file`. While it is filled the array is counted against the budget; then it is the caller's. */
export async function outputBytes(file: OutputFile, context: RunContext): Promise<Uint8Array> {
  const { name, byteLength } = file;
  context.budget.reserve(byteLength, `keeping ${name} in memory`);
  const reader = new ChunkReader(file, context);
  try {
    const bytes = allocate(name, byteLength);
    let done = 0;
    for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next()) {
      bytes.set(chunk, done);
      done += chunk.byteLength;
      context.report('write', done, byteLength);
    }
    return bytes;
  } finally {
    reader.stop();
    context.budget.release(byteLength);
  }
}

/** `file` as a Blob: the browser keeps the pieces, on disk if they are large, so a page can offer a file
 *  larger than its memory for download. */
export async function outputBlob(
  file: OutputFile,
  context: RunContext,
  type = 'application/octet-stream',
): Promise<Blob> {
  const parts: Blob[] = [];
  let done = 0;
  for await (const piece of pieces(file, context)) {
    parts.push(blobOf([piece], ''));
    done += piece.byteLength;
    context.report('write', done, file.byteLength);
  }
  return blobOf(parts, type);
}

function blobOf(parts: readonly (Uint8Array | Blob)[], type: string): Blob {
  try {
    return new Blob(parts as BlobPart[], { type });
  } catch (error) {
    throw ioError(error, 'making a Blob');
  }
}
