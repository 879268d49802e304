// The calibration that `quantize` and `plan` are given: a folder of samples, or statistics of some.

import type { SkippedSample } from '../data/skipped.js';
import type { QuantizeOptions } from '../quantize/options.js';
import { sampleFolder, skippedJson } from './folder.js';
import { checkStaticFlags, type StaticFlags } from './staticFlags.js';
import { readStatsFile } from './statsFile.js';
import type { Environment } from './terminal.js';

export interface Calibration {
  readonly calibration: QuantizeOptions['calibration'];
  /** Beside statistics: for --recover and --report. */
  readonly recoverySamples?: QuantizeOptions['recoverySamples'];
  /** As typed: what no output may replace. */
  readonly path: string;
  /** Samples in the folder, or seen by the statistics. A folder knows when it knows the model. */
  readonly samples: number;
  readonly skipped: readonly SkippedSample[];
}

/** undefined in other modes than static.
 *  @throws UsageError; OctavoError as folderSamples, `STATS_INVALID`, `STATS_VERSION` */
export async function calibrationOf(
  { mode }: QuantizeOptions,
  flags: StaticFlags,
  environment: Environment,
): Promise<Calibration | undefined> {
  if (mode !== 'static') return undefined;
  checkStaticFlags(flags);
  const { stats: path, calibrate: folder } = flags;
  if (path !== undefined) {
    const calibration = await readStatsFile(path, environment.signal);
    const known = { calibration, path, samples: calibration.sampleCount };
    if (folder === undefined) return { ...known, skipped: [] };
    const { samples: recoverySamples, skipped } = await sampleFolder(folder, flags, environment);
    return { ...known, recoverySamples, skipped };
  }
  const { samples, skipped } = await sampleFolder(folder!, flags, environment);
  return {
    calibration: samples,
    path: folder!,
    get samples() {
      return samples.count;
    },
    skipped,
  };
}

export function calibrationJson({ path, samples, skipped }: Calibration): unknown {
  return { from: path, samples, skipped: skippedJson(skipped) };
}

/** `photos, 100 samples, 2 of them left out` */
export function calibrationLine({ path, samples, skipped }: Calibration): string {
  return `${path}, ${samples} samples${skipped.length > 0 ? `, ${skipped.length} of them left out` : ''}`;
}
