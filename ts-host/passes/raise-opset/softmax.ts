// Softmax, LogSoftmax and Hardmax: until 12 over all axes from `axis` on together, from 13 on over `axis` alone.

import { int, intOf } from './attributes.js';
import { beside, type Rule, type RuleTable, withAttributes } from './rule.js';

/** One axis suffices where all axes behind it have length 1. Else the tensor is flattened to [before, from axis]
 *  and shaped back: the old definition, word by word. */
const softmax: Rule = (node, context) => {
  const axis = intOf(node, 'axis', 1);
  if (axis === -1) return node;
  const input = node.inputs[0] ?? '';
  const { dims } = context.facts(input);
  const start = axis < 0 ? axis + (dims?.length ?? 0) : axis;
  if (dims !== undefined && start === dims.length - 1) return withAttributes(node, { axis: int(-1) });
  if (dims?.slice(start + 1).every((dim) => dim === 1)) return withAttributes(node, { axis: int(start) });
  const shape = beside(node, context, 'Shape', [input]);
  const flat = beside(node, context, 'Flatten', [input], { axis: int(axis) });
  const inner = {
    ...withAttributes(node, { axis: int(-1) }),
    inputs: flat.outputs,
    outputs: [context.fresh(`${node.outputs[0]}_flat`)],
  };
  const back = beside(node, context, 'Reshape', [inner.outputs[0]!, shape.outputs[0]!]);
  return [shape, flat, inner, { ...back, outputs: node.outputs }];
};

export const SOFTMAX: RuleTable = {
  Softmax: { 13: softmax },
  LogSoftmax: { 13: softmax },
  Hardmax: { 13: softmax },
};
