// Who makes a value of a graph, who reads it, and what is constant: looked up often by passes that rewrite graphs and
// by planners. An index is of one graph as it is; a rewritten graph gets its own.

import type { Graph, Node } from './model.js';
import { namesRead } from './reads.js';
import type { Tensor } from './tensor.js';

export class GraphIndex {
  readonly graph: Graph;
  readonly #makers = new Map<string, number>();
  readonly #readers = new Map<string, number[]>();
  readonly #outputs: ReadonlySet<string>;

  constructor(graph: Graph) {
    this.graph = graph;
    this.#outputs = new Set(graph.outputs.map(({ name }) => name));
    for (const [index, node] of graph.nodes.entries()) {
      for (const name of node.outputs) if (name !== '') this.#makers.set(name, index);
      for (const name of namesRead(node)) {
        const readers = this.#readers.get(name);
        if (readers === undefined) this.#readers.set(name, [index]);
        else readers.push(index);
      }
    }
  }

  /** Index of the node that makes a value; undefined for inputs, constants and unknown names. */
  maker(name: string): number | undefined {
    return this.#makers.get(name);
  }

  /** Indices of the nodes that read a value, each once, those that read it in a nested graph included. */
  readers(name: string): readonly number[] {
    return this.#readers.get(name) ?? [];
  }

  isOutput(name: string): boolean {
    return this.#outputs.has(name);
  }

  /** The node that alone looks at a value: one reader, which has it as an input once, and no output of the graph. */
  onlyReader(name: string): { readonly index: number; readonly node: Node } | undefined {
    const readers = this.readers(name);
    if (name === '' || readers.length !== 1 || this.isOutput(name)) return undefined;
    const index = readers[0]!;
    const node = this.graph.nodes[index]!;
    return node.inputs.filter((input) => input === name).length === 1 ? { index, node } : undefined;
  }

  /** An initializer. */
  constant(name: string | undefined): Tensor | undefined {
    return name === undefined || name === '' ? undefined : this.graph.initializers.get(name);
  }
}
