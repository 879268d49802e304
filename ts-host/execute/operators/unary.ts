// Mathematical functions of one tensor, element by element.

import type { ElementType } from '../../wasm/kernels/execute/types.js';
import { unary as runUnary, type Unary } from '../../wasm/kernels/execute/unary.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';
import { commonType, elementType, INTEGERS, SIGNED, UNSIGNED, unaryPlan } from './elementwise.js';
import { INTEGER_PASSES, planPasses } from './integerUnary.js';

/** The kernel's parameters a, b, c of a node. */
export type Parameters = (node: NodeContext) => readonly number[];

const none: Parameters = () => [];

/** Output 0 = `op` of input 0, a float tensor. */
export function planUnary(node: NodeContext, op: Unary, parameters: Parameters = none): Plan {
  node.requireDType(0, 'float32', 'float64');
  const { dtype, dims } = node.input(0);
  const values = parameters(node);
  return unaryPlan(node, { dtype, dims }, (x, out, length) =>
    runUnary(node.engine.kernels, op, dtype as 'float32', x, out, length, values),
  );
}

/** An operator of a float tensor. */
export function unary(opType: string, op: Unary, parameters?: Parameters, domain = ''): Operator {
  return { opType, domain, plan: (node) => planUnary(node, op, parameters) };
}

/** An operator that integers have too. */
function numeric(
  opType: 'Abs' | 'Neg' | 'Relu' | 'Sign',
  op: Unary,
  integers: readonly ElementType[],
): Operator {
  return {
    opType,
    domain: '',
    plan: (node) => {
      const dtype = elementType(node, 0);
      if (!integers.includes(dtype)) return planUnary(node, op);
      const unsigned = UNSIGNED.includes(dtype);
      if (unsigned && opType === 'Abs') return { outputs: [node.input(0)], alias: 0 };
      return planPasses(node, dtype, INTEGER_PASSES[unsigned && opType === 'Sign' ? 'UnsignedSign' : opType]);
    },
  };
}

function bitwise(opType: 'Not' | 'BitwiseNot', allowed: readonly ElementType[]): Operator {
  return {
    opType,
    domain: '',
    plan: (node) => planPasses(node, commonType(node, [0], allowed), INTEGER_PASSES[opType]),
  };
}

export const UNARY_OPERATORS: readonly Operator[] = [
  numeric('Abs', 'abs', INTEGERS),
  numeric('Neg', 'neg', SIGNED),
  numeric('Relu', 'relu', SIGNED),
  numeric('Sign', 'sign', INTEGERS),
  bitwise('Not', ['bool']),
  bitwise('BitwiseNot', INTEGERS),
  unary('Ceil', 'ceil'),
  unary('Floor', 'floor'),
  unary('Round', 'round'),
  unary('Sqrt', 'sqrt'),
  unary('Reciprocal', 'reciprocal'),
  unary('Exp', 'exp'),
  unary('Log', 'log'),
  unary('Erf', 'erf'),
  unary('Sin', 'sin'),
  unary('Cos', 'cos'),
  unary('Tan', 'tan'),
  unary('Asin', 'asin'),
  unary('Acos', 'acos'),
  unary('Atan', 'atan'),
  unary('Sinh', 'sinh'),
  unary('Cosh', 'cosh'),
  unary('Asinh', 'asinh'),
  unary('Acosh', 'acosh'),
  unary('Atanh', 'atanh'),
];
