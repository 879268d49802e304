// Steps go up through what only moves elements, so that codes are made where the result of a product is made:
//
//   Conv ─► MaxPool ─► [Q] Conv      becomes      Conv ─► [Q] MaxPool ─► [Q] Conv
//
// which gives the same codes, for rounding is monotone. Only where all who read the moved value read it in the same steps, and
// where a product or a sum of codes is above: else there would be more to round, and nothing won.

import { GraphIndex } from '../../../ir/graphIndex.js';
import { madeOfCodes } from '../codeFlow.js';
import { movedInputs } from '../movers.js';
import { rangeOfReaders } from '../rangeOfReaders.js';
import type { ConvertStep, Reads } from '../step.js';

export const propagate: ConvertStep = {
  name: 'propagate',
  run(state) {
    const index = new GraphIndex(state.graph);
    const made = madeOfCodes(state.graph, state.reads);
    const reads = new Map<string, Reads>(state.reads);
    for (const node of [...state.graph.nodes].reverse()) {
      const moved = movedInputs(node);
      if (moved === undefined || reads.has(node.name)) continue;
      const range = rangeOfReaders(index, reads, node.outputs);
      const names = moved.map((input) => node.inputs[input]!);
      if (range === undefined || !names.every((name) => made.has(name))) continue;
      reads.set(node.name, new Map(names.map((name) => [name, range])));
    }
    return { ...state, reads };
  },
};
