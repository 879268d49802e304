// Calls of a model's own functions replaced by what the functions do, until none is left. Values inside get names of
// their own at every call; attributes that refer to the caller's take its value, or the function's default.

import { OctavoError } from '../errors.js';
import { MAX_NODES } from '../ir/check.js';
import type { Attribute, Graph, Model, ModelFunction, Node } from '../ir/model.js';
import { type NameGenerator, uniqueNames } from '../ir/names.js';

/** Functions inside functions. */
const MAX_DEPTH = 64;

interface Inlining {
  readonly model: Model;
  readonly functions: ReadonlyMap<string, ModelFunction>;
  readonly fresh: NameGenerator;
}

/** What the names and attributes of a function body mean at one call. */
interface Call {
  readonly node: Node;
  readonly callee: ModelFunction;
  readonly names: Map<string, string>;
}

/** The model without functions; itself when it has none.
 *  @throws OctavoError `GRAPH_INVALID` for recursion and calls that do not fit, `UNSUPPORTED_OP` for a function that
 *  imports another opset than the model, `LIMIT_EXCEEDED` when the whole would have more nodes than a model may */
export function inlineFunctions(model: Model): Model {
  if (model.functions.length === 0) return model;
  const functions = new Map(model.functions.map((each) => [keyOf(each.domain, each.name), each]));
  requireBounded(model, functions);
  const inlining: Inlining = { model, functions, fresh: uniqueNames(model) };
  const graph = inlineGraph(inlining, model.graph);
  return { ...model, graph, functions: [] };
}

function keyOf(domain: string, name: string): string {
  return `${domain === 'ai.onnx' ? '' : domain}:${name}`;
}

function inlineGraph(inlining: Inlining, graph: Graph): Graph {
  return { ...graph, nodes: graph.nodes.flatMap((node) => inlineNode(inlining, node)) };
}

function inlineNode(inlining: Inlining, node: Node): Node[] {
  const key = keyOf(node.domain, node.opType);
  const callee = inlining.functions.get(key);
  if (callee === undefined) return [mapGraphs(node, (graph) => inlineGraph(inlining, graph))];
  requireFit(inlining.model, node, callee, node.name || node.opType);
  const call: Call = { node, callee, names: new Map() };
  for (const [i, inner] of callee.inputs.entries()) call.names.set(inner, node.inputs[i] ?? '');
  for (const [i, inner] of callee.outputs.entries()) {
    if (node.outputs[i] && !callee.inputs.includes(inner)) call.names.set(inner, node.outputs[i]);
  }
  const body = callee.nodes.map((inner) => called(inlining, call, inner));
  const passed = passedThrough(inlining, call);
  return [...body.flatMap((inner) => inlineNode(inlining, inner)), ...passed];
}

/** Nodes that a call becomes, and functions inside functions. */
interface Extent {
  readonly nodes: number;
  readonly depth: number;
}

/** Counts before anything is made: forty functions that call the next one twice would be 2^40 nodes. */
function requireBounded({ graph }: Model, functions: ReadonlyMap<string, ModelFunction>): void {
  const known = new Map<string, Extent>();
  const together = (nodes: readonly Node[], stack: readonly string[]): Extent => {
    const extents = nodes.map((node) => ofNode(node, stack));
    return { nodes: sum(extents.map(({ nodes }) => nodes)), depth: Math.max(0, ...extents.map(depthOf)) };
  };
  const ofNode = (node: Node, stack: readonly string[]): Extent => {
    const key = keyOf(node.domain, node.opType);
    const callee = functions.get(key);
    if (callee === undefined) {
      const inner = graphsOf(node).map(({ nodes }) => together(nodes, stack));
      return { nodes: 1 + sum(inner.map(({ nodes }) => nodes)), depth: Math.max(0, ...inner.map(depthOf)) };
    }
    const found = known.get(key);
    if (stack.includes(key) || stack.length + (found?.depth ?? 0) >= MAX_DEPTH)
      throw endless(node, [...stack, key]);
    if (found !== undefined) return found;
    const { nodes, depth } = together(callee.nodes, [...stack, key]);
    // A function without nodes is a call to be gone through all the same.
    const extent = { nodes: Math.max(1, nodes), depth: depth + 1 };
    known.set(key, extent);
    return extent;
  };
  if (together(graph.nodes, []).nodes <= MAX_NODES) return;
  throw new OctavoError('LIMIT_EXCEEDED', `inlining functions makes more than ${MAX_NODES} nodes`);
}

function endless(node: Node, stack: readonly string[]): OctavoError {
  const road = stack.map((each) => each.replace(/^:/, '')).join(' -> ');
  return new OctavoError('GRAPH_INVALID', `functions call each other without end: ${road}`, {
    node: node.name || node.opType,
  });
}

const depthOf = ({ depth }: Extent): number => depth;
const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

function graphsOf({ attributes }: Node): Graph[] {
  return [...attributes.values()].flatMap((attribute) => {
    if (attribute.kind === 'graph') return [attribute.value];
    return attribute.kind === 'graphs' ? attribute.value : [];
  });
}

function requireFit({ opsets }: Model, node: Node, callee: ModelFunction, name: string): void {
  if (node.inputs.length > callee.inputs.length || node.outputs.length > callee.outputs.length) {
    throw new OctavoError(
      'GRAPH_INVALID',
      `function ${callee.name} takes ${callee.inputs.length} inputs and gives ${callee.outputs.length} outputs, ` +
        `the call has ${node.inputs.length} and ${node.outputs.length}`,
      { node: name },
    );
  }
  for (const [domain, version] of callee.opsets) {
    const own = opsets.get(domain);
    if (own === undefined || own === version) continue;
    throw new OctavoError(
      'UNSUPPORTED_OP',
      `function ${callee.name} imports opset ${version} of "${domain}", the model ${own}`,
      { node: name },
    );
  }
}

/** A function's output that is one of its inputs is made by no node. */
function passedThrough(inlining: Inlining, { node, callee }: Call): Node[] {
  return callee.outputs.flatMap((name, index) => {
    const input = callee.inputs.indexOf(name);
    const output = node.outputs[index];
    if (input < 0 || !output) return [];
    const made = { opType: 'Identity', domain: '', attributes: new Map() };
    return [{ ...made, name: inlining.fresh(output), inputs: [node.inputs[input] ?? ''], outputs: [output] }];
  });
}

/** A node of a function's body as it is at one call. */
function called(inlining: Inlining, call: Call, inner: Node): Node {
  const rename = (name: string): string => {
    if (name === '') return '';
    let known = call.names.get(name);
    if (known === undefined) call.names.set(name, (known = inlining.fresh(`${call.node.name}/${name}`)));
    return known;
  };
  const inputs = inner.inputs.map(rename);
  const attributes = attributesAt(call, inner);
  const renamed = mapGraphs({ ...inner, attributes }, (graph) => renameGraph(inlining, call, graph, rename));
  const { origin: _, ...plain } = renamed;
  return {
    ...plain,
    name: inlining.fresh(inner.name || inner.opType),
    inputs,
    outputs: inner.outputs.map(rename),
  };
}

function attributesAt({ node, callee }: Call, inner: Node): Map<string, Attribute> {
  const attributes = new Map<string, Attribute>();
  for (const [name, attribute] of inner.attributes) {
    if (attribute.kind !== 'reference') attributes.set(name, attribute);
    else {
      const value = node.attributes.get(attribute.value) ?? callee.defaults.get(attribute.value);
      if (value !== undefined) attributes.set(name, value);
    }
  }
  return attributes;
}

/** A graph nested in a function: what it takes from the body is renamed, its own names become new ones. */
function renameGraph(inlining: Inlining, call: Call, graph: Graph, rename: (name: string) => string): Graph {
  const info = <T extends { readonly name: string }>(value: T): T => ({ ...value, name: rename(value.name) });
  const initializers = new Map([...graph.initializers].map(([name, tensor]) => [rename(name), tensor]));
  return {
    ...graph,
    inputs: graph.inputs.map(info),
    outputs: graph.outputs.map(info),
    valueInfos: [],
    initializers,
    nodes: graph.nodes.map((node) => called(inlining, call, node)),
  };
}

function mapGraphs(node: Node, map: (graph: Graph) => Graph): Node {
  const attributes = new Map<string, Attribute>();
  for (const [name, attribute] of node.attributes) {
    if (attribute.kind === 'graph') attributes.set(name, { kind: 'graph', value: map(attribute.value) });
    else if (attribute.kind === 'graphs')
      attributes.set(name, { kind: 'graphs', value: attribute.value.map(map) });
    else attributes.set(name, attribute);
  }
  return { ...node, attributes };
}
