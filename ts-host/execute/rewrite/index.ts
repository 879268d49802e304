// Rewrites of a graph before any shape is known. Each is a function from graph to graph, in a file of its own, listed in
// the order they run.

import type { RunContext } from '../../context.js';
import type { Graph, Model } from '../../ir/model.js';
import { uniqueNames } from '../../ir/names.js';
import { Breather } from '../breather.js';
import { markNamed } from '../prepare.js';
import { foldAffine } from './foldAffine.js';
import { fuseActivation } from './fuseActivation.js';
import { fuseHardSwish, fuseSwish } from './fuseSwish.js';
import { hoistConstants } from './hoistConstants.js';
import type { Rewrite } from './rewrite.js';

const REWRITES: readonly Rewrite[] = [hoistConstants, foldAffine, fuseHardSwish, fuseSwish, fuseActivation];

/** The graph that is run in place of the model's own: the same outputs up to float rounding.
 *  @param watched - values that must be made as the model makes them */
export async function rewrite(
  model: Model,
  watched: ReadonlySet<string>,
  context: RunContext,
): Promise<Graph> {
  const { graph, opsets } = model;
  // Initializers are constants: that they may be listed as inputs too is an older way of the format.
  let rewritten: Graph = {
    ...graph,
    inputs: graph.inputs.filter(({ name }) => !graph.initializers.has(name)),
  };
  const fresh = uniqueNames(model);
  for (const each of REWRITES) {
    rewritten = await each(rewritten, { opsets, watched, fresh, context });
    await Breather.of(context).breathe();
  }
  return markNamed(rewritten);
}
