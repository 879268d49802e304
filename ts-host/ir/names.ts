// Fresh names: a generator that never repeats a name the model has, in whatever graph, for a value or a node.

import { type Model, visitGraphs } from './model.js';

/** Gives `hint` itself, or `hint_1`, `hint_2`, ... : the first no one has. Never empty. */
export type NameGenerator = (hint: string) => string;

/** A generator of names that are free in all graphs of `model`, nested ones included, and among each other. Values
 *  and nodes share one pool, so a name may serve either. The same model and calls give the same names.
 *  @example
 *  ```ts
 *  const fresh = uniqueNames(model);
 *  fresh('conv_scale'); // 'conv_scale', or 'conv_scale_1' where the model has that name
 *  ``` */
export function uniqueNames(model: Model): NameGenerator {
  const taken = namesOf(model);
  const next = new Map<string, number>();
  return (hint) => {
    const stem = hint === '' ? 'value' : hint;
    let count = next.get(stem) ?? 0;
    let name = count === 0 ? stem : `${stem}_${count}`;
    while (taken.has(name)) name = `${stem}_${++count}`;
    next.set(stem, count + 1);
    taken.add(name);
    return name;
  };
}

function namesOf(model: Model): Set<string> {
  const names = new Set<string>(['']);
  const addAll = (more: Iterable<string>): void => {
    for (const name of more) names.add(name);
  };
  visitGraphs(model.graph, (graph) => {
    for (const infos of [graph.inputs, graph.outputs, graph.valueInfos]) {
      for (const info of infos) names.add(info.name);
    }
    addAll(graph.initializers.keys());
    addAll(graph.keptNames ?? []);
    for (const node of graph.nodes) {
      names.add(node.name);
      addAll(node.inputs);
      addAll(node.outputs);
    }
  });
  return names;
}
