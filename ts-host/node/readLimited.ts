// A whole file, looked at before it is read.

import { type FileHandle, open } from 'node:fs/promises';
import { OctavoError } from '../errors.js';
import type { Take } from '../io/buffers.js';
import { cleanUpBehind, ioWait } from '../io/wait.js';

/** Most bytes of a file that is read at once, unless a limit is given. */
export const MOST_BYTES = 2 ** 31 - 1;

/** A single system call reads at most as much. */
const READ_BYTES = 32 * 1024 * 1024;

/** @param take - gives the memory to read into; where this throws, it may still be written
 *  @throws OctavoError `IO_FAILED`; `MEMORY_LIMIT` above `limit`; `ABORTED` */
export async function readLimited(
  path: string,
  signal: AbortSignal | undefined,
  limit = MOST_BYTES,
  take: Take = (byteLength) => new Uint8Array(byteLength),
): Promise<Uint8Array<ArrayBuffer>> {
  const place = { file: path };
  const handle = await ioWait('opening the file', () => open(path), {
    signal,
    place,
    discard: (late) => cleanUpBehind(() => late.close()),
  });
  try {
    const status = await ioWait('looking up the file', () => handle.stat(), { signal, place });
    if (status.size > limit) {
      const message = `the file has ${status.size} bytes, ${limit} are allowed`;
      throw new OctavoError('MEMORY_LIMIT', message, place);
    }
    const read = async (): Promise<Uint8Array<ArrayBuffer>> =>
      // What comes through a pipe has no size before it is there.
      status.isFile()
        ? readAll(handle, take(status.size))
        : new Uint8Array(await handle.readFile({ signal }));
    return await ioWait('reading the file', read, { signal, place });
  } finally {
    // Closes when a read that an abort did not wait for is done.
    cleanUpBehind(() => handle.close());
  }
}

/** Fills `bytes`; what is read of a file that was cut meanwhile is shorter. */
async function readAll(handle: FileHandle, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  let done = 0;
  while (done < bytes.byteLength) {
    const { bytesRead } = await handle.read(bytes, done, Math.min(READ_BYTES, bytes.byteLength - done), done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}
