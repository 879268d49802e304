// Which values of a model can be observed.

import { OctavoError } from '../errors.js';
import type { Graph } from '../ir/model.js';

/** @throws OctavoError `INVALID_ARGUMENT` naming a value that the graph neither takes nor computes */
export function requireValuesOf(graph: Graph, names: readonly string[]): void {
  const known = valuesOf(graph);
  const unknown = names.find((name) => !known.has(name));
  if (unknown === undefined) return;
  const message = 'the model neither takes nor computes a value of this name';
  throw new OctavoError('INVALID_ARGUMENT', message, { tensor: unknown });
}

/** What differs from run to run: inputs and what nodes make of them. */
function valuesOf({ inputs, initializers, nodes }: Graph): Set<string> {
  const names = new Set(inputs.map(({ name }) => name).filter((name) => !initializers.has(name)));
  for (const { opType, domain, outputs } of nodes) {
    if (opType === 'Constant' && domain === '') continue;
    for (const name of outputs) if (name !== '') names.add(name);
  }
  return names;
}
