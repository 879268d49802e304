// What the inputs of weights are like, measured on samples, in the place of what normalizations tell: for the observers of
// weights, and for biases.

import type { RunContext } from '../context.js';
import type { Model } from '../ir/model.js';
import type { QuantPlan } from '../ir/plan.js';
import type { ActivationStatistics } from '../quantize/activations.js';
import { productsOf } from '../quantize/static/bias/products.js';
import { withToldBiases } from '../quantize/static/bias/told.js';
import { type ChannelMeans, weightLoss } from '../quantize/static/bias/weightLoss.js';
import { withBiases } from '../quantize/static/bias/withBiases.js';
import type { Engine } from '../wasm/engine.js';
import type { ChannelSummary } from './channels.js';
import type { Draft } from './step.js';

export function measuredActivations(summaries: ReadonlyMap<string, ChannelSummary>): ActivationStatistics {
  return { statistics: (_scope, value) => Promise.resolve(summaries.get(value)) };
}

/** The model with what codes of weights take from the means of outputs in its biases; a product without one gets one. */
export async function withMeasuredBiases(
  engine: Engine,
  { model, plan }: { readonly model: Model; readonly plan: QuantPlan },
  means: ReadonlyMap<string, ChannelMeans>,
  context: RunContext,
): Promise<Model> {
  const products = productsOf({ model, plan });
  const corrections = new Map<number, Float64Array>();
  for (const product of products) {
    const input = means.get(product.node.inputs[0]!);
    const loss = input && (await weightLoss(engine, product, input, context));
    if (loss?.every(Number.isFinite)) corrections.set(product.at, loss);
  }
  return corrections.size === 0 ? model : withBiases(model, products, corrections, engine, context);
}

/** The model of a draft with the biases that it is quantized with. */
export async function correctedModel(
  engine: Engine,
  original: Model,
  { model, plan, biases }: Draft,
  context: RunContext,
): Promise<Model> {
  if (biases === 'own') return model;
  return biases === 'told'
    ? withToldBiases(engine, { original, model }, plan, context)
    : withMeasuredBiases(engine, { model, plan }, biases, context);
}
