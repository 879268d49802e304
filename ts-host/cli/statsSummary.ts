// What is told of statistics: how many samples and values, and the values that are of no use.

import type { CalibrationStats } from '../calibrate/stats.js';
import { STANDARD_STREAM } from './output.js';
import { megabytes, rows } from './summary.js';
import { paint } from './terminal.js';

/** Names listed in full. */
const SHOWN = 6;

export interface WrittenStats {
  readonly path: string;
  readonly bytes: number;
  readonly stats: CalibrationStats;
}

export function statsJson({ path, bytes, stats }: WrittenStats) {
  const { sampleCount, values, unseen, constant } = stats;
  return { stats: { path, bytes }, samples: sampleCount, values: values.length, unseen, constant };
}

/** @param more - rows of the command's own, behind the file */
export function statsText(
  { path, bytes, stats }: WrittenStats,
  more: readonly (readonly [string, string])[] = [],
  verbose = false,
): string {
  const { sampleCount, values, unseen, constant } = stats;
  const lines: (readonly [string, string])[] = [
    ['written', `${paint('bold', path === STANDARD_STREAM ? 'standard output' : path)}  ${megabytes(bytes)}`],
    ...more,
    ['samples', `${sampleCount}`],
    ['values', `${values.length} observed`],
  ];
  if (unseen.length > 0) lines.push(['never seen', list(unseen, verbose)]);
  if (constant.length > 0) lines.push(['constant', list(constant, verbose)]);
  return rows(lines);
}

function list(names: readonly string[], verbose: boolean): string {
  const shown = verbose ? names : names.slice(0, SHOWN);
  const more = names.length - shown.length;
  return `${names.length}: ${shown.join(', ')}${more > 0 ? `, and ${more} more (--verbose lists them)` : ''}`;
}
