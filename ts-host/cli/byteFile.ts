// Outputs that are made as a whole: stats files, packed files. They appear whole or not at all.

import { basename, dirname, join } from 'node:path';
import { folderSink } from '../io/node/folder-sink.js';
import { UsageError } from './errors.js';
import { STANDARD_STREAM } from './output.js';
import { refuseTerminal, type Terminal } from './terminal.js';

/** Writes one file; `-` is standard output. */
export async function writeByteFile(path: string, bytes: Uint8Array, terminal: Terminal): Promise<void> {
  if (path === STANDARD_STREAM) await terminal.print(bytes);
  else await writeByteFiles(dirname(path), new Map([[basename(path), bytes]]));
}

/** Writes files of a folder, all of them or none. */
export async function writeByteFiles(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const sink = folderSink(folder);
  try {
    for (const [name, bytes] of files) {
      const file = await sink.create(name, bytes.byteLength);
      await file.write(bytes);
      await file.close();
    }
    await sink.commit();
  } catch (error) {
    await sink.abort(error);
    throw error;
  }
}

/** @throws UsageError for standard output where it shows what is written, or holds JSON */
export function refuseBadOutput(path: string, what: string, terminal: Terminal): void {
  if (path !== STANDARD_STREAM) return;
  if (terminal.json) throw new UsageError('-o - and --json both want standard output', '--json');
  refuseTerminal(what);
}

/** Paths of files in the folder of `path`, whose own name stands for ''. */
export function pathsBeside(path: string, names: Iterable<string>): string[] {
  return [...names].map((name) => (name === '' ? path : join(dirname(path), name)));
}
