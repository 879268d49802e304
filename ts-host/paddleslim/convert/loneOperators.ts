// Integer products alone between float neighbours. Codes are made for such a one only, and nobody takes its own: it may cost more
// than it saves, so it is told with what it converts and what it multiplies, and whoever measures may skip it.

import type { PaddleVar } from '../../formats/paddle/program.js';
import { GraphIndex } from '../../ir/graphIndex.js';
import type { Node } from '../../ir/model.js';
import { elementCount } from '../../ir/tensor.js';
import { operatorOf } from './choice.js';
import { computedOnCodes, readAsCodes } from './codeFlow.js';
import type { ConvertState } from './step.js';
import { stepOfInput } from './stepOfInput.js';

export interface LoneOperator {
  /** For `opIdsToSkip`. */
  readonly opId: number;
  readonly type: string;
  /** Elements that become codes in front of it and floats behind it, of one item. Undefined where shapes are not known. */
  readonly convertedElements: number | undefined;
  /** Of one item. */
  readonly multiplyAdds: number | undefined;
  readonly advice: string;
}

const PRODUCTS = new Set(['Conv', 'Gemm', 'MatMul']);

/** @param state - before codes are placed */
export function loneOperators(state: ConvertState, vars: ReadonlyMap<string, PaddleVar>): LoneOperator[] {
  const index = new GraphIndex(state.graph);
  const made = computedOnCodes(state.graph, state.reads);
  const read = readAsCodes(state.graph, state.reads);
  const isProduct = (node: Node): boolean =>
    node.domain === '' && PRODUCTS.has(node.opType) && state.weights.has(node.name);
  return state.graph.nodes.flatMap((node) => {
    if (!isProduct(node) || stepOfInput(index, state.reads, node) === undefined) return [];
    const operator = operatorOf(node.name);
    if (operator === undefined) return [];
    if (made.has(node.inputs[0]!) || read.has(node.outputs[0]!)) return [];
    return [described(operator, node, state, vars)];
  });
}

function described(
  { id, type }: { readonly id: number; readonly type: string },
  { name, inputs, outputs }: Node,
  { weights }: ConvertState,
  vars: ReadonlyMap<string, PaddleVar>,
): LoneOperator {
  const [before, after] = [elementsOf(vars, inputs[0]!), elementsOf(vars, outputs[0]!)];
  const { tensor, axis } = weights.get(name)!;
  const channels = tensor.dims[axis ?? (tensor.dims.length === 2 ? 1 : 0)]!;
  const multiplyAdds = after && (after * elementCount(tensor.dims)) / channels;
  const convertedElements = before && after && before + after;
  const cost =
    convertedElements && multiplyAdds
      ? ` It converts ${convertedElements} elements for ${multiplyAdds} multiply-adds.`
      : '';
  const advice = `alone between float neighbours: measure with opIdsToSkip: [${id}].${cost}`;
  return { opId: id, type, convertedElements, multiplyAdds, advice };
}

/** Elements of a variable for one item of a batch. */
function elementsOf(vars: ReadonlyMap<string, PaddleVar>, name: string): number | undefined {
  const dims = vars.get(name)?.dims;
  if (dims === undefined || dims.slice(1).some((dim) => dim < 0)) return undefined;
  return dims.reduce((product, dim) => product * Math.max(dim, 1), 1);
}
