// Who makes and who reads each value of a graph, and which values no run changes.

import { namesRead } from '../../execute/prepare.js';
import type { Graph, Node } from '../../ir/model.js';

export class Links {
  readonly graph: Graph;
  readonly #makers = new Map<string, number>();
  readonly #readers = new Map<string, number[]>();
  readonly #constants = new Set<string>();
  readonly #inputs: ReadonlySet<string>;
  readonly #outputs: ReadonlySet<string>;

  constructor(graph: Graph) {
    this.graph = graph;
    this.#outputs = new Set(graph.outputs.map(({ name }) => name));
    for (const name of graph.initializers.keys()) this.#constants.add(name);
    const inputs = graph.inputs.map(({ name }) => name).filter((name) => !this.#constants.has(name));
    this.#inputs = new Set(inputs);
    for (const [index, node] of graph.nodes.entries()) {
      const reads = namesRead(node);
      const constant = isDeterministic(node) && reads.every((name) => this.#constants.has(name));
      for (const name of node.outputs) {
        this.#makers.set(name, index);
        if (constant) this.#constants.add(name);
      }
      for (const name of reads) {
        const readers = this.#readers.get(name);
        if (readers === undefined) this.#readers.set(name, [index]);
        else readers.push(index);
      }
    }
  }

  /** Index of the node that makes a value. */
  makerIndex(name: string): number | undefined {
    return name === '' ? undefined : this.#makers.get(name);
  }

  maker(name: string): Node | undefined {
    const index = this.makerIndex(name);
    return index === undefined ? undefined : this.graph.nodes[index];
  }

  /** Indices of the nodes that read a value, those that do so in a nested graph included. */
  readerIndices(name: string): readonly number[] {
    return this.#readers.get(name) ?? [];
  }

  readers(name: string): Node[] {
    return this.readerIndices(name).map((index) => this.graph.nodes[index]!);
  }

  isInput(name: string): boolean {
    return this.#inputs.has(name);
  }

  isOutput(name: string): boolean {
    return this.#outputs.has(name);
  }

  /** Whether a value is the same in every run: an initializer, or computed from such alone. */
  isConstant(name: string): boolean {
    return this.#constants.has(name);
  }

  /** Whether the graph takes, makes or holds a value of this name. */
  has(name: string): boolean {
    return this.#inputs.has(name) || this.#constants.has(name) || this.#makers.has(name);
  }
}

function isDeterministic({ opType, inputs }: Node): boolean {
  return inputs.length > 0 ? !/^(Random|Multinomial|Bernoulli)/.test(opType) : opType === 'Constant';
}

export const isQuantize = ({ opType }: Node): boolean => opType === 'QuantizeLinear';
export const isDequantize = ({ opType }: Node): boolean => opType === 'DequantizeLinear';
