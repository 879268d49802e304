// Dropout as inference knows it: nothing changes. A mask that is wanted is true everywhere.

import { binaryBroadcast } from '../../wasm/kernels/execute/binary.js';
import type { Width } from '../../wasm/kernels/execute/copy.js';
import { copySteps, planFlatCopy, scratchOf } from '../movement/copy.js';
import type { NodeContext } from '../node.js';
import type { Addresses, Operator, Plan, Step } from '../operator.js';
import { type Address, bytesOf, sizeOf, type TensorType } from '../value.js';
import { elementType, outputOperand, walkScratch, walkSteps } from './elementwise.js';
import { numberBytes, writeNumber } from './number.js';

const MASK = 1;

function planDropout(node: NodeContext): Plan {
  if (node.has(2) && node.scalar(2) !== 0) {
    node.fail('Dropout in training mode is random: not supported', 'UNSUPPORTED_OP');
  }
  const output = node.input(0);
  if (node.outputCount < 2 || !node.wants(MASK)) return { outputs: [output], alias: 0 };
  const mask: TensorType = { dtype: 'bool', dims: output.dims };
  const width = bytesOf({ dtype: elementType(node, 0), dims: [] }) as Width;
  const copy = planFlatCopy(width, sizeOf(output));
  return {
    outputs: [output, mask],
    reads: [0],
    scratch: Math.max(walkScratch(mask) + numberBytes, scratchOf([copy])),
    bind: (at) => [
      ...(copy === undefined ? [] : copySteps(node.engine, at.scratch, [{ copy, ...between(at) }])),
      ...fillSteps(node, at, mask),
    ],
  };
}

function between(at: Addresses): { source: Address; target: Address } {
  return { source: at.input(0), target: at.output(0) };
}

/** true or true, everywhere. */
function fillSteps(node: NodeContext, at: Addresses, mask: TensorType): Step[] {
  const address = at.scratch + walkScratch(mask);
  const yes = { type: { dtype: 'bool', dims: [] } as const, bytes: 1, address: () => address };
  const target = { ...outputOperand(mask), address: () => at.output(MASK) };
  const steps = walkSteps(node, at, target, [yes, yes], ([a, b], out, block) =>
    binaryBroadcast(node.engine.kernels, 'or', 'bool', a!, b!, out, block),
  );
  return [() => writeNumber(node.engine, 'bool', address, 1), ...steps];
}

export const DROPOUT_OPERATORS: readonly Operator[] = [
  { opType: 'Dropout', domain: '', acceptsHalf: true, plan: planDropout },
];
