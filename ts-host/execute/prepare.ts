// What can be said of a graph without any shape: names its nodes have, which values it takes from graphs around it, and
// whether every operator is there.

import { OctavoError } from '../errors.js';
import { type Graph, type Model, type Node, nodeIds, visitGraphs } from '../ir/model.js';
import { freeNames, namesRead } from '../ir/reads.js';
import { CHANNELS_LAST, isSpatial } from './layout/spatial.js';
import type { Operator } from './operator.js';
import { findOperator } from './operators/index.js';

/** A graph ready to be compiled. */
export interface PreparedGraph {
  readonly graph: Graph;
  readonly path: string;
  readonly nodes: readonly PreparedNode[];
  /** Names the graph uses but does not define, nested graphs included. */
  readonly freeNames: readonly string[];
}

export interface PreparedNode {
  readonly node: Node;
  readonly id: string;
  /** Names it reads: its inputs and what its graphs take from outside. */
  readonly reads: readonly string[];
}

/** Leaves out what nobody reads: nodes without a reader, and outputs beside the first, which operators then skip.
 *  @param watched - names that somebody reads from outside */
export function prepareGraph(
  graph: Graph,
  path = '',
  watched: ReadonlySet<string> = new Set(),
): PreparedGraph {
  const ids = idsOf(graph, path);
  const wanted = new Set([...graph.outputs.map(({ name }) => name), ...watched]);
  const nodes: PreparedNode[] = [];
  for (let index = graph.nodes.length - 1; index >= 0; index--) {
    const node = graph.nodes[index]!;
    if (!node.outputs.some((name) => wanted.has(name))) continue;
    const outputs = node.outputs.map((name, at) => (at === 0 || wanted.has(name) ? name : ''));
    const reads = namesRead(node);
    for (const name of reads) wanted.add(name);
    nodes.push({ node: { ...node, outputs }, id: ids[index]!, reads });
  }
  return { graph, path, nodes: nodes.reverse(), freeNames: freeNames(graph) };
}

/** Names that were given by {@link withIds} are ids already, though rewrites have moved their nodes. */
function idsOf(graph: Graph, path: string): readonly string[] {
  const made = nodeIds(graph, path);
  return graph.nodes.map(({ name }, index) => (named.has(graph) && name !== '' ? name : made[index]!));
}

const named = new WeakSet<Graph>();

/** Says that the names of a graph's nodes are ids. */
export function markNamed(graph: Graph): Graph {
  named.add(graph);
  return graph;
}

/** The graph with every node called by its id. */
export function withIds(graph: Graph): Graph {
  const ids = nodeIds(graph);
  return { ...graph, nodes: graph.nodes.map((node, index) => ({ ...node, name: ids[index]! })) };
}

/** The operator that runs `node` and the domain it has there. */
export function operatorOf(node: Node): Operator | undefined {
  const domain = isSpatial(node) ? CHANNELS_LAST : node.domain;
  return findOperator(domain, node.opType);
}

/** @param rewritten - the graph that will run, whose operators are needed
 *  @throws OctavoError `UNSUPPORTED_OP` naming every operator that the executor lacks, with its nodes in `model` */
export function requireOperators(model: Model, rewritten: Graph): void {
  const missing = new Map<string, string[]>();
  visitGraphs(rewritten, (graph) => {
    for (const node of graph.nodes) if (operatorOf(node) === undefined) missing.set(operatorName(node), []);
  });
  if (missing.size === 0) return;
  visitGraphs(model.graph, (graph, path) => {
    const ids = nodeIds(graph, path);
    for (const [index, node] of graph.nodes.entries()) missing.get(operatorName(node))?.push(ids[index]!);
  });
  const list = [...missing].map(([name, nodes]) => `${name} (${nodes.length}: ${shortList(nodes)})`);
  throw new OctavoError(
    'UNSUPPORTED_OP',
    `the executor lacks ${missing.size} operator${missing.size === 1 ? '' : 's'} of this model: ${list.join('; ')}`,
    { node: [...missing.values()][0]![0]! },
  );
}

function operatorName({ domain, opType }: Node): string {
  return domain === '' ? opType : `${domain}.${opType}`;
}

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(', ');
  return names.length > 8 ? `${shown}, …` : shown;
}
