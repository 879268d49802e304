// Mode embedding: lookup tables only, everything else untouched.

import { dequantizeChoice, notAWeight } from './dequantize.js';
import { gatherChoice } from './gather.js';
import type { Mode } from './mode.js';

export const embedding: Mode = {
  name: 'embedding',
  choose(use, tensor, { settings }) {
    if (use.role?.kind === 'gather') return gatherChoice(use, tensor, settings);
    return use.role === undefined ? notAWeight(use) : 'mode embedding quantizes lookup tables only';
  },
  shared: (use, tensor, context) => dequantizeChoice(use, tensor, context.settings, context),
};
