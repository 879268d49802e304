// Integer products alone between float neighbours. Codes are made for such a one only, and nobody takes its own: it may cost more
// than it saves, so it is told with what it converts and what it multiplies, and whoever measures may skip it.

import { GraphIndex } from '../../ir/graphIndex.js';
import type { Node } from '../../ir/model.js';
import { elementCount } from '../../ir/tensor.js';
import { operatorOf } from './choice.js';
import { computedOnCodes, readAsCodes } from './codeFlow.js';
import type { Sizes } from './sizes.js';
import type { ConvertState } from './step.js';
import { stepOfInput } from './stepOfInput.js';

export interface LoneOperator {
  /** For `opIdsToSkip`. */
  readonly opId: number;
  readonly type: string;
  /** Elements that become codes in front of it and floats behind it, of one item. Undefined where sizes are not known: `advice`
   *  tells why. */
  readonly convertedElements: number | undefined;
  /** Of one item. */
  readonly multiplyAdds: number | undefined;
  readonly advice: string;
}

const PRODUCTS = new Set(['Conv', 'Gemm', 'MatMul']);

/** @param state - before codes are placed
 *  @param measure - tells the sizes of values; asked only where there is such an operator */
export async function loneOperators(
  state: ConvertState,
  measure: (values: readonly string[]) => Promise<Sizes>,
): Promise<LoneOperator[]> {
  const found = alone(state);
  if (found.length === 0) return [];
  const sizes = await measure(found.flatMap(({ node }) => [node.inputs[0]!, node.outputs[0]!]));
  return found.map((each) => described(each, state, sizes));
}

interface Found {
  readonly operator: NonNullable<ReturnType<typeof operatorOf>>;
  readonly node: Node;
}

function alone(state: ConvertState): Found[] {
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
    return [{ operator, node }];
  });
}

function described({ operator, node }: Found, { weights }: ConvertState, sizes: Sizes): LoneOperator {
  const { id, type } = operator;
  const elementsOf = (value: string) => ('elements' in sizes ? sizes.elements.get(value) : undefined);
  const [before, after] = [elementsOf(node.inputs[0]!), elementsOf(node.outputs[0]!)];
  const { tensor, axis } = weights.get(node.name)!;
  const channels = tensor.dims[axis ?? (tensor.dims.length === 2 ? 1 : 0)]!;
  const multiplyAdds = after && (after * elementCount(tensor.dims)) / channels;
  const convertedElements = before && after && before + after;
  const why = 'unknown' in sizes ? ` (${sizes.unknown})` : '';
  const cost =
    convertedElements && multiplyAdds
      ? `It converts ${convertedElements} elements for ${multiplyAdds} multiply-adds.`
      : `How much it converts is not known${why}.`;
  const advice = `alone between float neighbours: measure with opIdsToSkip: [${id}]. ${cost}`;
  return { opId: id, type, convertedElements, multiplyAdds, advice };
}
