// The form that leaves nothing to an engine's optimizer: integer operators over codes, QuantizeLinear where codes begin,
// DequantizeLinear where somebody wants floats. A Relu or Clip that has nothing left to do is not written.

import type { Graph, Node } from '../../../../ir/model.js';
import type { NodePlan } from '../../../../ir/plan.js';
import { OPERATOR_FORMS } from './operators/index.js';
import type { Codes } from './operators/operatorForm.js';
import type { StaticSite } from './site.js';

export function operatorGraph(site: StaticSite): Graph {
  const writer = new OperatorWriter(site);
  const { graph } = site.index;
  for (const { name } of graph.inputs) writer.addQuantized(name);
  for (const [at, node] of graph.nodes.entries()) writer.addNode(at, node);
  return site.finish();
}

class OperatorWriter {
  readonly #site: StaticSite;
  /** Values whose codes an integer operator has made. */
  readonly #made = new Set<string>();

  constructor(site: StaticSite) {
    this.#site = site;
  }

  addNode(at: number, node: Node): void {
    const plan = this.#site.planAt(at);
    if (plan?.form === 'fused' && this.#made.has(node.outputs[0]!)) return;
    if (plan?.form === 'integer' && this.#addInteger(node, plan)) return;
    const inputs =
      plan?.form === 'integer' ? this.#site.dequantizedInputs(node, plan) : this.#site.floatInputs(node);
    const outputs = node.outputs.map((name) => this.#site.values.get(name)?.float ?? name);
    this.#site.nodes.push({ ...node, inputs, outputs });
    for (const name of node.outputs) this.addQuantized(name);
  }

  /** QuantizeLinear behind what is made in float. */
  addQuantized(name: string): void {
    const value = this.#site.values.get(name);
    if (value === undefined) return;
    this.#site.quantize(value);
    // Gone at the end unless somebody reads floats.
    this.#site.dequantize(value);
  }

  #addInteger(node: Node, plan: NodePlan): boolean {
    const site = this.#site;
    const hasForm = node.domain === '' && node.inputs.every((input) => this.#isOperand(input));
    const form = hasForm ? OPERATOR_FORMS[node.opType] : undefined;
    const name = this.#resultOf(node);
    const value = site.values.get(name);
    const result: Codes | undefined = value && { codes: value.codes, ...site.stored.parameters(value.plan) };
    const made = form?.({ node, plan, site, result });
    if (made === undefined) return false;
    site.nodes.push(made);
    for (const each of new Set([name, ...node.outputs])) {
      const codes = site.values.get(each);
      if (codes === undefined) continue;
      this.#made.add(each);
      site.dequantize(codes);
    }
    return true;
  }

  /** Codes or a constant: what other nodes of a table make is neither. */
  #isOperand(name: string): boolean {
    const { values, index } = this.#site;
    return name === '' || values.has(name) || index.constant(name) !== undefined;
  }

  /** The value whose codes a node makes: its own, or that of the Relu that vanishes in them. */
  #resultOf(node: Node): string {
    const [output = ''] = node.outputs;
    const reader = this.#site.index.onlyReader(output);
    const isFused = reader !== undefined && this.#site.planAt(reader.index)?.form === 'fused';
    return isFused ? reader.node.outputs[0]! : output;
  }
}
