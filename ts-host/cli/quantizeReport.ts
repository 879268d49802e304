// `octavo quantize --report`: the float and the quantized model compared layer by layer on the samples of --calibrate, which may
// be there for that alone, beside --stats.

import { basename } from 'node:path';
import type { QuantizeResult } from '../api/result.js';
import type { Samples } from '../data/sample.js';
import type { Report } from '../report/layers/layerReport.js';
import type { Calibration } from './calibration.js';
import { UsageError } from './errors.js';
import type { QuantizeFlags } from './flags.js';
import { reportPaths, writeReports } from './reportFiles.js';
import type { Environment } from './terminal.js';

export interface WrittenReport {
  readonly report: Report;
  readonly paths: readonly string[];
}

/** Paths that `--report` will write to.
 *  @throws UsageError where there will be no samples to compare on */
export function plannedReports({ report = [], reportSamples, calibrate, stats }: QuantizeFlags): string[] {
  if (report.length > 0 && calibrate === undefined) {
    const message =
      stats === undefined
        ? '--report compares on the samples of --calibrate; `octavo compare` reports on any two models'
        : '--report compares on samples, statistics are not enough: add --calibrate FOLDER';
    throw new UsageError(message, '--report');
  }
  if (report.length === 0 && reportSamples !== undefined) {
    throw new UsageError('--report-samples goes with --report', '--report-samples');
  }
  return reportPaths(report);
}

/** @param names - of the model and of what was written, as typed */
export async function reportResult(
  result: QuantizeResult,
  calibration: Calibration,
  names: { readonly float: string; readonly quantized: string },
  { report: files = [], reportSamples, memoryLimit }: QuantizeFlags,
  { terminal, signal }: Environment,
): Promise<WrittenReport | undefined> {
  if (files.length === 0) return undefined;
  const { analyzeResult } = await import('../api/analyze.js');
  const samples = calibration.recoverySamples ?? (calibration.calibration as Samples);
  const report = await analyzeResult(result, samples, {
    maxSamples: reportSamples,
    floatName: basename(names.float),
    quantizedName: basename(names.quantized),
    settings: [{ name: 'Calibrated on', value: `${calibration.samples} samples of ${calibration.path}` }],
    memoryLimit,
    signal,
    onProgress: terminal.onProgress,
  });
  return { report, paths: await writeReports(report, files) };
}

/** `SQNR 27.6 dB on 16 samples; worst layer conv_pw_13, 18.9 dB` */
export function reportLine({ report: { outputs, samples, layers, values } }: WrittenReport): string {
  const decibels = outputs.flatMap(({ sqnrDb }) => sqnrDb).filter(Number.isFinite);
  const mean = decibels.reduce((sum, value) => sum + value, 0) / decibels.length;
  const figure = decibels.length === 0 ? 'exact' : `SQNR ${mean.toFixed(1)} dB`;
  const errors = new Map(values.map(({ value, error }) => [value, error.sqnrDb]));
  const worst = layers
    .map(({ node, outputs: made }) => ({ node, sqnrDb: errors.get(made[0] ?? '') ?? Number.NaN }))
    .filter(({ sqnrDb }) => Number.isFinite(sqnrDb))
    .sort((a, b) => a.sqnrDb - b.sqnrDb)[0];
  const where = worst === undefined ? '' : `; worst layer ${worst.node}, ${worst.sqnrDb.toFixed(1)} dB`;
  return `${figure} on ${samples.length} samples${where}`;
}
