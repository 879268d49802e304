// What a rule is, and the few things all rules do: move attributes to inputs, replace one node by some.

import type { DType } from '../../ir/dtype.js';
import type { Attribute, Node } from '../../ir/model.js';
import { intsOf } from './attributes.js';
import type { Facts } from './facts.js';

/** Why a node cannot be expressed in the newer operator set without changing what it computes. */
export interface Refusal {
  readonly refused: string;
}

/** What rules may ask and do besides looking at their node. */
export interface RuleContext {
  /** Element type and dims of a value, as far as they are known. */
  facts(value: string): Facts;
  /** Whether any node or graph output reads the value. */
  isUsed(value: string): boolean;
  /** The bytes of a small constant that is in memory; undefined for all others. */
  constantBytes(value: string): Uint8Array | undefined;
  /** Adds a constant to the node's graph, or finds an equal one added before, and returns its name. Values are
   *  rounded to `dtype`. */
  constant(hint: string, dtype: ConstantDType, dims: readonly number[], values: readonly Scalar[]): string;
  /** A name nobody has. */
  fresh(hint: string): string;
}

export type ConstantDType = Extract<DType, 'int64' | 'float32' | 'float64' | 'float16' | 'bfloat16'>;
export type Scalar = number | bigint;

/** Turns a node as it was before an operator's new version into what means the same from that version on. Nodes
 *  come in topological order; the last one makes the outputs of the old. */
export type Rule = (node: Node, context: RuleContext) => Node | readonly Node[] | Refusal;

/** Rules by operator, then by the version that brought the change. */
export type RuleTable = Readonly<Record<string, Readonly<Record<number, Rule>>>>;

export const refuse = (refused: string): Refusal => ({ refused });

/** A rule that always refuses. */
export const refusal =
  (reason: string): Rule =>
  () =>
    refuse(reason);

/** The node without some attributes. */
export function without(node: Node, ...names: readonly string[]): Node {
  const attributes = new Map([...node.attributes].filter(([name]) => !names.includes(name)));
  return attributes.size === node.attributes.size ? node : { ...node, attributes };
}

/** The node with attributes added or replaced. */
export function withAttributes(node: Node, more: Readonly<Record<string, Attribute>>): Node {
  return { ...node, attributes: new Map([...node.attributes, ...Object.entries(more)]) };
}

/** The node with input `index` set; inputs between become absent, absent ones at the end are left out. */
export function withInput(node: Node, index: number, name: string): Node {
  const length = Math.max(node.inputs.length, index + 1);
  const inputs = Array.from({ length }, (_, i) => (i === index ? name : (node.inputs[i] ?? '')));
  while (inputs.at(-1) === '') inputs.pop();
  return { ...node, inputs };
}

/** A rule's new node beside `node`: same domain, a name made from the old one where that has any. */
export function beside(
  node: Node,
  context: RuleContext,
  opType: string,
  inputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
): Node {
  return {
    name: node.name === '' ? '' : context.fresh(`${node.name}_${opType}`),
    opType,
    domain: node.domain,
    inputs,
    outputs: [context.fresh(`${hintOf(node)}_${opType}`)],
    attributes: new Map(Object.entries(attributes)),
  };
}

/** What names made for a node begin with. */
export function hintOf(node: Node): string {
  return node.name || node.outputs[0] || node.opType;
}

/** A rule that moves lists of integers from attributes to inputs: [attribute, input index]. An absent or empty
 *  list becomes an absent input. */
export function intsToInputs(...moves: readonly (readonly [attribute: string, index: number])[]): Rule {
  return (node, context) => {
    let moved = without(node, ...moves.map(([attribute]) => attribute));
    for (const [attribute, index] of moves) {
      const values = intsOf(node, attribute) ?? [];
      if (values.length === 0) continue;
      const name = context.constant(`${hintOf(node)}_${attribute}`, 'int64', [values.length], values);
      moved = withInput(moved, index, name);
    }
    return moved;
  };
}
