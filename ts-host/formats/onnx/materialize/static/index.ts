// A prepared model and a plan of mode static become the model of the quantized file.

import type { Model } from '../../../../ir/model.js';
import type { QuantPlan } from '../../../../ir/plan.js';
import type { Engine } from '../../../../wasm/engine.js';
import { CONTRIB } from '../build.js';
import { operatorGraph } from './operatorGraph.js';
import { qdqGraph } from './qdq.js';
import { StaticSite } from './site.js';

/** @param model - a prepared model
 *  @param plan - fits it */
export function materializeStatic(model: Model, plan: QuantPlan, engine: Engine): Model {
  const site = new StaticSite(model, plan, engine);
  const graph = plan.representation === 'operator' ? operatorGraph(site) : qdqGraph(site);
  const opsets = new Map(model.opsets);
  if (graph.nodes.some(({ domain }) => domain === CONTRIB) && !opsets.has(CONTRIB)) opsets.set(CONTRIB, 1);
  return { ...model, graph, opsets };
}
