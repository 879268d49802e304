// Bias correction from the weights: what their codes take from the mean of an output (weightLoss.ts) is put into its bias.

import { withBiases } from './biases.js';
import { productsOf } from './products.js';
import type { RecoveryStep } from './step.js';
import { weightLoss } from './weightLoss.js';

export const biasAnalytic: RecoveryStep = {
  name: 'bias correction, analytic',
  level: 'fast',
  async apply(draft, tools) {
    const { engine, context } = tools;
    const products = productsOf(draft);
    const inputs = await tools.channels(
      draft.float,
      products.map(({ node }) => node.inputs[0]!),
    );
    const corrections = new Map<number, Float64Array>();
    for (const product of products) {
      const input = inputs.get(product.node.inputs[0]!);
      const loss = input && (await weightLoss(engine, product, input, context));
      if (loss?.every(Number.isFinite)) corrections.set(product.at, loss);
    }
    if (corrections.size === 0) return 'no product runs in integers whose inputs have channels';
    const model = await withBiases(draft.model, products, corrections, engine, context);
    return tools.replan(draft, { model });
  },
};
