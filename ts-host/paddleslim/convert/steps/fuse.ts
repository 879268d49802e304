// Copies go, and what follows a product goes into its weight and bias: normalizations, scalings, biases. Where the program rounds
// between the two, they stay two.

import { hoistConstants } from '../../../passes/prepare/constants.js';
import { removeCopies } from '../../../passes/prepare/copies.js';
import { foldAffine } from '../../../passes/prepare/foldAffine.js';
import { joinBias } from '../../../passes/prepare/joinBias.js';
import type { Step } from '../../../passes/prepare/step.js';
import { removeUnused } from '../../../passes/prepare/unused.js';
import type { ConvertStep } from '../step.js';

const STEPS: readonly Step[] = [hoistConstants, removeCopies, joinBias, foldAffine, removeUnused];

export const fuse: ConvertStep = {
  name: 'fuse',
  async run(state, tools) {
    let { graph } = state;
    for (const step of STEPS) graph = await step(graph, tools);
    return { ...state, graph };
  },
};
