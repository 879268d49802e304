// Output files as byte arrays in memory.

import { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import { FileNames, LengthCheck } from './length.js';
import type { Sink, SinkFile } from './sink.js';

/** A {@link Sink} that keeps its files. */
export interface MemorySink extends Sink {
  /** The files by name, in the order they were created. Empty before commit() and after abort(). */
  readonly result: ReadonlyMap<string, Uint8Array>;
}

/** Writes to memory. Counted against `context.budget` until commit(): then the bytes are the caller's.
 *  @example
 *  ```ts
 *  const sink = memorySink();
 *  await result.writeTo(sink);
 *  const model = sink.result.get('model.onnx');
 *  ``` */
export function memorySink(context: RunContext = new RunContext()): MemorySink {
  const names = new FileNames();
  const files = new Map<string, Uint8Array>();
  let result: ReadonlyMap<string, Uint8Array> = new Map();
  let reserved = 0;
  const free = (): void => {
    context.budget.release(reserved);
    reserved = 0;
  };
  return {
    get result() {
      return result;
    },
    async create(name, byteLength): Promise<SinkFile> {
      names.add(name);
      const length = new LengthCheck(name, byteLength);
      context.budget.reserve(byteLength, `keeping ${name} in memory`);
      reserved += byteLength;
      const bytes = allocate(name, byteLength);
      files.set(name, bytes);
      return {
        async write(chunk) {
          const at = length.written;
          length.add(chunk.byteLength);
          bytes.set(chunk, at);
        },
        async close() {
          length.end();
        },
      };
    },
    async commit() {
      result = new Map(files);
      free();
    },
    async abort() {
      files.clear();
      result = new Map();
      free();
    },
  };
}

/** @throws OctavoError `MEMORY_LIMIT` when the runtime has no array that large. */
export function allocate(name: string, byteLength: number): Uint8Array {
  try {
    return new Uint8Array(byteLength);
  } catch (error) {
    throw new OctavoError(
      'MEMORY_LIMIT',
      `the runtime cannot allocate ${byteLength} bytes`,
      { file: name },
      { cause: error },
    );
  }
}
