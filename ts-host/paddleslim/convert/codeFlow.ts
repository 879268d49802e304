// Where codes come from and go to, through operators that hand them on: sets of values, each found in one pass over the nodes,
// which stand in the order of execution.

import type { Graph, Node } from '../../ir/model.js';
import { movedInputs } from './movers.js';
import type { ConvertState } from './step.js';

/** What integer operators do on their own codes, when they end. */
const ENDINGS = new Set(['Relu', 'Clip']);

const passes = (node: Node): boolean =>
  (node.domain === '' && ENDINGS.has(node.opType)) || movedInputs(node) !== undefined;

/** Values made by nodes that read codes, and what movers and endings make of those. */
export function madeOfCodes(graph: Graph, reads: ConvertState['reads']): ReadonlySet<string> {
  return spreadForward(
    graph,
    (node, isMade) => reads.has(node.name) || (passes(node) && isMade(node.inputs[0]!)),
  );
}

/** The same, but for movers and endings that read codes of a value made by floats: those hand on what was converted for them. */
export function computedOnCodes(graph: Graph, reads: ConvertState['reads']): ReadonlySet<string> {
  return spreadForward(graph, (node, isMade) =>
    passes(node) ? isMade(node.inputs[0]!) : reads.has(node.name),
  );
}

function spreadForward(
  { nodes }: Graph,
  makes: (node: Node, isMade: (value: string) => boolean) => boolean,
): ReadonlySet<string> {
  const made = new Set<string>();
  for (const node of nodes) {
    if (makes(node, (value) => made.has(value))) for (const output of node.outputs) made.add(output);
  }
  return made;
}

/** Values that somebody reads as codes, or that movers and endings make such of. */
export function readAsCodes({ nodes }: Graph, reads: ConvertState['reads']): ReadonlySet<string> {
  const read = new Set<string>();
  for (const node of [...nodes].reverse()) {
    const own = reads.get(node.name);
    const handsOn = passes(node) && node.outputs.some((output) => read.has(output));
    for (const input of node.inputs) if (handsOn || own?.has(input)) read.add(input);
  }
  return read;
}
