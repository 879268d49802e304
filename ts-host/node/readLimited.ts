// A whole file, looked at before it is read.

import { readFile, stat } from 'node:fs/promises';
import { OctavoError } from '../errors.js';
import { ioWait } from '../io/wait.js';

/** Most bytes of a file that is read at once, unless a limit is given. */
export const MOST_BYTES = 2 ** 31 - 1;

/** @throws OctavoError `IO_FAILED`; `MEMORY_LIMIT` above `limit`; `ABORTED` */
export async function readLimited(
  path: string,
  signal: AbortSignal | undefined,
  limit = MOST_BYTES,
): Promise<Uint8Array> {
  const options = { signal, place: { file: path } };
  const { size } = await ioWait('looking up the file', () => stat(path), options);
  if (size > limit) {
    throw new OctavoError('MEMORY_LIMIT', `the file has ${size} bytes, ${limit} are allowed`, { file: path });
  }
  return ioWait('reading the file', () => readFile(path, { signal }), options);
}
