// Operators that compute codes from codes, element by element or window by window.

import type { OperatorRule } from './use.js';

/** One input. */
export const unary: OperatorRule = () => ({ kind: 'map', data: [0] });

/** Add, Mul: two inputs, one of which may be constant. */
export const arithmetic: OperatorRule = (node, index) => {
  const constants = node.inputs.map((name) => index.constant(name)).filter((tensor) => tensor !== undefined);
  if (constants.some(({ dtype }) => dtype !== 'float32')) return `it computes with ${constants[0]!.dtype}`;
  return { kind: 'map', data: [0, 1], takesConstant: constants.length === 1 };
};

export const concat: OperatorRule = (node, index) =>
  node.inputs.some((name) => index.constant(name) !== undefined)
    ? 'one of its inputs is constant'
    : { kind: 'join', data: node.inputs.map((_, input) => input) };
