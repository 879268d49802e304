// Rewrites of a graph before any shape is known. Each is a function from graph to graph, in a file of its own, listed in
// the order they run.

import type { RunContext } from '../../context.js';
import { Breather } from '../../io/breather.js';
import type { Graph, Model } from '../../ir/model.js';
import { uniqueNames } from '../../ir/names.js';
import { markNamed, withIds } from '../prepare.js';
import { foldAffine } from './foldAffine.js';
import { fuseActivation } from './fuseActivation.js';
import { type FusedGraph, fuseQuantized } from './fuseQuantized/index.js';
import { fuseHardSwish, fuseSwish } from './fuseSwish.js';
import { hoistConstants } from './hoistConstants.js';
import type { Rewrite } from './rewrite.js';

const REWRITES: readonly Rewrite[] = [foldAffine, fuseHardSwish, fuseSwish, fuseActivation];

/** How a model with DequantizeLinear and QuantizeLinear is computed: `fused`, in integers wherever there is an operator for
 *  it; `simulated`, node by node in float, as the model has it. */
export type IntegerMode = 'fused' | 'simulated';

/** The graph that is run in place of the model's own: the same outputs up to float rounding, or up to one code.
 *  @param watched - values that must be made as the model makes them */
export async function rewrite(
  model: Model,
  watched: ReadonlySet<string>,
  integers: IntegerMode,
  context: RunContext,
): Promise<FusedGraph> {
  const { opsets } = model;
  const graph = withIds(model.graph);
  // Initializers are constants: that they may be listed as inputs too is an older way of the format.
  let rewritten: Graph = {
    ...graph,
    inputs: graph.inputs.filter(({ name }) => !graph.initializers.has(name)),
  };
  const fresh = uniqueNames(model);
  const tools = { opsets, watched, fresh, context };
  rewritten = await hoistConstants(rewritten, tools);
  let decisions: FusedGraph['decisions'] = [];
  if (integers === 'fused') ({ graph: rewritten, decisions } = await fuseQuantized(rewritten, tools));
  for (const each of REWRITES) {
    rewritten = await each(rewritten, tools);
    await Breather.of(context).breathe();
  }
  return { graph: markNamed(rewritten), decisions };
}
