// A WritableStream as a Sink. A stream has no names, so it takes one file; it is closed by commit() only, so
// that its reader never takes a broken file for a whole one.

import { OctavoError } from '../errors.js';
import { LengthCheck } from './length.js';
import type { Sink, SinkFile } from './sink.js';
import { abortedError, cleanUpBehind, filePlace, ioWait } from './wait.js';

/** Writes one file to `stream`. Chunks are copied, because a stream may queue them.
 *  create() refuses a second file with `INVALID_ARGUMENT`.
 *  @example
 *  ```ts
 *  const { readable, writable } = new TransformStream();
 *  const done = result.writeTo(streamSink(writable));
 *  return new Response(readable);
 *  ``` */
export function streamSink(stream: WritableStream<Uint8Array>, signal?: AbortSignal): Sink {
  if (stream.locked) throw new OctavoError('INVALID_ARGUMENT', 'the stream is locked to another writer');
  const writer = stream.getWriter();
  // A stream that fails between two writes rejects `closed` too; the next write or commit reports it.
  writer.closed.catch(() => undefined);
  let first: string | undefined;
  let ended = false;
  return {
    async create(name, byteLength): Promise<SinkFile> {
      if (first !== undefined) {
        throw new OctavoError('INVALID_ARGUMENT', `a stream holds one file and already has ${first}`, {
          file: name,
        });
      }
      if (signal?.aborted) throw abortedError(signal);
      const length = new LengthCheck(name, byteLength);
      first = name;
      return streamFile(writer, length, signal);
    },
    async commit() {
      if (first === undefined) throw new OctavoError('IO_FAILED', 'no file was written to the stream');
      await ioWait('closing the stream', () => writer.close(), { signal, place: filePlace(first) });
      ended = true;
    },
    async abort(reason) {
      if (ended) return;
      ended = true;
      // abort() of a stream waits for a write that may hang, and the stream is the caller's: it is told, not awaited.
      cleanUpBehind(() => writer.abort(reason));
    },
  };
}

function streamFile(
  writer: WritableStreamDefaultWriter<Uint8Array>,
  length: LengthCheck,
  signal: AbortSignal | undefined,
): SinkFile {
  return {
    async write(chunk) {
      length.add(chunk.byteLength);
      if (chunk.byteLength === 0) return;
      await ioWait('writing to the stream', () => writer.write(chunk.slice()), {
        signal,
        place: filePlace(length.name),
      });
    },
    async close() {
      length.end();
    },
  };
}
