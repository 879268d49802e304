// Bias correction from the samples, layer by layer in the order of the graph: the quantized model is run as far as a product,
// with all biases before it corrected, and what the means of its output's channels differ from those of the float model goes
// into its bias. That holds what came before it too: rounding and clipping of activations.

import { Breather } from '../io/breather.js';
import { GraphIndex } from '../ir/graphIndex.js';
import type { Model } from '../ir/model.js';
import { removeUnused } from '../passes/prepare/unused.js';
import { type Product, productsOf } from '../quantize/static/bias/products.js';
import { withBiases } from '../quantize/static/bias/withBiases.js';
import { summarizeChannels } from './channels.js';
import { someItems } from './samples.js';
import type { RecoveryStep } from './step.js';

/** Samples that each layer is run over: a mean over places and samples is known well by then. */
const ITEMS = 8;

export const biasEmpirical: RecoveryStep = {
  name: 'bias correction, empirical',
  level: 'best',
  async apply(draft, tools) {
    const { engine, execution, context } = tools;
    const model = await tools.corrected(draft);
    const products = productsOf({ model, plan: draft.plan });
    if (products.length === 0) return 'no product runs in integers';
    const samples = someItems(tools.samples.learning, ITEMS);
    const summarize = (model: Model, names: readonly string[]) =>
      summarizeChannels(execution, model, names, samples, context, () => tools.onSample());
    const outputs = products.map(({ node }) => node.outputs[0]!);
    const expected = await summarize(draft.float, outputs);
    // From here on every product has a bias, and so a place in the plan.
    const zeros = new Map(products.map(({ at, channels }) => [at, new Float64Array(channels)]));
    let corrected = await tools.replan(draft, {
      model: await withBiases(model, products, zeros, engine, context),
      biases: 'own',
    });
    for (const [number, { at }] of products.entries()) {
      const wanted = expected.get(outputs[number]!);
      await Breather.of(context).breathe();
      const part = upTo(await tools.quantized(corrected), outputs[number]!);
      const found = (await summarize(part.model, [part.name])).get(part.name);
      const current: Product | undefined = productsOf(corrected).find((each) => each.at === at);
      if (wanted === undefined || found === undefined || current === undefined) continue;
      const missing = wanted.mean.map((mean, c) => mean - found.mean[c]!);
      if (!missing.every(Number.isFinite)) continue;
      const changed = await withBiases(corrected.model, [current], new Map([[at, missing]]), engine, context);
      corrected = { ...corrected, model: changed };
    }
    return tools.replan(corrected, {});
  },
};

/** The quantized model as far as a value: as its product makes it, in front of QuantizeLinear where it becomes codes. */
function upTo(model: Model, value: string): { model: Model; name: string } {
  const { graph } = model;
  const index = new GraphIndex(graph);
  const maker = graph.nodes[index.maker(value)!]!;
  const codes = maker.opType === 'DequantizeLinear' ? index.maker(maker.inputs[0]!) : undefined;
  const name = codes === undefined ? value : graph.nodes[codes]!.inputs[0]!;
  const part = removeUnused({ ...graph, outputs: [{ name }], valueInfos: [] });
  return { model: { ...model, graph: part }, name };
}
