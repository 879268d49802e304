// The walk over a graph that turns nodes into planned calls: values are looked up, put into the layout the node runs
// in, folded where they are constant, and handed to the operator's plan. Compiling (compile.ts) and planning at run
// time (late.ts) are the same walk; they differ in what a planned node becomes.

import type { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import type { Node } from '../ir/model.js';
import type { ExecutionEngine } from '../wasm/execution.js';
import { attributeInputs } from './attributeInputs.js';
import { Constant, type Constants } from './constant.js';
import { computeConstant } from './fold.js';
import { castNode, isHalf, withoutHalves } from './halves.js';
import {
  type Entry,
  givenConstant,
  type Known,
  LATE,
  type RunTensor,
  type Scope,
  storedConstant,
  typeOf,
} from './known.js';
import { chooseLayout } from './layout/choose.js';
import { moveChannels } from './layout/move.js';
import { type Elements, type InputFact, NodeContext, ValueNeeded } from './node.js';
import { type EvaluatedOperator, isEvaluated, type Plan, type PlannedOperator } from './operator.js';
import { findOperator } from './operators/index.js';
import { operatorOf, type PreparedNode } from './prepare.js';
import type { TensorType } from './value.js';
import type { PlannedNode, Walk } from './walk.js';

export abstract class Lowering implements Walk {
  readonly engine: ExecutionEngine;
  readonly constants: Constants;
  readonly context: RunContext;
  readonly opsets: ReadonlyMap<string, number>;

  constructor(
    engine: ExecutionEngine,
    constants: Constants,
    opsets: ReadonlyMap<string, number>,
    context: RunContext,
  ) {
    this.engine = engine;
    this.constants = constants;
    this.opsets = opsets;
    this.context = context;
  }

  /** Gives the outputs of a planned node their places. */
  protected abstract place(planned: PlannedNode): Promise<Known[]> | Known[];

  /** Elements of a tensor that is no constant, or undefined if they are not there yet. */
  protected abstract peek(tensor: RunTensor): Elements | undefined;

  /** Runs or puts off a node that is evaluated with its inputs at hand. */
  protected abstract evaluate(
    prepared: PreparedNode,
    operator: EvaluatedOperator,
    scope: Scope,
  ): Promise<void>;

  /** Puts off a node whose types are not known yet. */
  protected abstract putOff(prepared: PreparedNode, scope: Scope): void;

  /** Whether values may be kept with channels last beyond the operators that need it. */
  abstract readonly plansLayout: boolean;

  /** An entry under a second name. */
  protected share(entry: Entry): Entry {
    return entry;
  }

  /** Lowers one node: afterwards `scope` has its outputs.
   *  @throws OctavoError that names the node */
  async visit(prepared: PreparedNode, scope: Scope): Promise<void> {
    try {
      await this.#visit(prepared, scope);
    } catch (error) {
      throw error instanceof OctavoError ? error.within({ node: prepared.id }) : error;
    }
  }

  async #visit(prepared: PreparedNode, scope: Scope): Promise<void> {
    const { node } = prepared;
    if (prepared.reads.some((name) => isLate(this.lookUp(prepared, name, scope)))) {
      return this.putOff(prepared, scope);
    }
    const stored = tensorOf(node);
    if (stored !== undefined) return scope.set(node.outputs[0]!, { natural: stored });
    if (node.opType === 'Identity' && node.domain === '') {
      return scope.set(node.outputs[0]!, this.share(this.lookUp(prepared, node.inputs[0]!, scope)));
    }
    const operator = operatorOf(node);
    if (operator === undefined) throw unknownOperator(prepared);
    if (isEvaluated(operator)) return this.evaluate(prepared, operator, scope);
    const named = node.inputs.map((name) => (name === '' ? undefined : this.lookUp(prepared, name, scope)));
    const entries = [...named, ...attributeInputs(node)];
    const form = await chooseLayout(this, prepared, entries);
    const outputs = await this.plan(form.node, prepared.id, form.inputs);
    if (outputs === undefined) return this.putOff(prepared, scope);
    requireOutputs(prepared, outputs.length);
    for (const [index, output] of outputs.entries()) {
      const entry: Entry = form.channelsLast ? { channelsLast: output } : { natural: output };
      scope.set(node.outputs[index] ?? '', entry);
    }
  }

  /** What is known of a name.
   *  @throws OctavoError `GRAPH_INVALID` for one that nobody makes */
  lookUp({ id }: PreparedNode, name: string, scope: Scope): Entry {
    const entry = scope.get(name);
    if (entry !== undefined) return entry;
    throw new OctavoError('GRAPH_INVALID', `nothing makes the value ${name}`, { node: id, tensor: name });
  }

  /** The value in ONNX's own order of dims. */
  async natural(entry: Entry): Promise<Known> {
    entry.natural ??= await moveChannels(this, entry.channelsLast!, 'natural');
    return entry.natural;
  }

  /** The value with channels last. */
  async channelsLast(entry: Entry): Promise<Known> {
    entry.channelsLast ??= await moveChannels(this, entry.natural!, 'channels last');
    return entry.channelsLast;
  }

  /** Elements of a value if they are at hand or can be had. */
  async elementsOf(known: Known): Promise<Elements | undefined> {
    if (known.kind === 'constant') return this.constants.elements(known.constant, this.context);
    return known.kind === 'tensor' ? this.peek(known) : undefined;
  }

  /** Plans a node over inputs in the layout it wants; undefined when it needs values that are not there yet. */
  async plan(node: Node, id: string, inputs: readonly (Known | undefined)[]): Promise<Known[] | undefined> {
    const operator = findOperator(node.domain, node.opType) as PlannedOperator;
    const half = operator.acceptsHalf === true ? undefined : inputs.find((input) => input && isHalf(input));
    if (half !== undefined) return withoutHalves(this, node, id, inputs, typeOf(half)!.dtype);
    const made = await this.#makePlan(operator, node, id, inputs);
    if (made === undefined) return undefined;
    const { plan, reads } = made;
    const planned = { id, node, plan, inputs, reads };
    if (plan.known !== undefined) return [givenConstant(plan.outputs[0]!, plan.known as Elements)];
    const constants = inputs.every((input) => input === undefined || input.kind === 'constant');
    // A constant under another shape stays one, whatever the shape was made from.
    const renamed = plan.alias !== undefined && inputs[plan.alias]?.kind === 'constant';
    if (constants || renamed) return this.#fold(planned);
    return this.place(planned);
  }

  /** Plans `node` with one input, for conversions the executor itself adds. */
  async convert(node: Node, id: string, input: Known): Promise<Known> {
    const outputs = await this.plan(node, id, [input]);
    if (outputs === undefined) throw new Error(`${node.opType} needs no values`);
    return outputs[0]!;
  }

  /** The value as another float type. */
  cast(known: Known, dtype: TensorType['dtype'], id: string): Promise<Known> {
    return this.convert(castNode(dtype), id, known);
  }

  async #makePlan(
    operator: PlannedOperator,
    node: Node,
    id: string,
    inputs: readonly (Known | undefined)[],
  ): Promise<{ plan: Plan; reads: number[] } | undefined> {
    const facts = inputs.map((input) => (input === undefined ? undefined : factOf(input)));
    const opset = this.opsets.get(node.domain) ?? this.opsets.get('') ?? 0;
    for (;;) {
      const context = new NodeContext(node, id, opset, this.engine, facts);
      try {
        const plan = operator.plan(context);
        return { plan, reads: readsOf(plan, context) };
      } catch (error) {
        if (!(error instanceof ValueNeeded)) throw error;
        const elements = await this.elementsOf(inputs[error.input]!);
        if (elements === undefined) return undefined;
        facts[error.input] = { ...facts[error.input]!, elements };
      }
    }
  }

  #fold(planned: PlannedNode): Known[] {
    return planned.plan.outputs.map((type, index) => {
      const compute = computeConstant(this.engine, this.constants, planned, index);
      return { kind: 'constant', constant: new Constant(type, { kind: 'computed', compute }) };
    });
  }
}

/** @throws OctavoError `GRAPH_INVALID` when the node names an output that its operator does not have */
function requireOutputs({ id, node }: PreparedNode, count: number): void {
  const index = node.outputs.findIndex((name, i) => name !== '' && i >= count);
  if (index < 0) return;
  const place = { node: id, tensor: node.outputs[index]! };
  throw new OctavoError('GRAPH_INVALID', `${node.opType} has no output ${index}`, place);
}

/** A Constant node's tensor, or undefined for any other node. */
function tensorOf(node: Node): Known | undefined {
  if (node.opType !== 'Constant' || node.domain !== '') return undefined;
  const value = node.attributes.get('value');
  return value?.kind === 'tensor' ? storedConstant(value.value) : undefined;
}

function isLate(entry: Entry): boolean {
  return (entry.natural ?? entry.channelsLast) === LATE;
}

function factOf(known: Known): InputFact | undefined {
  const type = typeOf(known);
  if (type === undefined) return undefined;
  const constant = known.kind === 'constant';
  return { ...type, constant, elements: constant ? known.constant.elements : undefined };
}

function readsOf(plan: Plan, context: NodeContext): number[] {
  if (plan.reads !== undefined) return [...plan.reads];
  if (plan.alias !== undefined) return [plan.alias];
  const packed = new Set(plan.packs?.map(({ input }) => input));
  const present = Array.from({ length: context.inputCount }, (_, index) => index);
  return present.filter((index) => context.has(index) && !packed.has(index) && !context.taken.has(index));
}

function unknownOperator({ id, node }: PreparedNode): OctavoError {
  return new OctavoError('UNSUPPORTED_OP', `the executor lacks ${node.opType}`, { node: id });
}
