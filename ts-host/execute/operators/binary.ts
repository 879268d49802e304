// Arithmetic on two broadcast tensors.

import { type Binary, binaryBroadcast } from '../../wasm/kernels/execute/binary.js';
import type { ElementType } from '../../wasm/kernels/execute/types.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';
import {
  broadcastOf,
  commonType,
  inputOperand,
  outputOperand,
  overwritable,
  walkScratch,
  walkSteps,
} from './elementwise.js';

const INTEGERS: readonly ElementType[] = [
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
];
const NUMBERS: readonly ElementType[] = ['float32', 'float64', ...INTEGERS];

/** Output 0 = `op` of inputs 0 and 1. */
function planBinary(node: NodeContext, op: Binary, allowed: readonly ElementType[]): Plan {
  const dtype = commonType(node, [0, 1], allowed);
  const output = { dtype, dims: broadcastOf(node, [0, 1]) };
  return {
    outputs: [output],
    scratch: walkScratch(output),
    inPlace: overwritable(node, [0, 1], output),
    bind: (at) =>
      walkSteps(
        node,
        at,
        outputOperand(output),
        [inputOperand(node, 0), inputOperand(node, 1)],
        ([a, b], out, block) => binaryBroadcast(node.engine.kernels, op, dtype, a!, b!, out, block),
      ),
  };
}

function binary(opType: string, op: Binary, allowed = NUMBERS): Operator {
  return { opType, domain: '', plan: (node) => planBinary(node, op, allowed) };
}

export const BINARY_OPERATORS: readonly Operator[] = [
  binary('Add', 'add'),
  binary('Sub', 'sub'),
  binary('Mul', 'mul'),
  binary('Div', 'div'),
];
