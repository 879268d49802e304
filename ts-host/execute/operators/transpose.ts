// Transpose: dims in another order. One that only moves dims of 1 runs nothing.

import { planCopy, stridesOf, widthOf } from '../movement/copy.js';
import { movePlan } from '../movement/plan.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';
import { describeType } from '../value.js';

function transpose(node: NodeContext): Plan {
  const input = node.input(0);
  const rank = input.dims.length;
  const perm = node.intList('perm') ?? Array.from({ length: rank }, (_, d) => rank - 1 - d);
  if (perm.length !== rank || new Set(perm).size < rank || perm.some((d) => d < 0 || d >= rank)) {
    node.fail(`perm [${perm.join(', ')}] is no order of the dims of ${describeType(input)}`);
  }
  const dims = perm.map((d) => input.dims[d]!);
  const strides = stridesOf(input.dims);
  const from = perm.map((d) => strides[d]!);
  const copy = planCopy(widthOf(node, input.dtype), dims, from, stridesOf(dims));
  return movePlan(node, { dtype: input.dtype, dims }, [{ copy, from: 0 }]);
}

export const TRANSPOSES: readonly Operator[] = [
  { opType: 'Transpose', domain: '', acceptsHalf: true, plan: transpose },
];
