// Conv: QLinearConv; DequantizedConv where its result stays in float.

import { findOperator } from '../../operators/index.js';
import { biasCodes } from './bias.js';
import { findEnding } from './ending.js';
import type { Rule } from './rule.js';
import { attributesOf, integerNode, pair, triple } from './site.js';
import { requireRoom } from './sums.js';

export const conv: Rule = async (site, { id, node }) => {
  const x = site.one(node, 0);
  const weight = site.operand(node, 1);
  if (weight.dtype === 'int32') site.refuse('the codes of its weight are int32');
  if (weight.axis !== undefined && weight.axis !== 0) {
    site.refuse(`its weight has scales along axis ${weight.axis}`);
  }
  requireRoom(site, x, weight, weight.dims?.[0] ?? 1, (node.inputs[2] ?? '') !== '');
  const ending = await findEnding(site, node.outputs[0]!);
  const scale = typeof ending === 'string' ? undefined : ending.scales[0]!;
  const bias = await biasCodes(site, node.inputs[2] ?? '', x, weight, scale);
  const added = bias === '' ? [] : [bias];
  const operands = [...triple(x), ...triple(weight)];
  const attributes = attributesOf(node);
  if (typeof ending !== 'string') {
    const inputs = [...operands, ...pair(ending), ...added];
    const fused = integerNode(id, ['', 'QLinearConv'], inputs, [ending.output], {
      ...attributes,
      ...ending.clamp,
    });
    return { node: fused, ending };
  }
  if (findOperator('octavo.nhwc', 'DequantizedConv') === undefined) return site.refuse(ending);
  const inputs = [...operands, ...added];
  return { node: integerNode(id, ['octavo', 'DequantizedConv'], inputs, node.outputs, attributes) };
};
