// GlobalAveragePool, GlobalMaxPool, GlobalLpPool: a reduction over all places of a channel, with ONNX's order of dims and
// with channels last. A NaN among the elements is the maximum. The average of no places is NaN, their maximum −∞.

import { Fold, Last } from '../../wasm/kernels/execute/reduce.js';
import type { NodeContext } from '../node.js';
import type { Plan, PlannedOperator } from '../operator.js';
import { planReduction, type Reduction } from '../reduction/reduce.js';
import { product } from '../reduction/views.js';

const MEAN: Reduction = { op: Fold.sum, last: Last.none, mean: true };
const MAX: Reduction = { op: Fold.max, last: Last.none, mean: false };

export const GLOBAL_POOLS: readonly PlannedOperator[] = ['', 'octavo.nhwc'].flatMap((domain) => [
  { opType: 'GlobalAveragePool', domain, plan: (node) => planPool(node, MEAN) },
  { opType: 'GlobalMaxPool', domain, plan: (node) => planPool(node, MAX) },
  { opType: 'GlobalLpPool', domain, plan: (node) => planPool(node, normOf(node)) },
]);

function normOf(node: NodeContext): Reduction {
  const p = node.int('p', 2);
  if (p === 1) return { op: Fold.sumAbs, last: Last.none, mean: false };
  if (p === 2) return { op: Fold.sumSquare, last: Last.root, mean: false };
  return node.fail(`GlobalLpPool with p = ${p} is not supported; 1 and 2 are`, 'UNSUPPORTED_OP');
}

function planPool(node: NodeContext, reduction: Reduction): Plan {
  node.requireDType(0, 'float32', 'float64');
  const { dtype, dims } = node.input(0);
  if (dims.length < 3) node.fail(`${node.node.opType} needs at least 3 dims, not [${dims.join(', ')}]`);
  const last = node.node.domain === 'octavo.nhwc';
  const places = last ? dims.slice(1, -1) : dims.slice(2);
  const channels = last ? dims.at(-1)! : dims[1]!;
  const ones = places.map(() => 1);
  const view = {
    outer: last ? dims[0]! : dims[0]! * channels,
    axis: product(places),
    inner: last ? channels : 1,
  };
  const plan = planReduction(node.engine.kernels, dtype as 'float32' | 'float64', reduction, [view]);
  return {
    outputs: [{ dtype, dims: last ? [dims[0]!, ...ones, channels] : [dims[0]!, channels, ...ones] }],
    scratch: plan.scratch,
    bind: (at) => plan.steps(at.input(0), at.output(0), at.scratch),
  };
}
