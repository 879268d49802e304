// Which values of a model can be observed, and which are when nobody says.

import { OctavoError } from '../errors.js';
import type { Graph } from '../ir/model.js';

/** Operators whose inputs and outputs may become codes. */
const CODED = new Set([
  'Conv',
  'ConvTranspose',
  'Gemm',
  'MatMul',
  'Add',
  'Mul',
  'Concat',
  'MaxPool',
  'AveragePool',
  'GlobalAveragePool',
  'GlobalMaxPool',
]);

/** Inputs and outputs of operators that integers can compute, in the order of the graph. */
export function codedValues(graph: Graph): string[] {
  const known = valuesOf(graph);
  const names = new Set<string>();
  for (const { domain, opType, inputs, outputs } of graph.nodes) {
    if (domain !== '' || !CODED.has(opType)) continue;
    for (const name of [...inputs, ...outputs]) if (known.has(name)) names.add(name);
  }
  return [...names];
}

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
