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

/** Prints the table and the closing line; true when nothing failed. */
export function printReport(rows: readonly Row[], requireAll: boolean): boolean {
  const cells = rows.map(({ name, outcome, seconds }) => [
    name,
    outcome.status === 'skipped' ? '-' : outcome.version,
    outcome.status === 'passed' ? 'passed' : `${outcome.status.toUpperCase()}: ${outcome.note}`,
    seconds.toFixed(1),
  ]);
  console.log('');
  for (const row of rows)
    if (row.outcome.status === 'passed') console.log(`${row.name}: ${row.outcome.note}`);
  console.log('');
  printTable([['runtime', 'version', 'result', 'seconds'], ...cells]);
  const count = (status: Outcome['status']) => rows.filter(({ outcome }) => outcome.status === status).length;
  const lost = count('failed') + (requireAll ? count('skipped') : 0);
  console.log(`\n${count('passed')} passed, ${lost} failed, ${requireAll ? 0 : count('skipped')} skipped`);
  return lost === 0;
}

function printTable(table: readonly string[][]): void {
  const width = (column: number) => Math.max(...table.map((row) => Math.min(row[column]?.length ?? 0, 40)));
  const widths = [width(0), width(1), width(2)];
  for (const row of table)
    console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | '));
}
