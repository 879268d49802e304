// Bias correction from the weights: what their codes take from the mean of an output (weightLoss.ts) is put into its bias, by means of
// inputs as measured, in the place of what normalizations tell.

import { productsOf } from '../quantize/static/bias/products.js';
import { withMeasuredBiases } from './measured.js';
import type { RecoveryStep } from './step.js';

export const biasAnalytic: RecoveryStep = {
  name: 'bias correction, analytic',
  level: 'fast',
  async apply(draft, tools) {
    const { engine, context } = tools;
    const inputs = productsOf(draft).map(({ node }) => node.inputs[0]!);
    const means = await tools.channels(draft.float, inputs);
    const model = await withMeasuredBiases(engine, draft, means, context);
    if (model === draft.model) return 'no product runs in integers whose inputs have channels';
    return tools.replan(draft, { model, biases: 'own' });
  },
};
