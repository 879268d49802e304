// Steps go up through what only moves elements, so that codes are made where the result of a product is made:
//
//   Conv ─► MaxPool ─► [Q] Conv      becomes      Conv ─► [Q] MaxPool ─► [Q] Conv
//
// which gives the same codes, for rounding is monotone. Only where all who read the moved value read it in the same steps, and
// where a product or a sum of codes is above: else there would be more to round, and nothing won.

import { GraphIndex } from '../../../ir/graphIndex.js';
import type { Node } from '../../../ir/model.js';
import { movedInputs } from '../movers.js';
import { rangeOfReaders } from '../rangeOfReaders.js';
import type { ConvertState, ConvertStep, Reads } from '../step.js';

export const propagate: ConvertStep = {
  name: 'propagate',
  run(state) {
    const index = new GraphIndex(state.graph);
    const reads = new Map<string, Reads>(state.reads);
    for (const node of [...state.graph.nodes].reverse()) {
      const moved = movedInputs(node);
      if (moved === undefined || reads.has(node.name)) continue;
      const range = rangeOfReaders(index, reads, node.outputs);
      const names = moved.map((input) => node.inputs[input]!);
      if (range === undefined || !names.every((name) => isMadeOfCodes(index, state.reads, name))) continue;
      reads.set(node.name, new Map(names.map((name) => [name, range])));
    }
    return { ...state, reads };
  },
};

const ENDINGS = new Set(['Relu', 'Clip']);

/** Whether a node that reads codes makes a value, but for what its codes can do, too. */
function isMadeOfCodes(index: GraphIndex, reads: ConvertState['reads'], value: string): boolean {
  const maker = index.maker(value);
  const node: Node | undefined = maker === undefined ? undefined : index.graph.nodes[maker];
  if (node === undefined) return false;
  if (reads.has(node.name)) return true;
  const isPassed = (node.domain === '' && ENDINGS.has(node.opType)) || movedInputs(node) !== undefined;
  return isPassed && isMadeOfCodes(index, reads, node.inputs[0]!);
}
