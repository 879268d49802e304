// Comparing the results and printing them: the table, then the line that counts.

import type { Outcome, WorkloadResult } from './outcome.js';

export interface Row {
  readonly name: string;
  readonly outcome: Outcome;
  readonly seconds: number;
}

/** Turns every row into a failure whose hashes differ from those most rows with a result agree on. */
export function compareResults(rows: readonly Row[]): Row[] {
  const votes = new Map<string, { result: WorkloadResult; count: number }>();
  for (const { outcome } of rows) {
    if (outcome.status !== 'passed' || outcome.result === undefined) continue;
    const key = canonical(outcome.result);
    const vote = votes.get(key) ?? { result: outcome.result, count: 0 };
    votes.set(key, { ...vote, count: vote.count + 1 });
  }
  const agreed = [...votes.values()].sort((a, b) => b.count - a.count)[0]?.result;
  return rows.map((row) => {
    const { outcome } = row;
    if (agreed === undefined || outcome.status !== 'passed' || outcome.result === undefined) return row;
    const differing = differences(agreed.hashes, outcome.result.hashes);
    if (differing.length === 0) return row;
    const note = `${differing.length} outputs differ: ${differing.join('; ')}`;
    return { ...row, outcome: { status: 'failed', version: outcome.version, note } };
  });
}

function canonical({ hashes }: WorkloadResult): string {
  return JSON.stringify(Object.entries(hashes).sort(([a], [b]) => (a < b ? -1 : 1)));
}

type Hashes = Readonly<Record<string, string>>;

function differences(agreed: Hashes, hashes: Hashes): string[] {
  const names = new Set([...Object.keys(agreed), ...Object.keys(hashes)]);
  return [...names]
    .filter((name) => agreed[name] !== hashes[name])
    .map(
      (name) =>
        `${name}: ${hashes[name]?.slice(0, 12) ?? 'absent'}, not ${agreed[name]?.slice(0, 12) ?? 'absent'}`,
    );
}

/** Turns every skipped row into a failed one. */
export function requireAll(rows: readonly Row[]): Row[] {
  return rows.map((row) => {
    if (row.outcome.status !== 'skipped') return row;
    return { ...row, outcome: { status: 'failed', version: '-', note: `skipped: ${row.outcome.note}` } };
  });
}

/** Prints what passed says of itself, the table, every failure and skip by name with its reason, and the closing
 *  line. True when nothing failed. */
export function printReport(rows: readonly Row[]): boolean {
  const withStatus = (status: Outcome['status']) => rows.filter(({ outcome }) => outcome.status === status);
  printNotes('', withStatus('passed'));
  console.log('');
  printTable(rows);
  printNotes('FAILED ', withStatus('failed'));
  printNotes('skipped ', withStatus('skipped'));
  const counts = (['passed', 'failed', 'skipped'] as const).map(
    (status) => `${withStatus(status).length} ${status}`,
  );
  console.log(`\n${counts.join(', ')}`);
  return withStatus('failed').length === 0;
}

function printNotes(label: string, rows: readonly Row[]): void {
  if (rows.length > 0) console.log('');
  for (const { name, outcome } of rows) console.log(`${label}${name}: ${outcome.note}`);
}

function printTable(rows: readonly Row[]): void {
  const cells = rows.map(({ name, outcome, seconds }) => [
    name,
    outcome.status === 'skipped' ? '-' : outcome.version,
    outcome.status,
    seconds.toFixed(1),
  ]);
  const table = [['runtime', 'version', 'result', 'seconds'], ...cells];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  for (const row of table) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join(' | ')
        .trimEnd(),
    );
  }
}
