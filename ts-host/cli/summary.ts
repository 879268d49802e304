// What a person reads after a command: sizes, forms, and the nodes left in float, grouped by reason.

import type { NodePlan } from '../ir/plan.js';
import { paint } from './terminal.js';

/** Nodes by form, in the order the forms first appear. */
export function countForms(nodes: readonly NodePlan[]): Record<string, number> {
  const forms: Record<string, number> = {};
  for (const { form } of nodes) forms[form] = (forms[form] ?? 0) + 1;
  return forms;
}

/** `64 dequantize, 3 blockMatMul, 187 float` */
export function formsLine(forms: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(forms).sort(
    ([a, x], [b, y]) => Number(a === 'float') - Number(b === 'float') || y - x,
  );
  return sorted.length === 0
    ? 'none with constant floats'
    : sorted.map(([form, n]) => `${n} ${form}`).join(', ');
}

/** Two columns, the first padded. */
export function rows(lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([label]) => label.length));
  return lines.map(([label, text]) => `${paint('dim', label.padEnd(width))}  ${text}\n`).join('');
}

export interface ReasonGroup {
  readonly reason: string;
  readonly nodes: readonly NodePlan[];
}

/** Nodes by reason, most first. Reasons that differ in numbers only are one: `its weight of 1 to 104 elements …`. */
export function groupByReason(nodes: readonly NodePlan[]): ReasonGroup[] {
  const groups = new Map<string, NodePlan[]>();
  for (const node of nodes) {
    const key = node.reason.replace(NUMBER, '#');
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  return [...groups.values()]
    .map((members) => ({ reason: commonReason(members.map(({ reason }) => reason)), nodes: members }))
    .sort((a, b) => b.nodes.length - a.nodes.length);
}

const NUMBER = /(?<![\w.])\d+(?![\w.])/g;

function commonReason(reasons: readonly string[]): string {
  const numbers = reasons.map((reason) => (reason.match(NUMBER) ?? []).map(Number));
  let index = 0;
  return reasons[0]!.replace(NUMBER, () => {
    const column = numbers.map((each) => each[index]!);
    index++;
    const low = column.reduce((a, b) => Math.min(a, b));
    const high = column.reduce((a, b) => Math.max(a, b));
    return low === high ? `${low}` : `${low} to ${high}`;
  });
}

/** `4.75 MB`; decimal units, three digits. */
export function megabytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let value = bytes;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return unit === 0
    ? `${bytes} B`
    : `${value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)} ${units[unit]}`;
}

/** `27.2 %` */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
