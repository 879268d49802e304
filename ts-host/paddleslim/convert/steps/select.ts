// Operators that are not to be quantized read floats.

import { removeUnused } from '../../../passes/prepare/unused.js';
import type { ConvertStep } from '../step.js';

export const select: ConvertStep = {
  name: 'select',
  run(state, { choice }) {
    const reads = new Map([...state.reads].filter(([node]) => choice.takes(node)));
    // QuantizeLinear nodes that nobody reads any more.
    return { ...state, graph: removeUnused(state.graph), reads };
  },
};
