// What a person reads of a measurement: times, memory, and a table of the layers that take them.

import type { Bench } from '../api/bench.js';
import type { ModelBench } from '../api/benchSubject.js';
import type { LayerTime } from '../report/bench/layers.js';
import { megabytes, percent, rows } from './summary.js';
import { paint } from './terminal.js';

/** Layers shown unless all are asked for: those that take the most time. */
const SHOWN = 12;

export interface BenchNames {
  readonly model: string;
  readonly against: string | undefined;
  readonly data: string | undefined;
}

export function benchText(names: BenchNames, bench: Bench, verbose: boolean): string {
  const { runs, warmup, batch, samples, against, speedup } = bench;
  const from = samples === undefined ? 'inputs made up' : `${samples} samples from ${names.data}`;
  const lines: [string, string][] = [
    ['model', paint('bold', names.model)],
    ['runs', `${runs} after ${warmup}, batch ${batch}, ${how(bench)}, ${from}`],
    ...modelLines(bench, verbose),
  ];
  if (against !== undefined) {
    lines.push(['against', paint('bold', names.against!)], ...modelLines(against, verbose));
    lines.push(['speed', paint('bold', `${speedup!.toFixed(2)} times`)]);
  }
  const tables = [bench, ...(against === undefined ? [] : [against])].map(({ layers }) =>
    layerTable(layers, verbose),
  );
  return [rows(lines), ...tables].join('\n');
}

function modelLines(bench: ModelBench, verbose: boolean): [string, string][] {
  const { medianMs, minMs, maxMs, meanMs, p90Ms, itemsPerSecond, gops, firstMs, memory, accuracy } = bench;
  const spread = `${ms(minMs)} to ${ms(maxMs)}, mean ${ms(meanMs)}, nine of ten within ${ms(p90Ms)}`;
  const lines: [string, string][] = [
    ['time', `${paint('bold', `${ms(medianMs)} ms`)} median, ${spread}`],
    ['', `${short(itemsPerSecond)} items/s, ${gops.toFixed(1)} GOPS, first result after ${ms(firstMs)} ms`],
    [
      'memory',
      `arena ${megabytes(memory.arenaBytes)} (least possible ${megabytes(memory.largestLiveSet)}), weights ${megabytes(memory.weightBytes)}, at most ${megabytes(memory.peakBytes)}`,
    ],
  ];
  if (accuracy !== undefined) {
    const { top1, top5, samples } = accuracy;
    lines.push(['accuracy', `top-1 ${percent(top1)}, top-5 ${percent(top5)} of ${samples}`]);
  }
  const { counts } = bench.diagnostics;
  if (counts !== undefined) lines.push(['nodes', `${counts.integer} in integers, ${counts.float} in float`]);
  if (verbose) lines.push(...variantLines(bench), ...floatLines(bench));
  return lines;
}

/** `2 threads, strict`, with the reason where fewer threads serve than were asked for. */
function how({ diagnostics: { threads, precision } }: ModelBench): string {
  const used = threads?.used ?? 1;
  const reason = threads?.reason === undefined ? '' : ` (${threads.reason})`;
  return `${used} ${used === 1 ? 'thread' : 'threads'}${reason}, ${precision}`;
}

const SHOWN_ELSEWHERE = ['executor', 'precision', 'threads', 'memory', 'nodes', 'counts'];

/** What the session says of itself beyond what is shown above: which kernels serve. */
function variantLines({ diagnostics }: ModelBench): [string, string][] {
  const told = Object.entries(diagnostics).filter(([name]) => !SHOWN_ELSEWHERE.includes(name));
  return told.map(([name, value]) => [name, plain(value)]);
}

function floatLines({ diagnostics: { nodes = [] } }: ModelBench): [string, string][] {
  const floats = nodes.filter(({ runs }) => runs === 'float');
  return floats.map(({ node, opType, reason }, i) => [
    i === 0 ? 'in float' : '',
    `${opType} ${node}: ${reason ?? ''}`,
  ]);
}

/** `variant relaxed, reason exact and faster` */
function plain(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.map(plain).join('; ');
  return Object.entries(value)
    .map(([name, each]) => `${name} ${plain(each)}`)
    .join(', ');
}

function layerTable(layers: readonly LayerTime[], verbose: boolean): string {
  const shown = verbose ? layers : [...layers].sort((a, b) => b.ms - a.ms).slice(0, SHOWN);
  const cells = shown.map(({ ms: time, share, gops, opType, dims, node }) => [
    ms(time),
    percent(share),
    gops === null ? '' : gops.toFixed(1),
    opType,
    dims === null ? '' : dims.join('x'),
    node,
  ]);
  const all = [['ms', 'share', 'GOPS', 'operator', 'output', 'node'], ...cells];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const lines = all.map((row, index) => {
    const text = row.map((cell, column) =>
      column < 3 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
    );
    const line = text.join('  ').trimEnd();
    return `${index === 0 ? paint('dim', line) : line}\n`;
  });
  const left = layers.length - shown.length;
  const rest = left > 0 ? `${paint('dim', `and ${left} more: --verbose lists them`)}\n` : '';
  return lines.join('') + rest;
}

/** Three digits, and never less than a microsecond. */
function ms(value: number): string {
  return value >= 99.95
    ? value.toFixed(0)
    : value >= 9.995
      ? value.toFixed(1)
      : value.toFixed(value < 1 ? 3 : 2);
}

function short(value: number): string {
  return value >= 99.95 ? value.toFixed(0) : value.toFixed(1);
}
