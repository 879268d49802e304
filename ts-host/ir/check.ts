// checkConsistency: the rules every Model keeps, whoever made it. Readers call it on what they read and tests on
// what passes make. A model that passes can be walked in order, name by name, without surprises.

import { type ErrorCode, type ErrorPlace, OctavoError } from '../errors.js';
import { findCycle } from './cycle.js';
import { type Graph, type Model, type Node, nodeIds } from './model.js';
import { byteLengthOf, elementCount, type Tensor } from './tensor.js';

/** Graphs inside graphs. */
export const MAX_NESTING = 100;
/** Nodes of a model, those of nested graphs included. */
export const MAX_NODES = 1 << 20;
/** Dims of a tensor. */
export const MAX_RANK = 64;
/** UTF-16 units of a name. */
export const MAX_NAME_LENGTH = 1 << 16;

/** One graph being checked, linked to those around it. */
interface Scope {
  readonly graph: Graph;
  /** Attribute of the parent's current node that holds the graph. */
  readonly attribute: string;
  readonly names: Set<string>;
  readonly parent: Scope | undefined;
  readonly depth: number;
  /** Index of the node being checked. */
  at: number;
}

/** Checks that every value is made once in its graph and before it is used (nested graphs see what the graphs
 *  around them have made so far), that tensors have the bytes their dims and dtype imply, and the caps above.
 *  @throws OctavoError `GRAPH_INVALID` (naming the nodes of a cycle), `SHAPE_MISMATCH`, `MALFORMED`,
 *  `LIMIT_EXCEEDED`. */
export function checkConsistency(model: Model): void {
  const count = { nodes: 0 };
  checkGraph(model.graph, '', undefined, count);
}

function checkGraph(
  graph: Graph,
  attribute: string,
  parent: Scope | undefined,
  count: { nodes: number },
): void {
  const depth = (parent?.depth ?? 0) + 1;
  if (depth > MAX_NESTING) {
    throw new OctavoError('LIMIT_EXCEEDED', `graphs are nested more than ${MAX_NESTING} deep`);
  }
  count.nodes += graph.nodes.length;
  if (count.nodes > MAX_NODES) throw new OctavoError('LIMIT_EXCEEDED', `more than ${MAX_NODES} nodes`);
  const scope: Scope = { graph, attribute, names: new Set(), parent, depth, at: 0 };
  for (const { name } of graph.inputs) define(scope, name, 'an input');
  checkInitializers(scope);
  for (const [index, node] of graph.nodes.entries()) {
    scope.at = index;
    checkNode(scope, node, count);
  }
  scope.at = graph.nodes.length;
  for (const { name } of graph.outputs) {
    if (isVisible(scope, name)) continue;
    fail(scope, 'GRAPH_INVALID', `nothing makes the graph output "${name}"`, { tensor: name });
  }
}

function checkInitializers(scope: Scope): void {
  const { graph, names } = scope;
  for (const [name, tensor] of graph.initializers) {
    checkName(scope, name);
    checkTensor(tensor, name);
    // An initializer may be an input too: then it is the input's default.
    names.add(name);
  }
  for (const name of graph.keptNames ?? []) {
    checkName(scope, name);
    names.add(name);
  }
}

function checkTensor(tensor: Tensor, name: string): void {
  const { dims, dtype, data } = tensor;
  if (dims.length > MAX_RANK) {
    throw new OctavoError('LIMIT_EXCEEDED', `rank ${dims.length} is above ${MAX_RANK}`, { tensor: name });
  }
  const expected = byteLengthOf(dtype, elementCount(dims, name));
  if (data.byteLength === expected) return;
  const message = `dims and type need ${expected} bytes, the data has ${data.byteLength}`;
  throw new OctavoError('SHAPE_MISMATCH', message, { tensor: name });
}

function checkNode(scope: Scope, node: Node, count: { nodes: number }): void {
  if (node.name.length > MAX_NAME_LENGTH) checkName(scope, node.name);
  for (const name of node.inputs) {
    if (name !== '' && !isVisible(scope, name)) failUnmade(scope, name);
  }
  for (const [name, attribute] of node.attributes) {
    if (attribute.kind === 'graph') checkGraph(attribute.value, name, scope, count);
    if (attribute.kind === 'graphs') {
      for (const [i, graph] of attribute.value.entries()) checkGraph(graph, `${name}/${i}`, scope, count);
    }
    if (attribute.kind === 'tensor') checkTensor(attribute.value, node.outputs[0] ?? name);
    if (attribute.kind === 'tensors') for (const tensor of attribute.value) checkTensor(tensor, name);
  }
  for (const name of node.outputs) if (name !== '') define(scope, name, 'a node output');
}

function define(scope: Scope, name: string, what: string): void {
  checkName(scope, name);
  if (scope.names.has(name)) {
    fail(scope, 'GRAPH_INVALID', `${what} takes the name "${name}", which is in use`, { tensor: name });
  }
  scope.names.add(name);
}

function checkName(scope: Scope, name: string): void {
  if (name === '') fail(scope, 'GRAPH_INVALID', 'a value has an empty name', {});
  if (name.length <= MAX_NAME_LENGTH) return;
  fail(scope, 'LIMIT_EXCEEDED', `a name of ${name.length} characters (${name.slice(0, 40)}...)`, {});
}

function isVisible(scope: Scope, name: string): boolean {
  for (let each: Scope | undefined = scope; each !== undefined; each = each.parent) {
    if (each.names.has(name)) return true;
  }
  return false;
}

/** The graph's path, as `visitGraphs` makes it. Only errors need it. */
function pathOf({ parent, attribute }: Scope): string {
  if (parent === undefined) return '';
  return `${nodeIds(parent.graph, pathOf(parent))[parent.at]}/${attribute}`;
}

/** Says why a used value is not there: made later, made by its own consumer, or not at all. */
function failUnmade(scope: Scope, name: string): never {
  for (let each: Scope | undefined = scope; each !== undefined; each = each.parent) {
    const maker = each.graph.nodes.findIndex((node) => node.outputs.includes(name));
    if (maker < 0) continue;
    const ids = nodeIds(each.graph, pathOf(each));
    const cycle = findCycle(each.graph, each.at);
    const message =
      cycle === undefined
        ? `uses "${name}", which the later node ${ids[maker]} makes; nodes must be in topological order`
        : `the graph has a cycle: ${cycleText(cycle.map((index) => ids[index]!))}`;
    fail(scope, 'GRAPH_INVALID', message, { tensor: name });
  }
  return fail(scope, 'GRAPH_INVALID', `uses "${name}", which nothing makes`, { tensor: name });
}

function cycleText(ids: readonly string[]): string {
  const shown = ids.length > 10 ? [...ids.slice(0, 10), `... ${ids.length - 10} more`] : ids;
  return [...shown, ids[0]].join(' -> ');
}

function fail(scope: Scope, code: ErrorCode, message: string, place: ErrorPlace): never {
  const { graph, at } = scope;
  const node = at < graph.nodes.length ? nodeIds(graph, pathOf(scope))[at] : undefined;
  throw new OctavoError(code, message, node === undefined ? place : { ...place, node });
}
