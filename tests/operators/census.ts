// The operator suite as data. With OCTAVO_CENSUS set the harness registers no tests but lists here what it would run, for
// programs that count the cases, spoil them, or put special numbers into them. suite.ts runs such a program.

import { readdirSync } from 'node:fs';
import type { NodeProto } from '../../ts-host/formats/onnx/proto/onnx_pb.js';
import type { Bound } from './bounds.js';
import type { Case } from './cases.js';

export const isCensus = process.env.OCTAVO_CENSUS !== undefined;

/** The cases of one call of operatorCases. */
export interface CaseList {
  readonly opType: string;
  readonly bound: Bound | readonly Bound[];
  readonly cases: readonly Case[];
}

const lists: (() => CaseList)[] = [];

/** @param list - makes the cases; called when all files are loaded */
export function enlist(list: () => CaseList): void {
  lists.push(list);
}

/** Loads every test of operators and returns what it would run. For programs that run with OCTAVO_CENSUS set. */
export async function operatorSuite(): Promise<CaseList[]> {
  const folder = new URL('.', import.meta.url);
  for (const file of readdirSync(folder)) {
    if (file.endsWith('.test.ts') && !file.startsWith('suite-')) await import(new URL(file, folder).href);
  }
  // Then the bodies of all suites have been called.
  await new Promise((resolve) => setImmediate(resolve));
  return lists.map((list) => list());
}

/** Cases by `domain:opType`: of the operator a case is made of, or of every one in its graph. */
export function countCases(suite: readonly CaseList[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { opType, cases } of suite) {
    for (const { domain = '', graph } of cases) {
      const names = graph === undefined ? [`${domain}:${opType}`] : graph.nodes?.flatMap(operatorsIn);
      for (const name of new Set(names)) counts[name] = (counts[name] ?? 0) + 1;
    }
  }
  return counts;
}

function operatorsIn({ domain, opType, attribute }: NodeProto): string[] {
  const graphs = attribute.flatMap(({ g, graphs: list }) => (g === undefined ? list : [g, ...list]));
  return [`${domain}:${opType}`, ...graphs.flatMap(({ node }) => node.flatMap(operatorsIn))];
}
