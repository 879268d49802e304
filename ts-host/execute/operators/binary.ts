// Arithmetic and logic on broadcast tensors of one type.

import { type Binary, binaryBroadcast } from '../../wasm/kernels/execute/binary.js';
import { countNonzero } from '../../wasm/kernels/execute/patterns.js';
import type { ElementType } from '../../wasm/kernels/execute/types.js';
import type { NodeContext } from '../node.js';
import type { Addresses, Operator, Plan, Step } from '../operator.js';
import { bytesOf, sizeOf } from '../value.js';
import {
  broadcastOf,
  commonType,
  elementSteps,
  INTEGERS,
  inputOperand,
  NUMBERS,
  outputOperand,
  overwritable,
  UNSIGNED,
  type WalkOperand,
  walkScratch,
  walkSteps,
} from './elementwise.js';

/** Steps of output = a op b. */
export function binarySteps(
  node: NodeContext,
  at: Addresses,
  op: Binary,
  [a, b, output]: readonly [WalkOperand, WalkOperand, WalkOperand],
): Step[] {
  const type = output.type.dtype as ElementType;
  return walkSteps(node, at, output, [a, b], ([x, y], out, block) =>
    binaryBroadcast(node.engine.kernels, op, type, x!, y!, out, block),
  );
}

/** Output 0 = `op` of inputs 0 and 1. */
function planBinary(node: NodeContext, op: Binary, allowed: readonly ElementType[]): Plan {
  const dtype = commonType(node, [0, 1], allowed);
  const output = { dtype, dims: broadcastOf(node, [0, 1]) };
  const divides = (op === 'div' || op === 'mod' || op === 'fmod') && !dtype.startsWith('float');
  return {
    outputs: [output],
    scratch: walkScratch(output),
    inPlace: overwritable(node, [0, 1], output),
    bind: (at) => [
      ...(divides && sizeOf(output) > 0 ? divisorSteps(node, at) : []),
      ...binarySteps(node, at, op, [inputOperand(node, 0), inputOperand(node, 1), outputOperand(output)]),
    ],
  };
}

/** Looks for zeros in input 1, integers that others are divided by. The kernel itself would give 0 for them. */
function divisorSteps(node: NodeContext, at: Addresses): Step[] {
  const type = node.input(1);
  const bytes = bytesOf({ ...type, dims: [] });
  return elementSteps(sizeOf(type), (start, length) => {
    const found = countNonzero(node.engine, at.input(1) + start * bytes, length, bytes, false);
    if (found < length) node.fail('an integer is divided by 0', 'INVALID_ARGUMENT');
  });
}

function binary(opType: string, op: Binary, allowed = NUMBERS): Operator {
  return { opType, domain: '', plan: (node) => planBinary(node, op, allowed) };
}

/** fmod takes the sign of the dividend, as floats must; without it integers take that of the divisor. */
function planMod(node: NodeContext): Plan {
  const fmod = node.flag('fmod');
  const isFloat = node.input(0).dtype.startsWith('float');
  if (isFloat && !fmod) node.fail('Mod of floats needs fmod = 1', 'GRAPH_INVALID');
  return planBinary(node, fmod ? 'fmod' : 'mod', NUMBERS);
}

function planShift(node: NodeContext): Plan {
  const direction = node.string('direction');
  if (direction !== 'LEFT' && direction !== 'RIGHT') {
    node.fail(`direction is "${direction}", must be "LEFT" or "RIGHT"`, 'GRAPH_INVALID');
  }
  return planBinary(node, direction === 'LEFT' ? 'shiftLeft' : 'shiftRight', UNSIGNED);
}

/** The slope broadcasts to the input, never the other way. */
function planPRelu(node: NodeContext): Plan {
  const x = node.input(0);
  const dims = broadcastOf(node, [0, 1]);
  if (dims.length !== x.dims.length || dims.some((dim, d) => dim !== x.dims[d])) {
    node.fail(`slope [${node.input(1).dims.join(', ')}] does not broadcast to [${x.dims.join(', ')}]`);
  }
  return planBinary(node, 'prelu', NUMBERS);
}

export const BINARY_OPERATORS: readonly Operator[] = [
  binary('Add', 'add'),
  binary('Sub', 'sub'),
  binary('Mul', 'mul'),
  binary('Div', 'div'),
  { opType: 'Mod', domain: '', plan: planMod },
  { opType: 'PRelu', domain: '', plan: planPRelu },
  { opType: 'BitShift', domain: '', plan: planShift },
  binary('And', 'and', ['bool']),
  binary('Or', 'or', ['bool']),
  binary('Xor', 'xor', ['bool']),
  binary('BitwiseAnd', 'and', INTEGERS),
  binary('BitwiseOr', 'or', INTEGERS),
  binary('BitwiseXor', 'xor', INTEGERS),
];
