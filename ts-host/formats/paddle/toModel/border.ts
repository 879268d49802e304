// Where a program meets its caller: `feed` and `fetch` operators, whose attribute `col` is the order of inputs and outputs.

import { OctavoError } from '../../../errors.js';
import type { ValueInfo } from '../../../ir/model.js';
import { PaddleAttributes } from '../attributes.js';
import type { PaddleBlock, PaddleOp } from '../program.js';
import type { GraphBuilder } from './graphBuilder.js';

/** Variables that are fed, in their order. */
export function fedVariables(block: PaddleBlock): readonly string[] {
  return byColumn(block, 'feed', ({ outputs }) => outputs.get('Out')?.[0]);
}

/** Variables that are fetched, in their order. */
export function fetchedVariables(block: PaddleBlock): readonly string[] {
  return byColumn(block, 'fetch', ({ inputs }) => inputs.get('X')?.[0]);
}

function byColumn(
  { ops }: PaddleBlock,
  type: string,
  variableOf: (op: PaddleOp) => string | undefined,
): readonly string[] {
  const found = ops.flatMap((op, at) => {
    if (op.type !== type) return [];
    const id = `${type}#${at}`;
    const variable = variableOf(op);
    if (variable === undefined) throw new OctavoError('MALFORMED', 'names no variable', { node: id });
    return [{ variable, column: new PaddleAttributes(op, id).int('col', 0) }];
  });
  return found.sort((a, b) => a.column - b.column).map(({ variable }) => variable);
}

/** What a caller sees of a variable. */
export function valueInfo(graph: GraphBuilder, variable: string, name: string): ValueInfo {
  const { dtype, dims } = graph.variable(variable) ?? {};
  return {
    name,
    ...(dtype === undefined ? {} : { dtype }),
    ...(dims === undefined ? {} : { dims: dims.map((dim) => (dim < 0 ? null : dim)) }),
  };
}

/** Outputs of the graph for what is fetched. Each has a name of its own, that of its variable where an input or a parameter does
 *  not have it. */
export function graphOutputs(
  graph: GraphBuilder,
  fetched: readonly string[],
  inputs: readonly string[],
): ValueInfo[] {
  const taken = new Set(inputs);
  return fetched.map((variable, column) => {
    const value = graph.valueOf(variable, `fetch ${column}`);
    const isFree = !taken.has(value) && !graph.initializers.has(value);
    const name = isFree ? value : graph.fresh(`${variable}@fetch`);
    if (!isFree) graph.node(graph.fresh(`fetch/${column}`), 'Identity', [value], [name]);
    taken.add(name);
    return { ...valueInfo(graph, variable, name), name };
  });
}
