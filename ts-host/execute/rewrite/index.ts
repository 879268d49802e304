// Rewrites of a graph before any shape is known. Each is a function from graph to graph, in a file of its own.

import type { Graph, Model } from '../../ir/model.js';

/** The graph that is run in place of the model's own.
 *  @param watched - values that must stay as they are */
export function rewrite(model: Model, _watched: ReadonlySet<string>): Graph {
  const { graph } = model;
  // Initializers are constants: that they may be listed as inputs too is an older way of the format.
  return { ...graph, inputs: graph.inputs.filter(({ name }) => !graph.initializers.has(name)) };
}
