// A prepared graph on its way to integers: what both ways of writing it look up, and the nodes and constants made so far.

import { GraphIndex } from '../../../../ir/graphIndex.js';
import { type Graph, type Model, type Node, nodeIds } from '../../../../ir/model.js';
import { type NameGenerator, uniqueNames } from '../../../../ir/names.js';
import type { NodePlan, QuantPlan } from '../../../../ir/plan.js';
import { removeUnused } from '../../../../passes/prepare/unused.js';
import type { Engine } from '../../../../wasm/engine.js';
import { LinearNodes } from './linear.js';
import { type StoredBias, StoredConstants } from './stored.js';
import { type ValueNames, valueNames } from './values.js';

export class StaticSite {
  readonly index: GraphIndex;
  readonly fresh: NameGenerator;
  readonly values: ReadonlyMap<string, ValueNames>;
  readonly stored: StoredConstants;
  readonly linear: LinearNodes;
  readonly nodes: Node[] = [];
  readonly #ids: readonly string[];
  readonly #plans: ReadonlyMap<string, NodePlan>;
  /** What constants are called behind their DequantizeLinear. */
  readonly #dequantized = new Map<string, string>();

  constructor(model: Model, plan: QuantPlan, engine: Engine) {
    this.index = new GraphIndex(model.graph);
    this.fresh = uniqueNames(model);
    this.#ids = nodeIds(model.graph);
    this.#plans = new Map(plan.nodes.map((node) => [node.node, node]));
    this.values = valueNames(this.index, plan, this.#plans, this.fresh);
    this.stored = new StoredConstants(engine, this.fresh, this.index, plan);
    this.linear = new LinearNodes(model.opsets.get('') ?? 1, this.fresh);
  }

  /** The plan of the node with an index. */
  planAt(at: number): NodePlan | undefined {
    return this.#plans.get(this.#ids[at]!);
  }

  /** Names as a node in float reads them. */
  floatInputs({ inputs }: Node): readonly string[] {
    return inputs.map((name) => this.values.get(name)?.forFloat ?? name);
  }

  /** Names as an integer node reads them between DequantizeLinear and QuantizeLinear. */
  dequantizedInputs(node: Node, { tensors, bias }: NodePlan): readonly string[] {
    return node.inputs.map((name, input) => {
      if (tensors.includes(name)) return this.#dequantizedConstant(name);
      if (input === 2 && name !== '' && bias === 'int32') return this.#dequantizedBias(node, name);
      return this.values.get(name)?.dequantized ?? name;
    });
  }

  /** QuantizeLinear behind what makes a value. */
  quantize(value: ValueNames): void {
    this.nodes.push(this.linear.quantize(value, this.stored.parameters(value.plan)));
  }

  /** DequantizeLinear behind its codes. */
  dequantize(value: ValueNames): void {
    this.nodes.push(this.linear.dequantize(value, this.stored.parameters(value.plan)));
  }

  /** The bias of a node, which is its input 2, at the scale of its products. */
  bias({ inputs: [input = '', weight = '', bias = ''] }: Node): StoredBias {
    return this.stored.bias(bias, this.values.get(input)!.plan.scale, weight);
  }

  /** The graph with the nodes made, without what nobody reads. */
  finish(): Graph {
    const { graph } = this.index;
    const initializers = new Map([...graph.initializers, ...this.stored.added]);
    for (const [name, dequantized] of this.#dequantized) if (name === dequantized) initializers.delete(name);
    return removeUnused({ ...graph, nodes: this.nodes, initializers });
  }

  #dequantizedConstant(name: string): string {
    const known = this.#dequantized.get(name);
    if (known !== undefined) return known;
    const output = this.#isReadInIntegersOnly(name) ? name : this.fresh(`${name}_dequantized`);
    const { dtype } = this.stored.planOf(name);
    this.nodes.push(this.linear.dequantizeConstant(this.stored.codes(name), dtype, output));
    this.#dequantized.set(name, output);
    return output;
  }

  /** Whether all who read a constant read its codes; then what they stand for takes its name. */
  #isReadInIntegersOnly(name: string): boolean {
    const readers = this.index.readers(name).map((at) => this.planAt(at));
    return !this.index.isOutput(name) && readers.every((plan) => plan?.tensors.includes(name));
  }

  #dequantizedBias(node: Node, name: string): string {
    const output = this.fresh(`${name}_dequantized`);
    this.nodes.push(this.linear.dequantizeBias(this.bias(node), output));
    return output;
  }
}
