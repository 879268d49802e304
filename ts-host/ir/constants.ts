// Finding constants: an initializer or a Constant node's tensor, in this graph or one around it.

import { type Graph, type Model, type Node, visitGraphs } from './model.js';
import type { Tensor } from './tensor.js';

/** A constant and the graph that owns it. */
export interface ConstantRef {
  readonly tensor: Tensor;
  /** Value name inside its graph; a Constant node's tensor may carry another name of its own. */
  readonly name: string;
  readonly scope: ConstantScope;
  /** The Constant node, or undefined for an initializer. */
  readonly node: Node | undefined;
}

/** The constants visible in a graph. Names in an inner graph hide the outer ones. */
export class ConstantScope {
  readonly graph: Graph;
  readonly path: string;
  readonly parent: ConstantScope | undefined;
  readonly #own = new Map<string, ConstantRef>();
  readonly #defined = new Set<string>();

  constructor(graph: Graph, path = '', parent?: ConstantScope) {
    this.graph = graph;
    this.path = path;
    this.parent = parent;
    for (const input of graph.inputs) this.#defined.add(input.name);
    for (const node of graph.nodes) {
      for (const output of node.outputs) this.#defined.add(output);
      const value =
        node.opType === 'Constant' && node.domain === '' ? node.attributes.get('value') : undefined;
      const name = node.outputs[0];
      if (value?.kind === 'tensor' && name)
        this.#own.set(name, { tensor: value.value, name, scope: this, node });
    }
    for (const [name, tensor] of graph.initializers) {
      this.#own.set(name, { tensor, name, scope: this, node: undefined });
    }
  }

  /** The constant called `name`, or undefined when the name is absent, computed or unknown. */
  find(name: string | undefined): ConstantRef | undefined {
    if (!name) return undefined;
    const own = this.#own.get(name);
    if (own !== undefined || this.#defined.has(name)) return own;
    return this.parent?.find(name);
  }

  /** Constants this graph itself owns, in file order. */
  own(): Iterable<ConstantRef> {
    return this.#own.values();
  }
}

/** The name by which plans, filters and errors call a constant. */
export function constantId(ref: ConstantRef): string {
  return ref.scope.path === '' ? ref.name : `${ref.scope.path}/${ref.name}`;
}

/** All constants of a model by id, nested graphs included. */
export function constantsById(model: Model): Map<string, Tensor> {
  const constants = new Map<string, Tensor>();
  visitGraphs(model.graph, (graph, path) => {
    for (const ref of new ConstantScope(graph, path).own()) constants.set(constantId(ref), ref.tensor);
  });
  return constants;
}
