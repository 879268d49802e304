// How many random cases each operator has. With OCTAVO_CENSUS set the harness registers no tests but lists here what it
// would run; take-census.ts counts and prints it.

import type { NodeProto } from '../../ts-host/formats/onnx/proto/onnx_pb.js';
import type { Case } from './cases.js';

export const isCensus = process.env.OCTAVO_CENSUS !== undefined;

/** Makes every case of one list. */
type MakeCases = () => { readonly opType: string; readonly cases: readonly Case[] };

const lists: MakeCases[] = [];

export function enlist(list: MakeCases): void {
  lists.push(list);
}

/** Cases by `domain:opType`: of the operator a case is made of, or of every one in its graph. */
export function countCases(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const list of lists) {
    const { opType, cases } = list();
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
