// Scales of weights by mse: for each channel the one whose codes give the least error of the output, for inputs as they were
// measured on the samples. That clips where few levels make it pay, widens where other values then fall on codes, and keeps
// the mean of the output where it can.

import { productsOf } from '../quantize/static/bias/products.js';
import { measuredActivations } from './measured.js';
import type { RecoveryStep } from './step.js';

export const weights: RecoveryStep = {
  name: 'weights by mse',
  level: 'fast',
  async apply(draft, tools) {
    const products = productsOf(draft);
    if (products.length === 0) return 'no product runs in integers';
    const names = products.map(({ node }) => node.inputs[0]!);
    const activations = measuredActivations(await tools.channels(draft.float, names));
    const { settings } = draft;
    const searching = { ...settings, weights: { ...settings.weights, observer: 'mse' as const } };
    return tools.replan(draft, { activations, settings: searching });
  },
};
