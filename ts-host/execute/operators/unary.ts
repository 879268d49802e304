// Operators of one float tensor, element by element.

import { type Unary, unaryF32 } from '../../wasm/kernels/execute/unary.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';
import { unaryPlan } from './elementwise.js';

/** The kernel's parameters of a node. */
type Parameters = (node: NodeContext) => readonly number[];

const none: Parameters = () => [];

function planUnary(node: NodeContext, op: Unary, parameters: Parameters): Plan {
  node.requireDType(0, 'float32');
  const { dtype, dims } = node.input(0);
  const values = parameters(node);
  return unaryPlan(node, { dtype, dims }, (x, out, length) =>
    unaryF32(node.engine.kernels, op, x, out, length, values),
  );
}

function unary(opType: string, op: Unary, parameters = none): Operator {
  return { opType, domain: '', plan: (node) => planUnary(node, op, parameters) };
}

export const UNARY_OPERATORS: readonly Operator[] = [
  unary('Relu', 'relu'),
  unary('Abs', 'abs'),
  unary('Neg', 'neg'),
  unary('Ceil', 'ceil'),
  unary('Floor', 'floor'),
  unary('Round', 'round'),
  unary('Sqrt', 'sqrt'),
  unary('Reciprocal', 'reciprocal'),
  unary('LeakyRelu', 'leakyRelu', (node) => [node.float('alpha', 0.01)]),
];
