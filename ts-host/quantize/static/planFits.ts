// Whether a plan of mode static can be applied to a prepared model. It may have been edited, or made for another model: what
// passes here comes out as a model that computes what the plan says.

import { OctavoError } from '../../errors.js';
import { GraphIndex } from '../../ir/graphIndex.js';
import { type Model, type Node, nodeIds } from '../../ir/model.js';
import type { ActivationPlan, CodePlan, NodePlan, QuantPlan } from '../../ir/plan.js';
import { scaleLayout } from '../../tensor/layout.js';
import { checkNodes } from '../planFits.js';
import { weightRole } from '../roles.js';
import type { Bounds } from './activations.js';
import { tableUses } from './operators/tables.js';
import type { IntegerUse } from './operators/use.js';
import { TARGETS } from './targets/index.js';

/** @param bounds - of the Relu and Clip nodes of the model
 *  @throws OctavoError `PLAN_INVALID` naming the value, tensor or node */
export function checkStaticPlanFits(
  plan: QuantPlan,
  model: Model,
  bounds: ReadonlyMap<number, Bounds>,
): void {
  checkNodes(plan, model);
  new Check(plan, model, bounds).run();
}

class Check {
  readonly #plan: QuantPlan;
  readonly #index: GraphIndex;
  readonly #ids: readonly string[];
  readonly #bounds: ReadonlyMap<number, Bounds>;
  readonly #nodes: ReadonlyMap<string, NodePlan>;
  readonly #activations: ReadonlyMap<string, ActivationPlan>;
  readonly #tensors: ReadonlyMap<string, CodePlan>;
  /** Nodes that are looked up. */
  readonly #tables: ReadonlyMap<number, IntegerUse>;

  constructor(plan: QuantPlan, model: Model, bounds: ReadonlyMap<number, Bounds>) {
    this.#plan = plan;
    this.#index = new GraphIndex(model.graph);
    this.#ids = nodeIds(model.graph);
    this.#bounds = bounds;
    this.#tables = TARGETS[plan.target!].hasTables ? tableUses(this.#index) : new Map();
    this.#nodes = new Map(plan.nodes.map((node) => [node.node, node]));
    this.#activations = new Map((plan.activations ?? []).map((each) => [each.value, each]));
    this.#tensors = new Map(
      plan.tensors.map((tensor) => {
        if (tensor.dtype === 'float16') throw ofTensor(tensor.tensor, 'mode static stores integers');
        return [tensor.tensor, tensor];
      }),
    );
  }

  run(): void {
    const inputs = new Set(this.#index.graph.inputs.map(({ name }) => name));
    for (const value of this.#activations.keys()) {
      if (!inputs.has(value) && this.#index.maker(value) === undefined) {
        throw ofTensor(value, 'the model has no such value');
      }
    }
    for (const [name, tensor] of this.#tensors) this.#checkTensor(name, tensor);
    for (const [at, node] of this.#index.graph.nodes.entries()) {
      const plan = this.#nodes.get(this.#ids[at]!);
      if (plan?.form === 'integer') this.#checkInteger(at, node, plan);
      if (plan?.form === 'fused') this.#checkFused(at, node, plan);
    }
  }

  #checkTensor(name: string, plan: CodePlan): void {
    const tensor = this.#index.constant(name);
    if (tensor?.dtype !== 'float32') throw ofTensor(name, 'the model has no such constant of float32');
    if (plan.granularity.kind === 'block') throw ofTensor(name, 'mode static has no blocks');
    const { dims } = tensor;
    if (plan.granularity.kind === 'channel' && plan.granularity.axis >= dims.length) {
      throw ofTensor(name, `axis ${plan.granularity.axis} is outside its rank ${dims.length}`);
    }
    const { scaleCount } = scaleLayout(dims, plan.granularity);
    if (plan.scale?.length !== scaleCount) {
      throw ofTensor(
        name,
        `${plan.scale?.length ?? 0} scales, its shape [${dims.join(', ')}] needs ${scaleCount}`,
      );
    }
    if (!this.#plan.nodes.some(({ tensors }) => tensors.includes(name))) {
      throw ofTensor(name, 'it is planned, but no node names it');
    }
  }

  #checkInteger(at: number, node: Node, plan: NodePlan): void {
    const use = this.#useOf(at, node);
    if (typeof use === 'string') throw ofNode(plan, `form integer, but ${use}`);
    for (const input of use.inner ?? []) this.#checkInner(node.inputs[input]!, plan);
    const operands = use.data.map((input) => this.#operand(node.inputs[input]!, plan));
    if (use.weight !== undefined) this.#checkWeight(node, use.weight.input, plan);
    const read = new Set(use.data.concat(use.weight?.input ?? []).map((input) => node.inputs[input]));
    const unread = plan.tensors.find((name) => !read.has(name));
    if (unread !== undefined) throw ofNode(plan, `the node does not read ${unread} as codes`);
    const bias = use.weight?.bias === undefined ? undefined : node.inputs[use.weight.bias];
    if (plan.bias !== undefined && !bias) throw ofNode(plan, 'bias is int32, but there is none');
    const results = this.#results(at, node, plan, use);
    const types = new Set([...operands, ...results].map(({ dtype }) => dtype));
    if (types.size > 1) throw ofNode(plan, `its codes are of several types: ${[...types].join(', ')}`);
    if (use.kind !== 'move') return;
    const [first] = operands as [ActivationPlan];
    for (const result of results) {
      if (result.scale === first.scale && result.zeroPoint === first.zeroPoint) continue;
      throw ofNode(
        plan,
        `it moves codes of ${first.value} to ${result.value}, whose scale or zero point differs`,
      );
    }
  }

  #useOf(at: number, node: Node): IntegerUse | string {
    const rule = node.domain === '' ? TARGETS[this.#plan.target!].operators[node.opType] : undefined;
    const use = this.#tables.get(at) ?? rule?.(node, this.#index);
    return use ?? `${this.#plan.target} has no integer ${node.opType}`;
  }

  /** All nodes of a table are one. */
  #checkInner(name: string, plan: NodePlan): void {
    if (this.#nodes.get(this.#ids[this.#index.maker(name)!]!)?.form === 'integer') return;
    throw ofNode(plan, `form integer, but ${name}, of the same table, is made in float`);
  }

  /** Whether integer nodes of the same table read a value, which has no codes then. */
  #isInner(name: string): boolean {
    const reads = (at: number): boolean => {
      const { inputs } = this.#index.graph.nodes[at]!;
      const isInteger = this.#nodes.get(this.#ids[at]!)?.form === 'integer';
      return isInteger && this.#tables.get(at)?.inner?.some((input) => inputs[input] === name) === true;
    };
    return this.#index.readers(name).some(reads);
  }

  /** The codes that an integer node takes. */
  #operand(name: string, plan: NodePlan): ActivationPlan | CodePlan {
    const tensor = plan.tensors.includes(name) ? this.#tensors.get(name) : undefined;
    const found = tensor ?? this.#activations.get(name);
    if (found !== undefined) return found;
    throw ofNode(plan, `form integer, but its input ${name} is not among activations or its tensors`);
  }

  #checkWeight(node: Node, input: number, plan: NodePlan): void {
    const name = node.inputs[input]!;
    const tensor = this.#tensors.get(name);
    if (!plan.tensors.includes(name) || tensor === undefined)
      throw ofNode(plan, `its weight ${name} is not planned`);
    const rank = this.#index.constant(name)!.dims.length;
    const axis = weightRole(node, input, rank)!.channelAxis;
    const { granularity, symmetric, dtype } = tensor;
    if (granularity.kind === 'channel' && granularity.axis !== axis) {
      throw ofTensor(name, `one scale a channel runs along axis ${axis} for ${plan.node}`);
    }
    if (!symmetric || dtype !== 'int8')
      throw ofTensor(name, 'weights of integer products are symmetric int8');
  }

  /** The codes that an integer node makes, itself or behind what is fused into it. */
  #results(at: number, node: Node, plan: NodePlan, use: IntegerUse): ActivationPlan[] {
    const { endsInCodes } = TARGETS[this.#plan.target!];
    return node.outputs.flatMap((name) => {
      const reader = this.#index.onlyReader(name);
      const isFused = reader !== undefined && this.#nodes.get(this.#ids[reader.index]!)?.form === 'fused';
      const result = this.#activations.get(isFused ? reader.node.outputs[0]! : name);
      if (result !== undefined) return [result];
      const isRead = name !== '' && (this.#index.readers(name).length > 0 || this.#index.isOutput(name));
      if (!isRead || use.floatOutput || !endsInCodes || this.#isInner(name)) return [];
      throw ofNode(plan, `form integer of ${this.#ids[at]}, but its result ${name} is not among activations`);
    });
  }

  #checkFused(at: number, node: Node, plan: NodePlan): void {
    const bounds = this.#bounds.get(at);
    const input = node.inputs[0] ?? '';
    const maker = this.#index.maker(input);
    const made = maker === undefined ? undefined : this.#nodes.get(this.#ids[maker]!);
    const codes = this.#activations.get(node.outputs[0]!);
    const isAlone = this.#index.onlyReader(input) !== undefined && !this.#activations.has(input);
    if (bounds === undefined || made?.form !== 'integer' || codes === undefined || !isAlone) {
      throw ofNode(plan, 'form fused is for a Relu or Clip that alone reads what an integer node makes');
    }
    if (TARGETS[this.#plan.target!].fuses === 'any') return;
    const { scale, zeroPoint, qmin, qmax, value } = codes;
    const [least, most] = [qmin, qmax].map((code) => Math.fround(scale * (code - zeroPoint)));
    if (least! >= bounds.low && most! <= bounds.high) return;
    throw ofNode(plan, `codes of ${value} stand for up to [${least}, ${most}], outside its bounds`);
  }
}

function ofNode({ node }: NodePlan, message: string): OctavoError {
  return new OctavoError('PLAN_INVALID', message, { node });
}

function ofTensor(tensor: string, message: string): OctavoError {
  return new OctavoError('PLAN_INVALID', message, { tensor });
}
