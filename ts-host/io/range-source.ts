// What all sources that wait have in common: ranges are checked, empty reads answered at once, waits end with
// the signal, errors wrapped, and a result of another length than asked is SOURCE_CHANGED.

import { OctavoError } from '../errors.js';
import type { Take } from './buffers.js';
import { checkRange, type Source } from './source.js';
import { filePlace, ioWait } from './wait.js';

/** The part that differs from runtime to runtime. */
export interface RangeReader {
  /** Bytes in the source. */
  readonly size: number;
  readonly name?: string | undefined;
  /** Used by reads that bring no signal of their own. */
  readonly signal?: AbortSignal | undefined;
  /** Reads a range that is inside the source and not empty. */
  readRange(offset: number, length: number, signal: AbortSignal | undefined, take: Take): Promise<Uint8Array>;
  /** Called once. */
  close?(): Promise<void>;
}

/** @throws OctavoError `SOURCE_CHANGED` unless `got === length`. */
export function checkReadLength(got: number, length: number, name: string | undefined, offset: number): void {
  if (got === length) return;
  throw new OctavoError(
    'SOURCE_CHANGED',
    `asked for ${length} bytes, got ${got}: the source changed while it was read`,
    filePlace(name, offset),
  );
}

/** The error of a read after close(). */
export function closedError(name: string | undefined): OctavoError {
  return new OctavoError('IO_FAILED', 'the source is closed', filePlace(name));
}

/** Makes a {@link Source} of a reader of ranges. */
export function rangeSource(reader: RangeReader): Source {
  const { size, name } = reader;
  let closed = false;
  return {
    size,
    name,
    async read(offset, length, options) {
      checkRange({ size, name }, offset, length);
      if (closed) throw closedError(name);
      const signal = options?.signal ?? reader.signal;
      const take: Take = options?.take ?? ((byteLength) => new Uint8Array(byteLength));
      const bytes = await ioWait(
        'reading',
        () =>
          length === 0 ? Promise.resolve(new Uint8Array(0)) : reader.readRange(offset, length, signal, take),
        { signal, place: filePlace(name, offset) },
      );
      checkReadLength(bytes.byteLength, length, name, offset);
      return bytes;
    },
    async close() {
      if (closed) return;
      closed = true;
      await ioWait('closing', async () => reader.close?.(), { place: filePlace(name) });
    },
  };
}
