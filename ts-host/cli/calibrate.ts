// `octavo calibrate`: a model and a folder of samples, or a shard of them, to a stats file.

import { calibrate } from '../api/calibrate.js';
import type { CalibrationStats } from '../calibrate/stats.js';
import type { QuantTarget } from '../ir/plan.js';
import { type CheckpointFile, checkpointFile } from '../node/checkpointFile.js';
import { refuseOverwritingInputs } from '../node/overwrite.js';
import { UsageError } from './errors.js';
import type { CalibrateFlags } from './flags.js';
import { type SampleFolder, sampleFolder, skippedJson } from './folder.js';
import { type ModelInput, modelInput } from './input.js';
import { toJson } from './json.js';
import { STANDARD_STREAM } from './output.js';
import { refuseBadStatsOutput, writeStatsFile } from './statsFile.js';
import { statsJson, statsText } from './statsSummary.js';
import type { Environment } from './terminal.js';

export async function calibrateCommand(
  model: string,
  flags: CalibrateFlags,
  environment: Environment,
): Promise<void> {
  const { terminal, signal } = environment;
  const { output } = flags;
  refuseBadStatsOutput(output, terminal);
  const store = checkpointOf(flags);
  const folder = await sampleFolder(flags.calibrate, flags, environment);
  const input = await modelInput(model, signal, flags);
  try {
    await refuseReplacing(input, flags);
    const stats = await calibrated(input, folder, store, flags, environment);
    await refuseReplacing(input, flags);
    const bytes = await writeStatsFile(output, stats, terminal);
    await store?.remove();
    await tell(model, flags, { path: output, bytes, stats }, folder, environment);
  } finally {
    await input.close();
  }
}

function checkpointOf(flags: CalibrateFlags): CheckpointFile | undefined {
  const { checkpoint, checkpointSeconds, checkpointSamples, output } = flags;
  if (checkpoint === undefined) {
    const option = checkpointSeconds === undefined ? '--checkpoint-samples' : '--checkpoint-seconds';
    if (checkpointSeconds === undefined && checkpointSamples === undefined) return undefined;
    throw new UsageError(`${option} goes with --checkpoint`, option);
  }
  if (checkpoint !== output) return checkpointFile(checkpoint);
  throw new UsageError(`the checkpoint and the stats file cannot both be ${output}`, '--checkpoint');
}

/** External data of the model is known once it was read. */
function refuseReplacing({ paths }: ModelInput, { output, checkpoint }: CalibrateFlags): Promise<void> {
  const outputs = [output, checkpoint].filter((path) => path !== undefined && path !== STANDARD_STREAM);
  return refuseOverwritingInputs(paths, outputs as string[]);
}

function calibrated(
  input: ModelInput,
  { samples }: SampleFolder,
  store: CheckpointFile | undefined,
  flags: CalibrateFlags,
  { terminal, signal }: Environment,
): Promise<CalibrationStats> {
  const {
    shard,
    checkpointSeconds: everySeconds,
    checkpointSamples: everySamples,
    skip,
    opTypes,
    minElements,
    minChannels,
    memoryLimit,
  } = flags;
  return calibrate(input.source, samples, {
    external: input.external,
    shard,
    checkpoint: store && { store, everySeconds, everySamples },
    // Checked by calibrate().
    target: flags.target as QuantTarget | undefined,
    skip,
    opTypes,
    minElements,
    minChannels,
    memoryLimit,
    signal,
    onProgress: terminal.onProgress,
  });
}

async function tell(
  model: string,
  { calibrate: folder, shard, output }: CalibrateFlags,
  written: { readonly path: string; readonly bytes: number; readonly stats: CalibrationStats },
  { samples, skipped }: SampleFolder,
  { terminal }: Environment,
): Promise<void> {
  const json = {
    command: 'calibrate',
    input: model,
    folder,
    shard: shard ?? null,
    ...statsJson(written),
    skipped: skippedJson(skipped),
    ignored: samples.ignored.length,
  };
  const more: [string, string][] = [['from', `${folder}, ${samples.count} samples${ofShard(shard)}`]];
  if (skipped.length > 0) more.push(['left out', `${skipped.length} broken`]);
  const text = statsText(written, more, terminal.verbose);
  if (output === STANDARD_STREAM) terminal.note(text);
  else await terminal.print(terminal.json ? toJson(json) : text);
}

function ofShard(shard: CalibrateFlags['shard']): string {
  return shard === undefined ? '' : `, of which shard ${shard.index}/${shard.count}`;
}
