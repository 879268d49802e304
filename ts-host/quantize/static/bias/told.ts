// Bias correction without samples: what codes of weights take from the means of outputs (weightLoss.ts) goes into the biases where the
// normalizations of the model as it came tell the means of inputs. A plan says that it is done and the model says by how much,
// so a plan given back makes the same file.

import type { RunContext } from '../../../context.js';
import { ConstantScope } from '../../../ir/constants.js';
import type { Model } from '../../../ir/model.js';
import type { NodePlan, QuantPlan } from '../../../ir/plan.js';
import { elementCount } from '../../../ir/tensor.js';
import { GraphFacts } from '../../../passes/raise-opset/facts.js';
import type { Engine } from '../../../wasm/engine.js';
import { Activations } from '../../activations.js';
import { biasValues, LARGEST_CODE } from './check.js';
import { type Product, productsOf } from './products.js';
import { type ChannelMeans, weightLoss } from './weightLoss.js';
import { withBiases } from './withBiases.js';

/** Weights are read whole, so larger ones are left as they are. */
const MOST_ELEMENTS = 1 << 22;

const REASON = 'its bias makes up for what the codes of the weight take from means that normalizations tell';

/** The model as it came, and the prepared one that the plan is for. */
export interface ToldModels {
  readonly original: Model;
  readonly model: Model;
}

interface ToldProduct {
  readonly product: Product;
  readonly input: ChannelMeans;
}

/** The products with a bias to correct, and what is known of their inputs. */
async function toldProducts(
  { original, model }: ToldModels,
  plan: QuantPlan,
  activations: Activations,
): Promise<ToldProduct[]> {
  const scope = new ConstantScope(original.graph);
  const facts = new GraphFacts(model.graph);
  const found: ToldProduct[] = [];
  for (const product of productsOf({ model, plan })) {
    const { node, weight, bias } = product;
    if (bias === undefined || elementCount(weight.dims) > MOST_ELEMENTS) continue;
    const input = node.inputs[0]!;
    const mean = await activations.rectifiedMeans(scope, input);
    const extents = facts.of(input).dims?.slice(2);
    const isKnown = extents?.every((extent) => extent !== null);
    if (mean !== undefined)
      found.push({ product, input: { mean, spatial: isKnown ? (extents as number[]) : undefined } });
  }
  return found;
}

/** The plan with the correction in it, where there is any. */
export async function planTold(
  models: ToldModels,
  plan: QuantPlan,
  activations: Activations,
): Promise<QuantPlan> {
  const products = await toldProducts(models, plan, activations);
  if (products.length === 0) return plan;
  const ids = new Set(products.map(({ product }) => product.id));
  const nodes = plan.nodes.map(
    (node): NodePlan => (ids.has(node.node) ? { ...node, reason: `${node.reason}; ${REASON}` } : node),
  );
  return { ...plan, biasCorrection: 'normalizations', nodes };
}

/** The prepared model with the biases that a plan which fits it asks for. */
export async function withToldBiases(
  engine: Engine,
  models: ToldModels,
  plan: QuantPlan,
  context: RunContext,
): Promise<Model> {
  if (plan.biasCorrection === undefined) return models.model;
  const activations = new Activations(engine, context);
  try {
    const products = await toldProducts(models, plan, activations);
    const scales = new Map((plan.activations ?? []).map(({ value, scale }) => [value, scale]));
    const corrections = new Map<number, Float64Array>();
    for (const { product, input } of products) {
      const loss = await weightLoss(engine, product, input, context);
      if (!loss?.every(Number.isFinite)) continue;
      const own = await biasValues(product.bias!, context);
      const scale = scales.get(product.node.inputs[0]!);
      corrections.set(product.at, withCodes(loss, own, product, scale));
    }
    const corrected = products.map(({ product }) => product);
    return await withBiases(models.model, corrected, corrections, engine, context);
  } finally {
    activations.release();
  }
}

/** 0 where a bias would have no int32 code any more.
 *  @param inputScale - undefined where the bias stays in float */
function withCodes(
  loss: Float64Array,
  own: Float32Array,
  { plan }: Product,
  inputScale: number | undefined,
): Float64Array {
  if (inputScale === undefined) return loss;
  const scale = plan.scale!;
  return loss.map((each, c) => {
    const step = Math.fround(inputScale * scale[scale.length === 1 ? 0 : c]!);
    return Math.abs(own[c]! + each) < LARGEST_CODE * step ? each : 0;
  });
}
