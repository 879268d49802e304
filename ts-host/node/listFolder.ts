// The files of a folder and of the folders in it, in an order that no file system and no locale changes.

import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OctavoError } from '../errors.js';
import { ioWait } from '../io/wait.js';

/** Files at most: their names are held in memory. */
const MOST_FILES = 10_000_000;

/** Paths relative to `folder`, with `/` between names, ascending by UTF-16 code units. Names that begin with a dot are left
 *  out. Links are followed; a folder that is reached twice on one way down is entered once.
 *  @throws OctavoError `IO_FAILED`; `LIMIT_EXCEEDED`; `ABORTED` */
export async function listFolder(folder: string, signal?: AbortSignal): Promise<string[]> {
  const found: string[] = [];
  const enter = async (path: string, prefix: string, above: readonly string[]): Promise<void> => {
    const options = { signal, place: { file: path } };
    const real = await ioWait('looking up the folder', () => realpath(path), options);
    if (above.includes(real)) return;
    const entries = await ioWait('listing the folder', () => readdir(path, { withFileTypes: true }), options);
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      const inner = join(path, entry.name);
      const info = entry.isSymbolicLink()
        ? await ioWait('following the link', () => stat(inner), { signal, place: { file: inner } })
        : entry;
      if (info.isDirectory()) await enter(inner, `${prefix}${entry.name}/`, [...above, real]);
      else if (info.isFile()) found.push(`${prefix}${entry.name}`);
      if (found.length > MOST_FILES) {
        throw new OctavoError('LIMIT_EXCEEDED', `more than ${MOST_FILES} files`, { file: folder });
      }
    }
  };
  await enter(folder, '', []);
  return found.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
