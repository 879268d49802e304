// `octavo compare`: two models over a folder of samples: how near their outputs are; where wanted, a report by layers.

import { basename } from 'node:path';
import { compareModels } from '../api/compare.js';
import { refuseOverwritingInputs } from '../node/overwrite.js';
import type { Comparison } from '../report/compare/compare.js';
import type { Labels } from '../report/compare/labels.js';
import type { OutputComparison } from '../report/compare/outputs.js';
import { UsageError } from './errors.js';
import type { CompareFlags } from './flags.js';
import { type SampleFolder, sampleFolder, skippedJson } from './folder.js';
import { type ModelInput, modelInput } from './input.js';
import { toJson } from './json.js';
import { readLabels } from './labels.js';
import { STANDARD_STREAM } from './output.js';
import { reportPaths, writeReports } from './reportFiles.js';
import { percent, rows } from './summary.js';
import { type Environment, paint } from './terminal.js';

export async function compareCommand(
  a: string,
  b: string,
  flags: CompareFlags,
  environment: Environment,
): Promise<void> {
  const { terminal, signal } = environment;
  if (a === STANDARD_STREAM || b === STANDARD_STREAM) throw new UsageError('compare needs two files', '-');
  const reports = flags.report ?? [];
  const outputs = reportPaths(reports);
  const labels = flags.labels === undefined ? undefined : await readLabels(flags.labels, signal);
  const folder = await sampleFolder(flags.data, flags, environment);
  const first = await modelInput(a, signal, flags, true);
  try {
    const second = await modelInput(b, signal, flags, true);
    try {
      const refuse = () => refuseOverwritingInputs([...first.paths, ...second.paths], outputs);
      await refuse();
      const comparison = await compared([first, second], folder, labels, flags, environment);
      // External data of the models is known by now.
      await refuse();
      const written =
        reports.length === 0 ? [] : await reported([a, b], [first, second], folder, flags, environment);
      const json = jsonOf([a, b], flags, comparison, folder, written);
      await terminal.print(terminal.json ? toJson(json) : textOf([a, b], flags, comparison, folder, written));
    } finally {
      await second.close();
    }
  } finally {
    await first.close();
  }
}

type Pair<T> = readonly [T, T];

function compared(
  [a, b]: Pair<ModelInput>,
  { samples }: SampleFolder,
  labels: Labels | undefined,
  { precision, memoryLimit }: CompareFlags,
  { terminal, signal }: Environment,
): Promise<Comparison> {
  const { onProgress } = terminal;
  const external = { external: a.external, externalB: b.external };
  return compareModels(a.source, b.source, samples, {
    ...external,
    labels,
    precision,
    memoryLimit,
    signal,
    onProgress,
  });
}

async function reported(
  [floatName, quantizedName]: Pair<string>,
  [a, b]: Pair<ModelInput>,
  { samples }: SampleFolder,
  { report = [], reportSamples, memoryLimit }: CompareFlags,
  { terminal, signal }: Environment,
): Promise<string[]> {
  const { analyze } = await import('../api/analyze.js');
  const { onProgress } = terminal;
  const made = await analyze(a.source, b.source, samples, {
    external: a.external,
    externalB: b.external,
    maxSamples: reportSamples,
    floatName: basename(floatName),
    quantizedName: basename(quantizedName),
    memoryLimit,
    signal,
    onProgress,
  });
  return writeReports(made, report);
}

function jsonOf(
  [a, b]: Pair<string>,
  { data, labels }: CompareFlags,
  comparison: Comparison,
  { samples, skipped }: SampleFolder,
  reports: readonly string[],
): unknown {
  return {
    command: 'compare',
    a,
    b,
    data,
    ...(labels === undefined ? {} : { labels }),
    ...comparison,
    skipped: skippedJson(skipped),
    ignored: samples.ignored.length,
    ...(reports.length === 0 ? {} : { reports }),
  };
}

function textOf(
  [a, b]: Pair<string>,
  { data }: CompareFlags,
  { samples, outputs }: Comparison,
  { skipped }: SampleFolder,
  reports: readonly string[],
): string {
  const left = skipped.length === 0 ? '' : `, ${skipped.length} broken left out`;
  const lines: [string, string][] = [
    ['a', paint('bold', a)],
    ['b', paint('bold', b)],
    ['samples', `${samples} from ${data}${left}`],
  ];
  for (const output of outputs) {
    if (outputs.length > 1) lines.push(['output', output.output]);
    lines.push(...outputLines(output));
  }
  for (const path of reports) lines.push(['report', paint('bold', path)]);
  return rows(lines);
}

function outputLines(output: OutputComparison): [string, string][] {
  const { cosine, sqnrDb, maxAbs, exact, agreement, accuracyA, accuracyB, mismatched } = output;
  const lines: [string, string][] = [];
  if (exact) lines.push(['outputs', paint('green', 'equal, bit for bit')]);
  if (cosine !== null) lines.push(['cosine', `${cosine.toFixed(6)}, mean of the samples`]);
  if (sqnrDb !== null)
    lines.push(['SQNR', `${sqnrDb.toFixed(2)} dB, largest difference ${maxAbs!.toPrecision(3)}`]);
  if (agreement !== null) lines.push(['agreement', `${percent(agreement)}, the same class wins`]);
  if (accuracyA !== null && accuracyB !== null) {
    const points = 100 * (accuracyB - accuracyA);
    const change = `${points >= 0 ? '+' : '−'}${Math.abs(points).toFixed(2)} points`;
    lines.push(['accuracy', `${percent(accuracyA)} → ${percent(accuracyB)}, ${change}`]);
  }
  if (mismatched > 0) lines.push(['', paint('yellow', `${mismatched} outputs have different shapes`)]);
  return lines;
}
