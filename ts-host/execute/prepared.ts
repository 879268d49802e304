// A model on its way to running: everything that needs no shape is done. What comes next is compiling, for each set of shapes.

import type { RunContext } from '../context.js';
import { Breather } from '../io/breather.js';
import type { Graph, Model } from '../ir/model.js';
import { inlineFunctions } from '../passes/inline-functions.js';
import { requireOperators } from './prepare.js';
import type { FusedGraph } from './rewrite/fuseQuantized/index.js';
import { type IntegerMode, rewrite } from './rewrite/index.js';

/** Functions inlined, nodes fused. Its nodes are named by their ids (markNamed). */
export interface PreparedModel extends FusedGraph {
  readonly graph: Graph;
  readonly opsets: ReadonlyMap<string, number>;
}

/** @param watched - values that must be made as the model makes them
 *  @throws OctavoError `UNSUPPORTED_OP` naming all operators the executor lacks; as the rewrites */
export async function prepareModel(
  model: Model,
  watched: ReadonlySet<string>,
  integers: IntegerMode,
  context: RunContext,
): Promise<PreparedModel> {
  await Breather.of(context).breathe();
  const inlined = inlineFunctions(model);
  const { graph, decisions } = await rewrite(inlined, watched, integers, context);
  requireOperators(inlined, graph);
  return { graph, decisions, opsets: inlined.opsets };
}
