// The nodes that make a value, as far back as one wants to look.

import { namesRead } from '../../ir/reads.js';
import type { Links } from './links.js';

/** Indices of the nodes that make `value`, in order of the graph; from each on to the makers of those values it reads that
 *  `follow` lets through. Nodes in `done` are left out, and those found are added to it. */
export function coneOf(
  links: Links,
  value: string,
  follow: (name: string) => boolean,
  done: Set<number> = new Set(),
): number[] {
  const found: number[] = [];
  const open = [value];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const index = links.makerIndex(name);
    if (index === undefined || done.has(index)) continue;
    done.add(index);
    found.push(index);
    open.push(...namesRead(links.graph.nodes[index]!).filter(follow));
  }
  return found.sort((a, b) => a - b);
}
