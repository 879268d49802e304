// Cast and CastLike, between all numeric types of 8 bits and more. What does not fit in the target becomes what
// assembly/num/elementwise/convert.ts says.

import type { DType } from '../../ir/dtype.js';
import { dtypeOf } from '../../ir/onnxCodes.js';
import { castElements } from '../../wasm/kernels/execute/cast.js';
import { isElementType } from '../../wasm/kernels/execute/types.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';
import { elementType, unaryPlan } from './elementwise.js';

function planCast(node: NodeContext, to: DType | undefined): Plan {
  const { dims, dtype } = node.input(0);
  if (to === undefined || !isElementType(to)) {
    const name = to ?? `type ${node.int('to')}`;
    return node.fail(`${node.node.opType} to ${name} is not supported`, 'UNSUPPORTED_DTYPE');
  }
  if (to === dtype) return { outputs: [{ dtype, dims }], alias: 0 };
  const from = elementType(node, 0);
  return unaryPlan(node, { dtype: to, dims }, (x, out, length) =>
    castElements(node.engine.kernels, from, to, x, out, length),
  );
}

export const CAST_OPERATORS: readonly Operator[] = [
  { opType: 'Cast', domain: '', acceptsHalf: true, plan: (node) => planCast(node, dtypeOf(node.int('to'))) },
  {
    opType: 'CastLike',
    domain: '',
    acceptsHalf: true,
    plan: (node) => planCast(node, node.input(1).dtype),
  },
];
