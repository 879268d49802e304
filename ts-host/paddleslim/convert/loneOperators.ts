// Integer products alone between float neighbours. Codes are made for such a one only, and nobody takes its own: it may cost more
// than it saves, so it is told with what it converts and what it multiplies, and whoever measures may skip it.

import type { PaddleVar } from '../../formats/paddle/program.js';
import { GraphIndex } from '../../ir/graphIndex.js';
import type { Node } from '../../ir/model.js';
import { elementCount } from '../../ir/tensor.js';
import { operatorOf } from './choice.js';
import { movedInputs } from './movers.js';
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
const ENDINGS = new Set(['Relu', 'Clip']);

/** @param state - before codes are placed */
export function loneOperators(state: ConvertState, vars: ReadonlyMap<string, PaddleVar>): LoneOperator[] {
  const index = new GraphIndex(state.graph);
  const isProduct = (node: Node): boolean =>
    node.domain === '' && PRODUCTS.has(node.opType) && state.weights.has(node.name);
  return state.graph.nodes.flatMap((node) => {
    if (!isProduct(node) || stepOfInput(index, state.reads, node) === undefined) return [];
    const operator = operatorOf(node.name);
    if (operator === undefined) return [];
    if (comesFromCodes(index, state, node.inputs[0]!) || goesToCodes(index, state, node.outputs[0]!))
      return [];
    return [described(operator, node, state, vars)];
  });
}

const passes = (node: Node): boolean =>
  node.domain === '' && (ENDINGS.has(node.opType) || movedInputs(node) !== undefined);

/** Whether a node that computes with codes makes a value, or what becomes it. */
function comesFromCodes(index: GraphIndex, state: ConvertState, value: string): boolean {
  const maker = index.maker(value);
  const node = maker === undefined ? undefined : index.graph.nodes[maker]!;
  if (node === undefined) return false;
  if (passes(node)) return comesFromCodes(index, state, node.inputs[0]!);
  return state.reads.has(node.name);
}

/** Whether somebody reads a value as codes, or what it becomes. */
function goesToCodes(index: GraphIndex, state: ConvertState, value: string): boolean {
  return index.readers(value).some((at) => {
    const node = index.graph.nodes[at]!;
    if (state.reads.get(node.name)?.has(value)) return true;
    return passes(node) && node.outputs.some((output) => goesToCodes(index, state, output));
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
