// The contract of a rewrite, and what rewrites look at: who makes a value, who reads it, what is constant.

import type { RunContext } from '../../context.js';
import { ConstantScope } from '../../ir/constants.js';
import type { Graph, Node } from '../../ir/model.js';
import type { NameGenerator } from '../../ir/names.js';
import { namesRead } from '../../ir/reads.js';
import { bytesData, elementCount, readAll, type Tensor } from '../../ir/tensor.js';
import { asBytes, asElements } from '../elements.js';
import type { Elements } from '../node.js';
import type { TensorType } from '../value.js';

export interface RewriteTools {
  readonly opsets: ReadonlyMap<string, number>;
  /** Values that must be made as they are. */
  readonly watched: ReadonlySet<string>;
  readonly fresh: NameGenerator;
  readonly context: RunContext;
}

/** Gives an equal graph, or the same. */
export type Rewrite = (graph: Graph, tools: RewriteTools) => Promise<Graph>;

/** A graph being rewritten. Nodes are replaced in place; order is kept. */
export class Draft {
  readonly graph: Graph;
  readonly tools: RewriteTools;
  readonly #nodes: (Node | undefined)[];
  readonly #before = new Map<number, Node[]>();
  readonly #initializers: Map<string, Tensor>;
  readonly #weightShapes = new Map<string, readonly number[]>();
  readonly #constants: ConstantScope;
  readonly #maker = new Map<string, number>();
  readonly #readers = new Map<string, number[]>();

  constructor(graph: Graph, tools: RewriteTools) {
    this.graph = graph;
    this.tools = tools;
    this.#nodes = [...graph.nodes];
    this.#initializers = new Map(graph.initializers);
    this.#constants = new ConstantScope(graph);
    for (const [index, node] of graph.nodes.entries()) this.#register(node, index);
  }

  /** Indices and nodes as they are now; replaced nodes are seen replaced. */
  *nodes(): Iterable<[number, Node]> {
    for (let index = 0; index < this.#nodes.length; index++) {
      const node = this.#nodes[index];
      if (node !== undefined) yield [index, node];
    }
  }

  /** The node at `index`, as it is now. */
  at(index: number): Node | undefined {
    return this.#nodes[index];
  }

  /** Dims of a float32 weight: a constant, or one that a rewrite computes. */
  weightShape(name: string | undefined): readonly number[] | undefined {
    const tensor = this.constant(name);
    if (tensor !== undefined) return tensor.dtype === 'float32' ? tensor.dims : undefined;
    return this.#weightShapes.get(name ?? '');
  }

  setWeightShape(name: string, dims: readonly number[]): void {
    this.#weightShapes.set(name, dims);
  }

  /** The node that makes `name`. */
  maker(name: string | undefined): Node | undefined {
    const index = name === undefined ? undefined : this.#maker.get(name);
    return index === undefined ? undefined : this.#nodes[index];
  }

  makerIndex(name: string): number {
    return this.#maker.get(name)!;
  }

  /** The only reader of a value that nobody else looks at: no output, not watched, read once. */
  onlyReader(name: string | undefined): { readonly index: number; readonly node: Node } | undefined {
    if (name === undefined || name === '' || this.tools.watched.has(name)) return undefined;
    if (this.graph.outputs.some((output) => output.name === name)) return undefined;
    const readers = this.#readers.get(name) ?? [];
    const node = readers.length === 1 ? this.#nodes[readers[0]!] : undefined;
    return node && { index: readers[0]!, node };
  }

  /** A constant of this graph. */
  constant(name: string | undefined): Tensor | undefined {
    return this.#initializers.get(name ?? '') ?? this.#constants.find(name)?.tensor;
  }

  /** Elements of a small constant, undefined for anything else. */
  async elements(name: string | undefined, most = 16): Promise<Elements | undefined> {
    const tensor = this.constant(name);
    if (tensor === undefined || elementCount(tensor.dims) > most) return undefined;
    return asElements(tensor.dtype, await readAll(tensor.data, this.tools.context));
  }

  /** The one float32 of a constant. */
  async float(name: string | undefined): Promise<number | undefined> {
    if (this.constant(name)?.dtype !== 'float32') return undefined;
    const elements = await this.elements(name, 1);
    return elements?.length === 1 ? Number(elements[0]) : undefined;
  }

  /** Adds a constant; returns its name. */
  addConstant(hint: string, { dtype, dims }: TensorType, elements: Elements): string {
    const name = this.tools.fresh(hint);
    this.#initializers.set(name, { name, dtype, dims, data: bytesData(asBytes(elements)) });
    return name;
  }

  /** Adds a node before the one at `index`; returns its output. */
  addBefore(index: number, opType: string, inputs: readonly string[], hint: string): string {
    const output = this.tools.fresh(hint);
    const node = { name: '', opType, domain: '', inputs, outputs: [output], attributes: new Map() };
    const before = this.#before.get(index) ?? [];
    before.push(node);
    this.#before.set(index, before);
    return output;
  }

  replace(index: number, node: Node): void {
    this.remove(index);
    this.#nodes[index] = node;
    this.#register(node, index);
  }

  remove(index: number): void {
    const node = this.#nodes[index];
    if (node === undefined) return;
    for (const name of namesRead(node)) {
      const readers = this.#readers.get(name)!;
      this.#readers.set(
        name,
        readers.filter((reader) => reader !== index),
      );
    }
    for (const name of node.outputs) if (this.#maker.get(name) === index) this.#maker.delete(name);
    this.#nodes[index] = undefined;
  }

  finish(): Graph {
    const nodes = this.#nodes.flatMap((node, index) => [
      ...(this.#before.get(index) ?? []),
      ...(node === undefined ? [] : [node]),
    ]);
    return { ...this.graph, nodes, initializers: this.#initializers };
  }

  #register(node: Node, index: number): void {
    for (const name of node.outputs) this.#maker.set(name, index);
    for (const name of namesRead(node)) {
      const readers = this.#readers.get(name) ?? [];
      readers.push(index);
      this.#readers.set(name, readers);
    }
  }
}
