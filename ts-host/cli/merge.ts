// `octavo merge`: statistics of shards made one.

import type { CalibrationStats } from '../calibrate/stats.js';
import { OctavoError } from '../errors.js';
import { refuseOverwritingInputs } from '../node/overwrite.js';
import type { MergeFlags } from './flags.js';
import { toJson } from './json.js';
import { STANDARD_STREAM } from './output.js';
import { readStatsFile, refuseBadStatsOutput, writeStatsFile } from './statsFile.js';
import { statsJson, statsText } from './statsSummary.js';
import type { Environment } from './terminal.js';

export async function mergeCommand(
  files: readonly string[],
  { output }: MergeFlags,
  { terminal, signal }: Environment,
): Promise<void> {
  refuseBadStatsOutput(output, terminal);
  if (output !== STANDARD_STREAM) await refuseOverwritingInputs(files, [output]);
  const stats = await mergedFiles(files, signal);
  const written = { path: output, bytes: await writeStatsFile(output, stats, terminal), stats };
  const json = { command: 'merge', inputs: files, ...statsJson(written) };
  const text = statsText(written, [['merged', `${files.length} files`]], terminal.verbose);
  if (output === STANDARD_STREAM) terminal.note(text);
  else await terminal.print(terminal.json ? toJson(json) : text);
}

/** One after another, so that an error names the file that does not go with those before it. */
async function mergedFiles(files: readonly string[], signal: AbortSignal): Promise<CalibrationStats> {
  let all = await readStatsFile(files[0]!, signal);
  for (const file of files.slice(1)) {
    const next = await readStatsFile(file, signal);
    try {
      all = all.merge(next);
    } catch (error) {
      throw error instanceof OctavoError ? error.within({ file }) : error;
    }
  }
  return all;
}
