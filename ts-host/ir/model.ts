// The Model: a graph in the ONNX operators' semantics, plus what the file held and nobody touched (`origin`).
// Passes never edit a graph in place: they build a new Graph that shares what did not change.

import type { DType } from './dtype.js';
import type { Tensor } from './tensor.js';

/** One attribute of a node. `reference` names an attribute of the enclosing function; `opaque` is what the format
 *  knows and the IR does not (sparse tensors, types): kept, never looked at. */
export type AttributeValue =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'string'; readonly value: Uint8Array }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  | { readonly kind: 'graph'; readonly value: Graph }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly bigint[] }
  | { readonly kind: 'strings'; readonly value: readonly Uint8Array[] }
  | { readonly kind: 'tensors'; readonly value: readonly Tensor[] }
  | { readonly kind: 'graphs'; readonly value: readonly Graph[] }
  | { readonly kind: 'reference'; readonly value: string }
  | { readonly kind: 'opaque' };

export type Attribute = AttributeValue & { readonly origin?: unknown };

export interface Node {
  /** As in the file: may be empty or not unique. `nodeIds` gives every node a unique name. */
  readonly name: string;
  readonly opType: string;
  /** Empty for the standard operators. */
  readonly domain: string;
  /** Value names; empty string = input absent. */
  readonly inputs: readonly string[];
  /** Value names; empty string = output not wanted. */
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly origin?: unknown;
}

/** A named value at the border of a graph. dtype and dims are absent where the file does not say, or says
 *  something that is not a tensor; a dim is a number, a symbol, or null when unknown. */
export interface ValueInfo {
  readonly name: string;
  readonly dtype?: DType;
  readonly dims?: readonly (number | string | null)[];
  /** Dims that the file tells of an input whose dims are open because any are taken: for what is to be made to fit, such as images. */
  readonly toldDims?: readonly (number | string | null)[] | undefined;
  readonly origin?: unknown;
}

/** Dims of an input for who has to choose some: those that the file tells where any are taken. */
export const chosenDims = ({ dims, toldDims }: ValueInfo): ValueInfo['dims'] => toldDims ?? dims;

export interface Graph {
  readonly name: string;
  /** In topological order. */
  readonly nodes: readonly Node[];
  /** Initializers by name, in file order. Constant nodes stay nodes; `ConstantScope` finds both. */
  readonly initializers: ReadonlyMap<string, Tensor>;
  /** Names of initializers the IR has no form for (strings, sparse tensors): defined, but kept in `origin`. */
  readonly keptNames?: ReadonlySet<string>;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** Types of intermediate values, where the file tells them. */
  readonly valueInfos: readonly ValueInfo[];
  readonly origin?: unknown;
}

/** An operator that the model itself defines. */
export interface ModelFunction {
  readonly domain: string;
  readonly name: string;
  readonly overload: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly Node[];
  /** Attributes with default values. */
  readonly defaults: ReadonlyMap<string, Attribute>;
  readonly opsets: ReadonlyMap<string, number>;
}

export interface Model {
  readonly graph: Graph;
  /** ONNX IR version. */
  readonly irVersion: number;
  /** Operator set version by domain; '' is the standard domain. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly producerName: string;
  readonly producerVersion: string;
  /** Functions of the model. Writers take their bodies from `origin`: passes leave functions as they are, but for
   *  `inlineFunctions`. */
  readonly functions: readonly ModelFunction[];
  /** Which format the model came from. */
  readonly format: 'onnx' | 'paddle';
  readonly origin?: unknown;
}

/** Calls `visit` for a graph and every graph nested in its nodes' attributes, outermost first.
 *  `path` is '' for the outermost, else `node id/attribute name[/index]` joined by '/'. */
export function visitGraphs(graph: Graph, visit: (graph: Graph, path: string) => void, path = ''): void {
  visit(graph, path);
  const ids = nodeIds(graph, path);
  graph.nodes.forEach((node, index) => {
    for (const [name, attribute] of node.attributes) {
      const inner = `${ids[index]}/${name}`;
      if (attribute.kind === 'graph') visitGraphs(attribute.value, visit, inner);
      if (attribute.kind === 'graphs')
        for (const [i, g] of attribute.value.entries()) visitGraphs(g, visit, `${inner}/${i}`);
    }
  });
}

/** A unique, stable id for every node of a graph: its name where that is non-empty and unique in the graph, else
 *  `OpType#index`; prefixed by `path/` inside nested graphs. A name that another node is called by for want of one does not
 *  count. Plans, filters, reports and errors use these. */
export function nodeIds(graph: Graph, path = ''): readonly string[] {
  const { nodes } = graph;
  const seen = new Map<string, number>();
  for (const { name } of nodes) seen.set(name, (seen.get(name) ?? 0) + 1);
  const nameless = new Set<number>();
  for (const [index, { name }] of nodes.entries()) {
    if (name === '' || seen.get(name)! > 1) nameless.add(index);
  }
  // One that loses its name to a nameless node may be what another name looks like.
  for (let before = -1; nameless.size > before && nameless.size > 0; ) {
    before = nameless.size;
    for (const [index, { name }] of nodes.entries()) {
      if (!nameless.has(index) && nameless.has(lookedAt(name, graph))) nameless.add(index);
    }
  }
  const prefix = path === '' ? '' : `${path}/`;
  return nodes.map(({ name, opType }, index) =>
    nameless.has(index) ? `${prefix}${opType}#${index}` : `${prefix}${name}`,
  );
}

/** Index of the node that would be called `name` if it had none; -1 where there is no such node. */
function lookedAt(name: string, graph: Graph): number {
  const at = name.lastIndexOf('#');
  const index = at > 0 ? Number(name.slice(at + 1)) : -1;
  return graph.nodes[index]?.opType === name.slice(0, at) ? index : -1;
}
