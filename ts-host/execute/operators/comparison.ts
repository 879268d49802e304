// Comparisons of broadcast tensors, and tests of single elements: tensors of bool.

import { type Compare, compareBroadcast } from '../../wasm/kernels/execute/compare.js';
import type { ElementType } from '../../wasm/kernels/execute/types.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan, Step } from '../operator.js';
import type { TensorType } from '../value.js';
import {
  broadcastOf,
  commonType,
  inputOperand,
  NUMBERS,
  outputOperand,
  walkScratch,
  walkSteps,
} from './elementwise.js';
import { numberBytes, writeNumber } from './number.js';

const FLOATS: readonly ElementType[] = ['float32', 'float64'];

/** Output 0 = a op b of two inputs. */
function planCompare(
  node: NodeContext,
  op: Compare,
  [a, b]: readonly [number, number],
  allowed: readonly ElementType[],
): Plan {
  const dtype = commonType(node, [a, b], allowed);
  const output: TensorType = { dtype: 'bool', dims: broadcastOf(node, [a, b]) };
  return {
    outputs: [output],
    scratch: walkScratch(output),
    bind: (at) =>
      walkSteps(
        node,
        at,
        outputOperand(output),
        [inputOperand(node, a), inputOperand(node, b)],
        ([x, y], out, block) => compareBroadcast(node.engine.kernels, op, dtype, x!, y!, out, block),
      ),
  };
}

/** The same with a number in place of the second input. */
function planCompareNumber(node: NodeContext, op: Compare, number: number): Plan {
  const dtype = commonType(node, [0], FLOATS);
  const output: TensorType = { dtype: 'bool', dims: node.input(0).dims };
  const walk = walkScratch(output);
  return {
    outputs: [output],
    scratch: walk + numberBytes,
    bind: (at) => {
      const address = at.scratch + walk;
      const operand = { type: { dtype, dims: [] }, bytes: 0, address: () => address };
      const steps = walkSteps(
        node,
        at,
        outputOperand(output),
        [inputOperand(node, 0), operand],
        ([x, y], out, block) => compareBroadcast(node.engine.kernels, op, dtype, x!, y!, out, block),
      );
      const prepare: Step = () => writeNumber(node.engine, dtype, address, number);
      return [prepare, ...steps];
    },
  };
}

function planIsInf(node: NodeContext): Plan {
  const positive = node.flag('detect_positive', true);
  const negative = node.flag('detect_negative', true);
  if (positive && negative) return planCompareNumber(node, 'equalMagnitude', Number.POSITIVE_INFINITY);
  if (positive) return planCompareNumber(node, 'equal', Number.POSITIVE_INFINITY);
  if (negative) return planCompareNumber(node, 'equal', Number.NEGATIVE_INFINITY);
  // Nothing is asked for: what no element is.
  return planCompareNumber(node, 'equalMagnitude', -1);
}

const ANY: readonly ElementType[] = ['bool', ...NUMBERS];

function comparison(
  opType: string,
  op: Compare,
  inputs: readonly [number, number],
  allowed = NUMBERS,
): Operator {
  return { opType, domain: '', plan: (node) => planCompare(node, op, inputs, allowed) };
}

export const COMPARISON_OPERATORS: readonly Operator[] = [
  comparison('Equal', 'equal', [0, 1], ANY),
  comparison('Less', 'less', [0, 1]),
  comparison('LessOrEqual', 'lessOrEqual', [0, 1]),
  comparison('Greater', 'less', [1, 0]),
  comparison('GreaterOrEqual', 'lessOrEqual', [1, 0]),
  comparison('IsNaN', 'notEqual', [0, 0], FLOATS),
  { opType: 'IsInf', domain: '', plan: planIsInf },
];
