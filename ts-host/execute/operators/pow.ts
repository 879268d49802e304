// Pow: exponents may be of another type, the result has the type of the base.

import { powBroadcast } from '../../wasm/kernels/execute/pow.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';
import {
  broadcastOf,
  elementType,
  inputOperand,
  NUMBERS,
  outputOperand,
  overwritable,
  walkScratch,
  walkSteps,
} from './elementwise.js';

function planPow(node: NodeContext): Plan {
  node.requireDType(0, ...NUMBERS);
  node.requireDType(1, ...NUMBERS);
  const dtype = elementType(node, 0);
  const exponent = elementType(node, 1);
  const output = { dtype, dims: broadcastOf(node, [0, 1]) };
  return {
    outputs: [output],
    scratch: walkScratch(output),
    inPlace: overwritable(node, [0], output),
    bind: (at) =>
      walkSteps(
        node,
        at,
        outputOperand(output),
        [inputOperand(node, 0), inputOperand(node, 1)],
        ([x, y], out, block) => powBroadcast(node.engine.kernels, dtype, exponent, x!, y!, out, block),
      ),
  };
}

export const POW_OPERATORS: readonly Operator[] = [{ opType: 'Pow', domain: '', plan: planPow }];
