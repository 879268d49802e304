// What `octavo quantize` says when it is done: for people, and as JSON.

import type { NodePlan, QuantPlan } from '../ir/plan.js';
import { matchesGlob } from '../quantize/glob.js';
import type { RecoveryReport } from '../recover/recover.js';
import type { TensorError } from '../report/measure.js';
import type { QuantizeReport } from '../report/report.js';
import type { ErrorMeasures } from '../wasm/kernels/measures.js';
import { type Calibration, calibrationJson, calibrationLine } from './calibration.js';
import { reportLine, type WrittenReport } from './quantizeReport.js';
import { countForms, formsLine, groupByReason, megabytes, percent, rows } from './summary.js';
import { paint } from './terminal.js';

/** What QuantizeResult.measure() gives. */
export interface Measured {
  readonly tensors: readonly TensorError[];
  readonly total: ErrorMeasures;
}

export interface QuantizeSummary {
  readonly input: string;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly report: QuantizeReport;
  readonly planOut: string | undefined;
  readonly measured: Measured | undefined;
  readonly plan: QuantPlan;
  /** In mode static, where samples or statistics were given. */
  readonly calibration: Calibration | undefined;
  /** Where --recover asked for it. */
  readonly recovery: RecoveryReport | undefined;
  readonly reported: WrittenReport | undefined;
}

/** The schema is in docs/cli.md. */
export function quantizeJson(summary: QuantizeSummary): unknown {
  const { input, files, report, planOut, measured, plan, calibration, recovery, reported } = summary;
  const { mode, modeReason, inputBytes, outputBytes, opset, tensors, nodes } = report;
  return {
    command: 'quantize',
    input,
    files,
    ...(planOut === undefined ? {} : { plan: planOut }),
    mode,
    modeReason: modeReason ?? null,
    inputBytes,
    outputBytes,
    ratio: outputBytes / inputBytes,
    opset,
    forms: countForms(nodes),
    ...(measured === undefined ? {} : { weightError: measured }),
    ...(plan.mode === 'static' ? { target: plan.target, representation: plan.representation } : {}),
    ...(calibration === undefined ? {} : { calibration: calibrationJson(calibration) }),
    ...(recovery === undefined ? {} : { recovery }),
    ...(reported === undefined ? {} : { reports: reported.paths, suggestions: reported.report.suggestions }),
    tensors,
    ...(plan.activations === undefined ? {} : { activations: plan.activations }),
    nodes,
  };
}

export function quantizeText(summary: QuantizeSummary, verbose: boolean): string {
  const { report, files, planOut, measured, reported } = summary;
  const { mode, modeReason, inputBytes, outputBytes, opset, nodes } = report;
  const lines: [string, string][] = [
    ['mode', paint('bold', mode) + (modeReason === undefined ? '' : `: ${modeReason}`)],
    ['size', sizeLine(inputBytes, outputBytes)],
    ['weights', weightsLine(report)],
    ['nodes', formsLine(countForms(nodes))],
  ];
  lines.push(...staticLines(summary));
  if (opset.after !== opset.before) lines.push(['opset', `${opset.before} raised to ${opset.after}`]);
  if (measured !== undefined) lines.push(...errorLines(measured));
  if (reported !== undefined) lines.push(...reportLines(reported));
  for (const { path, bytes } of files) lines.push(['written', `${paint('bold', path)}, ${megabytes(bytes)}`]);
  if (planOut !== undefined) lines.push(['plan', planOut]);
  for (const path of reported?.paths ?? []) lines.push(['report', paint('bold', path)]);
  return rows(lines) + floatNodes(nodes, verbose);
}

function reportLines(reported: WrittenReport): [string, string][] {
  const { suggestions } = reported.report;
  const last = suggestions.at(-1);
  const lines: [string, string][] = [['outputs', reportLine(reported)]];
  if (last === undefined) return lines;
  const skips = suggestions.map(({ node }) => `--skip ${node}`).join(' ');
  return [...lines, ['', `${skips} would gain ${last.togetherDb.toFixed(1)} dB`]];
}

function staticLines({ plan, calibration, recovery }: QuantizeSummary): [string, string][] {
  const { activations, target, representation } = plan;
  if (activations === undefined) return [];
  const kinds = new Map<string, number>();
  for (const { dtype } of activations) kinds.set(dtype, (kinds.get(dtype) ?? 0) + 1);
  const counts = [...kinds].map(([dtype, count]) => `${count} as ${dtype}`).join('; ');
  const from: [string, string][] =
    calibration === undefined ? [] : [['samples', calibrationLine(calibration)]];
  return [
    ['values', counts || 'none'],
    ['target', `${target}, ${representation} form`],
    ...from,
    ...recoveryLines(recovery),
  ];
}

/** `recovery  37.2 dB on 15 samples held out, from 36.6 dB`, and a line for each step. */
function recoveryLines(recovery: RecoveryReport | undefined): [string, string][] {
  if (recovery === undefined) return [];
  const { before, after, heldOutSamples, steps, skipped } = recovery;
  if (skipped !== undefined) return [['recovery', paint('yellow', `none: ${skipped}`)]];
  const figure = (value: number | null): string => (value === null ? 'no figure' : `${value.toFixed(1)} dB`);
  const head = `${figure(after)} on ${heldOutSamples} samples held out, from ${figure(before)}`;
  const each = steps.map(({ step, kept, reason, ...at }): [string, string] => {
    const change = at.before === null ? reason : `${figure(at.before)} → ${figure(at.after)}`;
    return ['', `${kept ? paint('green', 'kept   ') : 'dropped'}  ${step}: ${change}`];
  });
  return [['recovery', head], ...each];
}

function sizeLine(before: number, after: number): string {
  const ratio = after / before;
  const change = `${megabytes(before)} → ${megabytes(after)}, ${percent(ratio)}`;
  return ratio < 0.95 ? `${paint('green', change)} (${(before / after).toFixed(1)} times smaller)` : change;
}

/** `64 of int8, one scale a channel` */
function weightsLine({ tensors }: QuantizeReport): string {
  const kinds = new Map<string, number>();
  for (const { dtype, granularity } of tensors) {
    const kind = granularity === '' ? dtype : `${dtype}, one scale a ${granularity}`;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  const sorted = [...kinds].sort(([, a], [, b]) => b - a);
  return sorted.length === 0
    ? paint('yellow', 'none was quantized; below is why')
    : sorted.map(([kind, count]) => `${count} as ${kind}`).join('; ');
}

const WORST_SHOWN = 3;

function errorLines({ tensors, total }: Measured): [string, string][] {
  const worst = [...tensors].sort((a, b) => a.sqnrDb - b.sqnrDb).slice(0, WORST_SHOWN);
  const all: [string, string] = [
    'error',
    `SQNR ${decibels(total.sqnrDb)}, cosine ${total.cosine.toFixed(6)}, over all weights`,
  ];
  return [
    all,
    ...worst.map(({ tensor, sqnrDb }): [string, string] => ['', `${decibels(sqnrDb)} in ${tensor}`]),
  ];
}

function decibels(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(1)} dB` : 'exact';
}

function floatNodes(nodes: readonly NodePlan[], verbose: boolean): string {
  const left = nodes.filter(({ form }) => form === 'float');
  if (left.length === 0) return '';
  const groups = groupByReason(left);
  const width = Math.max(...groups.map(({ nodes: members }) => `${members.length}`.length));
  const parts = groups.map(({ reason, nodes: members }) => {
    const head = `  ${`${members.length}`.padStart(width)}  ${reason}\n`;
    if (!verbose) return head;
    return head + members.map((node) => `  ${' '.repeat(width)}    ${node.node} (${node.opType})\n`).join('');
  });
  const hint = verbose ? '' : paint('dim', ' (--verbose names them)');
  return `\nleft in float, with why${hint}\n${parts.join('')}`;
}

/** Globs that match no node of the report: most likely a slip. */
export function unmatchedGlobs(globs: readonly string[], nodes: readonly NodePlan[]): string[] {
  return globs.filter((glob) => !nodes.some(({ node }) => matchesGlob(glob, node)));
}
