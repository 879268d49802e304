// Layers of the float model: nodes that the quantized model has melted into one. A node whose output is not compared
// belongs to the layer of those who read it, if that is one: Conv, BatchNormalization and Relu are one layer where only
// what Relu makes is in both models.

import type { Links } from './links.js';

/** Indices of the nodes of one layer, ascending; the last makes its compared value, if it has any. */
export type Group = readonly number[];

/** Layers in order of their last nodes. Nodes whose results no run changes are in none.
 *  @param compared - names of values that are in both models */
export function groupNodes(links: Links, compared: ReadonlySet<string>): Group[] {
  const { nodes } = links.graph;
  const leader = new Map<number, number>();
  const members = new Map<number, number[]>();
  for (let index = nodes.length - 1; index >= 0; index--) {
    const made = nodes[index]!.outputs.filter((name) => name !== '');
    if (made.every((name) => links.isConstant(name))) continue;
    const seen = made.some((name) => compared.has(name) || links.isOutput(name));
    const readers = new Set(
      made.flatMap((name) => links.readerIndices(name)).map((reader) => leader.get(reader)),
    );
    const [only] = readers;
    const own = seen || readers.size !== 1 || only === undefined ? index : only;
    leader.set(index, own);
    const group = members.get(own);
    if (group === undefined) members.set(own, [index]);
    else group.unshift(index);
  }
  return [...members.values()].sort((a, b) => a.at(-1)! - b.at(-1)!);
}
