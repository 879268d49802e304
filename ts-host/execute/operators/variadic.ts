// Operators of any number of broadcast tensors: the first two into the output, then each further one.

import type { Binary } from '../../wasm/kernels/execute/binary.js';
import type { ElementType } from '../../wasm/kernels/execute/types.js';
import { unary } from '../../wasm/kernels/execute/unary.js';
import type { NodeContext } from '../node.js';
import type { Addresses, Operator, Plan, Step } from '../operator.js';
import { sizeOf, type TensorType } from '../value.js';
import { binarySteps } from './binary.js';
import {
  broadcastOf,
  commonType,
  elementSteps,
  inputOperand,
  NUMBERS,
  outputOperand,
  overwritable,
  walkScratch,
} from './elementwise.js';

const FLOATS: readonly ElementType[] = ['float32', 'float64'];

function planVariadic(node: NodeContext, op: Binary, allowed: readonly ElementType[], mean: boolean): Plan {
  const count = node.inputCount;
  const inputs = Array.from({ length: count }, (_, index) => index);
  if (count === 0) node.fail(`${node.node.opType} needs an input`, 'GRAPH_INVALID');
  const output = { dtype: commonType(node, inputs, allowed), dims: broadcastOf(node, inputs) };
  if (count === 1) return { outputs: [output], alias: 0 };
  return {
    outputs: [output],
    scratch: walkScratch(output),
    inPlace: overwritable(node, [0, 1].filter(readOnce(node)), output),
    bind: (at) => {
      const steps = foldSteps(node, at, op, output);
      return mean ? [...steps, ...divisionSteps(node, at, output, count)] : steps;
    },
  };
}

/** Whether an input's value is not read again after the first two have been written over. */
function readOnce({ node }: NodeContext): (index: number) => boolean {
  return (index) => !node.inputs.slice(2).includes(node.inputs[index]!);
}

function foldSteps(node: NodeContext, at: Addresses, op: Binary, output: TensorType): Step[] {
  const out = outputOperand(output);
  const steps = binarySteps(node, at, op, [inputOperand(node, 0), inputOperand(node, 1), out]);
  for (let index = 2; index < node.inputCount; index++) {
    steps.push(...binarySteps(node, at, op, [out, inputOperand(node, index), out]));
  }
  return steps;
}

function divisionSteps(node: NodeContext, at: Addresses, output: TensorType, count: number): Step[] {
  const dtype = output.dtype as 'float32' | 'float64';
  const bytes = dtype === 'float32' ? 4 : 8;
  return elementSteps(sizeOf(output), (start, length) => {
    const from = at.output(0) + start * bytes;
    unary(node.engine.kernels, 'divide', dtype, from, from, length, [count]);
  });
}

function variadic(opType: string, op: Binary, allowed: readonly ElementType[], mean = false): Operator {
  return { opType, domain: '', plan: (node) => planVariadic(node, op, allowed, mean) };
}

export const VARIADIC_OPERATORS: readonly Operator[] = [
  variadic('Min', 'min', NUMBERS),
  variadic('Max', 'max', NUMBERS),
  variadic('Sum', 'add', FLOATS),
  variadic('Mean', 'add', FLOATS, true),
];
