// Mode weights: every weight in integers, activations in float. Nothing is assumed about the data, so nothing can go
// wrong with it; the file shrinks to a quarter, an eighth, and the engine computes in float (MatMulNBits in either).

import { blockMatMulChoice } from './blockMatMul.js';
import { dequantizeChoice } from './dequantize.js';
import { gatherChoice } from './gather.js';
import type { Mode } from './mode.js';

export const weights: Mode = {
  name: 'weights',
  choose(use, tensor, context) {
    const { settings } = context;
    if (use.role?.kind === 'gather' && tensor.dtype === 'float32') return gatherChoice(use, tensor, settings);
    return blockMatMulChoice(use, tensor, settings) ?? dequantizeChoice(use, tensor, settings, context);
  },
  shared: (use, tensor, context) => dequantizeChoice(use, tensor, context.settings, context),
};
