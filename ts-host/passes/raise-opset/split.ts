// Split: lengths became an input at 13; from 18 on, equal parts are asked for by their number.

import { int } from './attributes.js';
import { intsToInputs, type RuleTable, withAttributes } from './rule.js';

export const SPLIT: RuleTable = {
  Split: {
    13: intsToInputs(['split', 1]),
    18: (node) =>
      (node.inputs[1] ?? '') === '' && !node.attributes.has('num_outputs')
        ? withAttributes(node, { num_outputs: int(node.outputs.length) })
        : node,
  },
};
