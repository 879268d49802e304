// Operators of one integer or bool tensor, as one or two binary operators with a number:
//
//   Neg: 0 − x     Relu: max(x, 0)     Abs: max(0 − x, x)     Sign: min(max(x, −1), 1)     Not: x xor 1
//   BitwiseNot: x xor −1

import { type Binary, binaryBroadcast } from '../../wasm/kernels/execute/binary.js';
import type { ElementType } from '../../wasm/kernels/execute/types.js';
import type { NodeContext } from '../node.js';
import type { Addresses, Plan, Step } from '../operator.js';
import {
  inputOperand,
  outputOperand,
  overwritable,
  type WalkOperand,
  walkScratch,
  walkSteps,
} from './elementwise.js';
import { numberBytes, writeNumber } from './number.js';

/** One pass: `x` is the input, `y` what the pass before made, a number is itself. */
type Pass = readonly [Binary, 'x' | 'y' | number, 'x' | number];

export const INTEGER_PASSES = {
  Neg: [['sub', 0, 'x']],
  Relu: [['max', 'x', 0]],
  Abs: [
    ['sub', 0, 'x'],
    ['max', 'y', 'x'],
  ],
  Sign: [
    ['max', 'x', -1],
    ['min', 'y', 1],
  ],
  UnsignedSign: [['min', 'x', 1]],
  Not: [['xor', 'x', 1]],
  BitwiseNot: [['xor', 'x', -1]],
} as const satisfies Readonly<Record<string, readonly Pass[]>>;

/** Output 0 = the passes over input 0. */
export function planPasses(node: NodeContext, dtype: ElementType, passes: readonly Pass[]): Plan {
  const output = { dtype, dims: node.input(0).dims };
  const walk = walkScratch(output);
  const readsAgain = passes.slice(1).some(([, , b]) => b === 'x');
  return {
    outputs: [output],
    scratch: walk + numberBytes,
    inPlace: readsAgain ? [] : overwritable(node, [0], output),
    bind: (at) => passes.flatMap((pass) => passSteps(node, at, output, pass, walk)),
  };
}

function passSteps(
  node: NodeContext,
  at: Addresses,
  output: { readonly dtype: ElementType; readonly dims: readonly number[] },
  [op, a, b]: Pass,
  walk: number,
): Step[] {
  const { dtype } = output;
  const number = { type: { dtype, dims: [] }, bytes: 0, address: () => at.scratch + walk };
  const operand = (of: 'x' | 'y' | number): WalkOperand => {
    if (of === 'x') return inputOperand(node, 0);
    return of === 'y' ? outputOperand(output) : number;
  };
  const steps = walkSteps(node, at, outputOperand(output), [operand(a), operand(b)], ([x, y], out, block) =>
    binaryBroadcast(node.engine.kernels, op, dtype, x!, y!, out, block),
  );
  const value = [a, b].find((of) => typeof of === 'number');
  if (value === undefined) return steps;
  return [() => writeNumber(node.engine, dtype, at.scratch + walk, value as number), ...steps];
}
