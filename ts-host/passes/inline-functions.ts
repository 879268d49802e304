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
  nodes: number;
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
  const inlining: Inlining = { model, functions, fresh: uniqueNames(model), nodes: 0 };
  const graph = inlineGraph(inlining, model.graph, []);
  return { ...model, graph, functions: [] };
}

function keyOf(domain: string, name: string): string {
  return `${domain === 'ai.onnx' ? '' : domain}:${name}`;
}

function inlineGraph(inlining: Inlining, graph: Graph, stack: readonly string[]): Graph {
  return { ...graph, nodes: graph.nodes.flatMap((node) => inlineNode(inlining, node, stack)) };
}

function inlineNode(inlining: Inlining, node: Node, stack: readonly string[]): Node[] {
  const key = keyOf(node.domain, node.opType);
  const callee = inlining.functions.get(key);
  if (callee === undefined) {
    if (++inlining.nodes > MAX_NODES) {
      throw new OctavoError('LIMIT_EXCEEDED', `inlining functions makes more than ${MAX_NODES} nodes`);
    }
    return [mapGraphs(node, (graph) => inlineGraph(inlining, graph, stack))];
  }
  const name = node.name || node.opType;
  if (stack.includes(key) || stack.length >= MAX_DEPTH) {
    const road = [...stack, key].map((each) => each.replace(/^:/, '')).join(' -> ');
    throw new OctavoError('GRAPH_INVALID', `functions call each other without end: ${road}`, { node: name });
  }
  requireFit(inlining.model, node, callee, name);
  const call: Call = { node, callee, names: new Map() };
  for (const [i, inner] of callee.inputs.entries()) call.names.set(inner, node.inputs[i] ?? '');
  for (const [i, inner] of callee.outputs.entries()) {
    if (node.outputs[i] && !callee.inputs.includes(inner)) call.names.set(inner, node.outputs[i]);
  }
  const body = callee.nodes.map((inner) => called(inlining, call, inner));
  const passed = passedThrough(inlining, call);
  return [...body.flatMap((inner) => inlineNode(inlining, inner, [...stack, key])), ...passed];
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
