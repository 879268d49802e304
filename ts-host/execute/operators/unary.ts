// Mathematical functions of one tensor, element by element.

import { unary as runUnary, type Unary } from '../../wasm/kernels/execute/unary.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';
import { unaryPlan } from './elementwise.js';

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

export const UNARY_OPERATORS: readonly Operator[] = [
  unary('Relu', 'relu'),
  unary('Abs', 'abs'),
  unary('Neg', 'neg'),
  unary('Sign', 'sign'),
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
