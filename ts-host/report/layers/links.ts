// A graph to look things up in: who makes and who reads a value, and which values no run changes.

import { GraphIndex } from '../../ir/graphIndex.js';
import type { Graph, Node } from '../../ir/model.js';
import { namesRead } from '../../ir/reads.js';

export class Links {
  readonly graph: Graph;
  readonly #index: GraphIndex;
  readonly #inputs: ReadonlySet<string>;
  readonly #constants: Set<string>;

  constructor(graph: Graph) {
    this.graph = graph;
    this.#index = new GraphIndex(graph);
    this.#constants = new Set(graph.initializers.keys());
    const inputs = graph.inputs.map(({ name }) => name).filter((name) => !this.#constants.has(name));
    this.#inputs = new Set(inputs);
    for (const node of graph.nodes) {
      if (!isDeterministic(node) || !namesRead(node).every((name) => this.#constants.has(name))) continue;
      for (const name of node.outputs) this.#constants.add(name);
    }
  }

  /** Index of the node that makes a value. */
  makerIndex(name: string): number | undefined {
    return this.#index.maker(name);
  }

  maker(name: string): Node | undefined {
    const index = this.makerIndex(name);
    return index === undefined ? undefined : this.graph.nodes[index];
  }

  /** Indices of the nodes that read a value, those that do so in a nested graph included. */
  readerIndices(name: string): readonly number[] {
    return this.#index.readers(name);
  }

  readers(name: string): Node[] {
    return this.readerIndices(name).map((index) => this.graph.nodes[index]!);
  }

  isInput(name: string): boolean {
    return this.#inputs.has(name);
  }

  isOutput(name: string): boolean {
    return this.#index.isOutput(name);
  }

  /** Whether a value is the same in every run: an initializer, or computed from such alone. */
  isConstant(name: string): boolean {
    return this.#constants.has(name);
  }

  /** Whether the graph takes, makes or holds a value of this name. */
  has(name: string): boolean {
    return this.#inputs.has(name) || this.#constants.has(name) || this.makerIndex(name) !== undefined;
  }
}

function isDeterministic({ opType, inputs }: Node): boolean {
  return inputs.length > 0 ? !/^(Random|Multinomial|Bernoulli)/.test(opType) : opType === 'Constant';
}

export const isQuantize = ({ opType }: Node): boolean => opType === 'QuantizeLinear';
export const isDequantize = ({ opType }: Node): boolean => opType === 'DequantizeLinear';
