// The step of the codes that a node reads as its first input, through what only moves them.

import type { GraphIndex } from '../../ir/graphIndex.js';
import type { Node } from '../../ir/model.js';
import { movedInputs } from './movers.js';
import type { ConvertState } from './step.js';

/** Undefined where it reads floats. Once codes are placed, a value that is read as codes is called otherwise: then what is behind
 *  its QuantizeLinear is looked up by the node that reads it. */
export function stepOfInput(index: GraphIndex, reads: ConvertState['reads'], node: Node): number | undefined {
  let reader: Node | undefined = node;
  while (reader !== undefined) {
    const [own] = reads.get(reader.name)?.values() ?? [];
    if (own !== undefined) return own.step;
    const maker = index.maker(reader.inputs[0]!);
    const before: Node | undefined = maker === undefined ? undefined : index.graph.nodes[maker]!;
    reader = before !== undefined && movedInputs(before)?.length === 1 ? before : undefined;
  }
  return undefined;
}
