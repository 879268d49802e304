// Stats files on disk.

import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { CalibrationStats } from '../calibrate/stats.js';
import { folderSink } from '../io/node/folder-sink.js';
import { ioWait } from '../io/wait.js';
import { UsageError } from './errors.js';
import { STANDARD_STREAM } from './output.js';
import { refuseTerminal, type Terminal } from './terminal.js';

/** @throws OctavoError `IO_FAILED`, `STATS_INVALID`, `STATS_VERSION`, `ABORTED` */
export async function readStatsFile(path: string, signal: AbortSignal): Promise<CalibrationStats> {
  const read = (): Promise<Uint8Array> => readFile(path, { signal });
  return CalibrationStats.fromBytes(
    await ioWait('reading the file', read, { signal, place: { file: path } }),
    path,
  );
}

/** Writes it whole or not at all; `-` is standard output.
 *  @returns bytes written */
export async function writeStatsFile(
  path: string,
  stats: CalibrationStats,
  terminal: Terminal,
): Promise<number> {
  const bytes = await stats.bytes();
  if (path === STANDARD_STREAM) {
    await terminal.print(bytes);
    return bytes.byteLength;
  }
  const sink = folderSink(dirname(path));
  try {
    const file = await sink.create(basename(path), bytes.byteLength);
    await file.write(bytes);
    await file.close();
    await sink.commit();
  } catch (error) {
    await sink.abort(error);
    throw error;
  }
  return bytes.byteLength;
}

/** @throws UsageError for standard output where it shows what is written, or holds JSON */
export function refuseBadStatsOutput(path: string, terminal: Terminal): void {
  if (path !== STANDARD_STREAM) return;
  if (terminal.json) throw new UsageError('-o - and --json both want standard output', '--json');
  refuseTerminal('a stats file');
}
