// Add and Mul: QLinearAdd and QLinearMul. Concat: QLinearConcat, or Concat of the codes where all have the same scale.

import { type Ending, requireEnding } from './ending.js';
import { isSame } from './parameters.js';
import type { Rule } from './rule.js';
import { attributesOf, type Codes, integerNode, pair, type Site, triple } from './site.js';

/** @throws Refusal unless all codes are of the type of the result */
export function requireOneType(site: Site, operands: readonly Codes[], { dtype }: Ending): void {
  const other = operands.find((operand) => operand.dtype !== dtype);
  if (other !== undefined) site.refuse(`its inputs are ${other.dtype}, its result is ${dtype}`);
}

export const binary =
  (opType: string): Rule =>
  async (site, { id, node }) => {
    const [a, b] = [site.one(node, 0), site.one(node, 1)];
    const ending = await requireEnding(site, node.outputs[0]!);
    requireOneType(site, [a, b], ending);
    const inputs = [...triple(a), ...triple(b), ...pair(ending)];
    return {
      node: integerNode(id, ['com.microsoft', opType], inputs, [ending.output], ending.clamp),
      ending,
    };
  };

export const concat: Rule = async (site, { id, node }) => {
  const parts = node.inputs.map((_, input) => site.one(node, input));
  const ending = await requireEnding(site, node.outputs[0]!);
  requireOneType(site, parts, ending);
  if (Object.keys(ending.clamp).length > 0) site.refuse('its result is clamped');
  const outputs = [ending.output];
  const attributes = attributesOf(node);
  if (parts.every((part) => isSame(part, ending))) {
    const inputs = parts.map(({ codes }) => codes);
    return { node: integerNode(id, ['', 'Concat'], inputs, outputs, attributes), ending };
  }
  const inputs = [...pair(ending), ...parts.flatMap(triple)];
  return { node: integerNode(id, ['com.microsoft', 'QLinearConcat'], inputs, outputs, attributes), ending };
};
