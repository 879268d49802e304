// Where: bits are chosen, of any type.

import { whereBroadcast } from '../../wasm/kernels/execute/where.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';
import {
  broadcastOf,
  elementType,
  inputOperand,
  outputOperand,
  overwritable,
  walkScratch,
  walkSteps,
} from './elementwise.js';

function planWhere(node: NodeContext): Plan {
  node.requireDType(0, 'bool');
  const dtype = elementType(node, 1);
  const other = elementType(node, 2);
  if (other !== dtype)
    node.fail(`the choices are ${dtype} and ${other}, must be of one type`, 'GRAPH_INVALID');
  const output = { dtype, dims: broadcastOf(node, [0, 1, 2]) };
  const target = outputOperand(output);
  return {
    outputs: [output],
    scratch: walkScratch(output),
    inPlace: overwritable(node, [1, 2], output),
    bind: (at) =>
      walkSteps(
        node,
        at,
        target,
        [inputOperand(node, 0), inputOperand(node, 1), inputOperand(node, 2)],
        ([condition, x, y], out, block) =>
          whereBroadcast(node.engine.kernels, target.bytes, condition!, x!, y!, out, block),
      ),
  };
}

export const WHERE_OPERATORS: readonly Operator[] = [
  { opType: 'Where', domain: '', acceptsHalf: true, plan: planWhere },
];
