// A Source is where model bytes come from: a size, and reads at any offset. Readers never ask for a whole
// file; they ask for ranges, so the same code serves a buffer, a Blob, an HTTP server and an object store.

import { OctavoError } from '../errors.js';

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Gives memory for the bytes, to a source that would have to allocate it. */
  readonly take?: ((byteLength: number) => Uint8Array<ArrayBuffer>) | undefined;
}

/** Random access to immutable bytes. */
export interface Source {
  /** Bytes in the source. */
  readonly size: number;
  /** For messages only. */
  readonly name?: string | undefined;
  /** Reads exactly `length` bytes at `offset`. The result may be a view of shared memory: never write to it.
   *  @throws OctavoError `TRUNCATED` when the range is not inside the source, `IO_FAILED`, `ABORTED`. */
  read(offset: number, length: number, options?: ReadOptions): Promise<Uint8Array>;
  /** Same as {@link read} without waiting, where that takes no time worth waiting for: bytes in memory, small
   *  local files. Absent elsewhere. It blocks, so between many calls let the event loop turn: abort needs it. */
  readSync?(offset: number, length: number, take?: ReadOptions['take']): Uint8Array;
  /** Frees what the source holds open. Reading after it fails. */
  close?(): Promise<void>;
}

/** @throws OctavoError `TRUNCATED` unless 0 ≤ offset, 0 ≤ length and offset + length ≤ source.size. */
export function checkRange(source: Pick<Source, 'size' | 'name'>, offset: number, length: number): void {
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    throw new OctavoError('INVALID_ARGUMENT', `bad range: offset ${offset}, length ${length}`);
  }
  if (offset + length > source.size) {
    throw new OctavoError('TRUNCATED', `needs ${length} bytes, the source has ${source.size} in all`, {
      offset,
      ...(source.name === undefined ? {} : { file: source.name }),
    });
  }
}

/** A source over bytes in memory. Reads are views of `bytes`, which must not change meanwhile. */
export function bytesSource(bytes: Uint8Array | ArrayBuffer, name?: string): Source {
  // Plain also where it is a Buffer, whose slice() shares memory instead of copying.
  const view =
    bytes instanceof Uint8Array
      ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      : new Uint8Array(bytes);
  const readSync = (offset: number, length: number): Uint8Array => {
    checkRange({ size: view.byteLength, name }, offset, length);
    return view.subarray(offset, offset + length);
  };
  return {
    size: view.byteLength,
    name,
    readSync,
    read: async (offset, length) => readSync(offset, length),
  };
}
