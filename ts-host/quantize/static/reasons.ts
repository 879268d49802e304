// Why a node runs in integers, and what to know about it: for people who read plans and reports.

import type { IntegerUse } from './operators/use.js';
import type { StaticSettings } from './settings.js';
import type { Structure } from './structure.js';

export function integerReason(
  structure: Structure,
  at: number,
  use: IntegerUse,
  settings: StaticSettings,
): string {
  const { activationType, target, weights } = settings;
  if (use.kind === 'move') return 'hands codes on as they are';
  if (use.inner !== undefined) return `one ${activationType} table, with all that computes of the same value`;
  if (use.weight === undefined) return `${activationType} input and result, between integer nodes`;
  const node = structure.index.graph.nodes[at]!;
  const notes = [
    `${activationType} input, int8 weight, one scale a ${weights.granularity}`,
    target.remark?.(node, structure.index, settings),
    isAlone(structure, at, use) ? 'alone between float nodes, it costs two conversions' : undefined,
  ];
  return notes.filter((note) => note !== undefined).join('; ');
}

/** Whether codes are made for this node only, and nobody reads its own. */
function isAlone({ index, uses, fused, codes }: Structure, at: number, { data }: IntegerUse): boolean {
  const { inputs, outputs } = index.graph.nodes[at]!;
  const isInteger = (node: number | undefined): boolean =>
    node !== undefined && (uses.has(node) || fused.has(node));
  if (data.some((input) => isInteger(index.maker(inputs[input]!)))) return false;
  const results = [
    ...outputs,
    ...[...fused].flatMap(([node, into]) => (into === at ? index.graph.nodes[node]!.outputs : [])),
  ];
  return !results.some((name) => codes.has(name) && index.readers(name).some(isInteger));
}
