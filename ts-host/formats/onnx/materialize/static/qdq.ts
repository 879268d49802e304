// The form that every engine reads: operators stay in float, between DequantizeLinear and QuantizeLinear; engines with integer
// kernels put those in the place of what they find so.

import { GraphIndex } from '../../../../ir/graphIndex.js';
import { type Graph, type Model, type Node, nodeIds } from '../../../../ir/model.js';
import { type NameGenerator, uniqueNames } from '../../../../ir/names.js';
import type { NodePlan, QuantPlan } from '../../../../ir/plan.js';
import { removeUnused } from '../../../../passes/prepare/unused.js';
import type { Engine } from '../../../../wasm/engine.js';
import { LinearNodes } from './linear.js';
import { StoredConstants } from './stored.js';
import { type ValueNames, valueNames } from './values.js';

/** The graph of a prepared model with the codes of a plan that fits it. */
export function qdqGraph(model: Model, plan: QuantPlan, engine: Engine): Graph {
  return new QdqWriter(model, plan, engine).graph();
}

class QdqWriter {
  readonly #index: GraphIndex;
  readonly #ids: readonly string[];
  readonly #fresh: NameGenerator;
  readonly #plans: ReadonlyMap<string, NodePlan>;
  readonly #values: ReadonlyMap<string, ValueNames>;
  readonly #stored: StoredConstants;
  readonly #linear: LinearNodes;
  readonly #nodes: Node[] = [];
  /** What constants are called behind their DequantizeLinear. */
  readonly #dequantized = new Map<string, string>();

  constructor(model: Model, plan: QuantPlan, engine: Engine) {
    this.#index = new GraphIndex(model.graph);
    this.#ids = nodeIds(model.graph);
    this.#fresh = uniqueNames(model);
    this.#plans = new Map(plan.nodes.map((node) => [node.node, node]));
    this.#values = valueNames(this.#index, plan, this.#plans, this.#fresh);
    this.#stored = new StoredConstants(engine, this.#fresh, this.#index, plan);
    this.#linear = new LinearNodes(model.opsets.get('') ?? 1);
  }

  graph(): Graph {
    const { graph } = this.#index;
    for (const { name } of graph.inputs) this.#addCodes(name);
    for (const [at, node] of graph.nodes.entries()) {
      const plan = this.#plans.get(this.#ids[at]!);
      const inputs = plan?.form === 'integer' ? this.#integerInputs(node, plan) : this.#floatInputs(node);
      const outputs = node.outputs.map((name) => this.#values.get(name)?.float ?? name);
      this.#nodes.push({ ...node, inputs, outputs });
      for (const name of node.outputs) this.#addCodes(name);
    }
    const initializers = new Map([...graph.initializers, ...this.#stored.added]);
    for (const [name, dequantized] of this.#dequantized) if (name === dequantized) initializers.delete(name);
    return removeUnused({ ...graph, nodes: this.#nodes, initializers });
  }

  #addCodes(name: string): void {
    const value = this.#values.get(name);
    if (value === undefined) return;
    const parameters = this.#stored.parameters(value.plan);
    this.#nodes.push(this.#linear.quantize(value, parameters), this.#linear.dequantize(value, parameters));
  }

  #floatInputs({ inputs }: Node): readonly string[] {
    return inputs.map((name) => this.#values.get(name)?.forFloat ?? name);
  }

  #integerInputs(node: Node, { tensors, bias }: NodePlan): readonly string[] {
    return node.inputs.map((name, input) => {
      if (tensors.includes(name)) return this.#constant(name);
      if (input === 2 && name !== '' && bias === 'int32') return this.#bias(node, name);
      return this.#values.get(name)?.dequantized ?? name;
    });
  }

  #constant(name: string): string {
    const known = this.#dequantized.get(name);
    if (known !== undefined) return known;
    const output = this.#isReadInIntegersOnly(name) ? name : this.#fresh(`${name}_dequantized`);
    const { dtype } = this.#stored.planOf(name);
    this.#nodes.push(this.#linear.dequantizeConstant(this.#stored.codes(name), dtype, output));
    this.#dequantized.set(name, output);
    return output;
  }

  /** Whether all who read a constant read its codes; then what they stand for takes its name. */
  #isReadInIntegersOnly(name: string): boolean {
    const readers = this.#index.readers(name).map((at) => this.#plans.get(this.#ids[at]!));
    return !this.#index.isOutput(name) && readers.every((plan) => plan?.tensors.includes(name));
  }

  #bias(node: Node, name: string): string {
    const [input = '', weight = ''] = node.inputs;
    const { scale } = this.#values.get(input)!.plan;
    const output = this.#fresh(`${name}_dequantized`);
    this.#nodes.push(this.#linear.dequantizeBias(this.#stored.bias(name, scale, weight), output));
    return output;
  }
}
