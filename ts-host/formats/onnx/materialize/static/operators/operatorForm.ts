// What the operator form of a node is made from: names of codes with their scale and zero point, in the order operators want
// them.

import type { Attribute, Node } from '../../../../../ir/model.js';
import type { NodePlan } from '../../../../../ir/plan.js';
import { CONTRIB, makeNode } from '../../build.js';
import type { StaticSite } from '../site.js';
import type { ParameterNames } from '../stored.js';

export interface Codes extends ParameterNames {
  readonly codes: string;
}

/** An integer node and the codes around it. */
export interface IntegerNode {
  readonly node: Node;
  readonly plan: NodePlan;
  readonly site: StaticSite;
  /** What its result is as codes, itself or behind a Relu that vanishes; undefined where it is left in float. */
  readonly result: Codes | undefined;
}

/** The node that computes with codes, or undefined where there is none for this node: then it stays in float, dequantized before
 *  and quantized behind. */
export type OperatorForm = (integer: IntegerNode) => Node | undefined;

/** Codes, scale and zero point of an input. */
export function operand({ node, plan, site }: IntegerNode, input: number): Codes {
  const name = node.inputs[input]!;
  if (plan.tensors.includes(name)) return site.stored.codes(name);
  const value = site.values.get(name)!;
  return { codes: value.codes, ...site.stored.parameters(value.plan) };
}

export const triple = ({ codes, scale, zeroPoint }: Codes): string[] => [codes, scale, zeroPoint];
export const pair = ({ scale, zeroPoint }: ParameterNames): string[] => [scale, zeroPoint];

/** A node of com.microsoft in the place of another. */
export function contribNode(
  { node }: IntegerNode,
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = Object.fromEntries(node.attributes),
): Node {
  return makeNode(opType, node.name, inputs, outputs, attributes, CONTRIB);
}
