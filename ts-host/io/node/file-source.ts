// A file as a Source. Positions are bytes of a 53-bit number, a single system call reads at most 32 MiB, so
// files beyond 2 and 4 GiB need nothing special and an abort never waits for a long read.

import { constants, readSync as fsReadSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { RunContext } from '../../context.js';
import { OctavoError } from '../../errors.js';
import { checkReadLength, closedError, rangeSource } from '../range-source.js';
import { checkRange, type Source } from '../source.js';
import { abortedError, cleanUpBehind, ioError, ioWait } from '../wait.js';

const READ_BYTES = 32 * 1024 * 1024;

/** Files up to this size also offer readSync: read from end to end it blocks for some 10 ms. A larger file has
 *  none, for a reader that never waits would never see the signal fire. */
const SYNC_LIMIT = 32 * 1024 * 1024;

/** O_NONBLOCK keeps the open of a pipe from waiting for a writer; files ignore it. Windows has no such flag. */
export const READ_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Opens a regular file.
 *  @throws OctavoError `IO_FAILED` when it cannot be opened or is no regular file, `ABORTED`. A file cut while
 *  it is read is `SOURCE_CHANGED`.
 *  @example
 *  ```ts
 *  const source = await fileSource('model.onnx');
 *  try { await quantize(source); } finally { await source.close(); }
 *  ``` */
export async function fileSource(
  path: string,
  context: RunContext = new RunContext(),
): Promise<Source & { close(): Promise<void> }> {
  const { signal } = context;
  const handle = await ioWait('opening', () => open(path, READ_FLAGS), {
    signal,
    place: { file: path },
    discard: (late) => cleanUpBehind(() => late.close()),
  });
  try {
    return handleSource(handle, await regularFileSize(handle, path), path, signal);
  } catch (error) {
    cleanUpBehind(() => handle.close());
    throw error;
  }
}

async function regularFileSize(handle: FileHandle, path: string): Promise<number> {
  const status = await ioWait('reading the size', () => handle.stat({ bigint: true }), {
    place: { file: path },
  });
  if (!status.isFile()) throw new OctavoError('IO_FAILED', 'not a regular file', { file: path });
  return safeSize(status.size, path);
}

/** @throws OctavoError `LIMIT_EXCEEDED` for a size that a number does not hold exactly. */
export function safeSize(size: bigint, path: string): number {
  if (size <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(size);
  throw new OctavoError('LIMIT_EXCEEDED', `the file has ${size} bytes, more than 2^53 - 1`, { file: path });
}

/** A source over an open regular file, which it owns from now on. */
export function handleSource(
  handle: FileHandle,
  size: number,
  name: string,
  signal: AbortSignal | undefined,
): Source & { close(): Promise<void> } {
  let closed = false;
  const source = rangeSource({
    size,
    name,
    signal,
    readRange: (offset, length, readSignal, take) => readFully(handle, offset, take(length), readSignal),
    close: () => handle.close(),
  });
  const close = async (): Promise<void> => {
    closed = true;
    await source.close?.();
  };
  if (size > SYNC_LIMIT) return { ...source, close };
  const readSync: Source['readSync'] = (offset, length, take) => {
    checkRange(source, offset, length);
    if (closed) throw closedError(name);
    if (signal?.aborted) throw abortedError(signal);
    return readFullySync(handle.fd, offset, take?.(length) ?? new Uint8Array(length), name);
  };
  return { ...source, close, readSync };
}

async function readFully(
  handle: FileHandle,
  offset: number,
  bytes: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const length = bytes.byteLength;
  let done = 0;
  while (done < length) {
    if (signal?.aborted) throw abortedError(signal);
    const wanted = Math.min(length - done, READ_BYTES);
    const { bytesRead } = await handle.read(bytes, done, wanted, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

function readFullySync(fd: number, offset: number, bytes: Uint8Array, name: string): Uint8Array {
  const length = bytes.byteLength;
  let done = 0;
  try {
    while (done < length) {
      const bytesRead = fsReadSync(fd, bytes, done, length - done, offset + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
  } catch (error) {
    throw ioError(error, 'reading', { file: name, offset });
  }
  checkReadLength(done, length, name, offset);
  return bytes;
}
