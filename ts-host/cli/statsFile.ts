// Stats files on disk.

import { readFile } from 'node:fs/promises';
import { CalibrationStats } from '../calibrate/stats.js';
import { ioWait } from '../io/wait.js';
import { refuseBadOutput, writeByteFile } from './byteFile.js';
import type { Terminal } from './terminal.js';

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
  await writeByteFile(path, bytes, terminal);
  return bytes.byteLength;
}

/** @throws UsageError for standard output where it shows what is written, or holds JSON */
export function refuseBadStatsOutput(path: string, terminal: Terminal): void {
  refuseBadOutput(path, 'a stats file', terminal);
}
