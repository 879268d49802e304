// Clip: min(max(x, low), high). Limits are attributes up to opset 10, inputs of one element from 11 on.

import type { Binary } from '../../wasm/kernels/execute/binary.js';
import { unary } from '../../wasm/kernels/execute/unary.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan, Step } from '../operator.js';
import { describeType, sizeOf } from '../value.js';
import { binarySteps } from './binary.js';
import {
  commonType,
  inputOperand,
  NUMBERS,
  outputOperand,
  overwritable,
  unaryPlan,
  walkScratch,
} from './elementwise.js';

const LOW = 1;
const HIGH = 2;

/** The largest finite number: what is beyond a limit that is not given. */
const LARGEST = { float32: 3.4028234663852886e38, float64: Number.MAX_VALUE };

/** A limit of floats, from wherever the operator set has it. */
function limit(node: NodeContext, index: number, attribute: string, fallback: number): number {
  if (node.opset < 11) return node.float(attribute, fallback);
  return node.has(index) ? node.scalar(index) : fallback;
}

function planFloat(node: NodeContext, dtype: 'float32' | 'float64'): Plan {
  const largest = LARGEST[dtype];
  const limits = [limit(node, LOW, 'min', -largest), limit(node, HIGH, 'max', largest)];
  return unaryPlan(node, { dtype, dims: node.input(0).dims }, (x, out, length) =>
    unary(node.engine.kernels, 'clip', dtype, x, out, length, limits),
  );
}

/** Integers are compared with the limits where those are: no float holds every int64. */
function planInteger(node: NodeContext): Plan {
  const output = node.input(0);
  const given: [number, Binary][] = [];
  if (node.has(LOW)) given.push([LOW, 'max']);
  if (node.has(HIGH)) given.push([HIGH, 'min']);
  if (given.length === 0) return { outputs: [output], alias: 0 };
  return {
    outputs: [output],
    scratch: walkScratch(output),
    inPlace: overwritable(node, [0], output),
    bind: (at) =>
      given.flatMap(([index, op], round): Step[] => {
        const source = round === 0 ? inputOperand(node, 0) : outputOperand(output);
        return binarySteps(node, at, op, [source, inputOperand(node, index), outputOperand(output)]);
      }),
  };
}

function planClip(node: NodeContext): Plan {
  const limits = node.opset < 11 ? [] : [LOW, HIGH].filter((index) => node.has(index));
  const dtype = commonType(node, [0, ...limits], NUMBERS);
  for (const index of limits) {
    const type = node.input(index);
    if (sizeOf(type) !== 1) node.fail(`limit ${index} is ${describeType(type)}, needs one element`);
  }
  if (dtype === 'float32' || dtype === 'float64') return planFloat(node, dtype);
  return planInteger(node);
}

export const CLIP_OPERATORS: readonly Operator[] = [{ opType: 'Clip', domain: '', plan: planClip }];
