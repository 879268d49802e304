// ReduceSum and its kin: any dims go, in passes of one axis each (reduction/views.ts). Axes are an attribute up to opset 17
// (ReduceSum: 12), an input from then on.
//
// A NaN among the elements is their maximum and minimum. Over no elements a sum is 0, a product 1, a maximum the
// lowest and a minimum the highest value of the type (−∞, ∞; false, true), a mean NaN. Integer sums wrap; means, roots and
// logarithms of integers are cut towards zero. Where no axes mean none, each element is a reduction of its own (|x|, x²).

import type { DType } from '../../ir/dtype.js';
import { Fold, type FoldCode, type FoldType, Last } from '../../wasm/kernels/execute/reduce.js';
import type { NodeContext } from '../node.js';
import type { Plan, PlannedOperator } from '../operator.js';
import { planReduction, type Reduction } from '../reduction/reduce.js';
import { passesOf } from '../reduction/views.js';

const FLOATS: readonly DType[] = ['float32', 'float64'];
const NUMBERS: readonly DType[] = [...FLOATS, 'int32', 'int64', 'uint32', 'uint64'];
const ORDERED: readonly DType[] = [...NUMBERS, 'int8', 'uint8', 'bool'];

const reduction = (op: FoldCode, rest: Partial<Reduction> = {}): Reduction => ({
  op,
  last: Last.none,
  mean: false,
  ...rest,
});

export const REDUCE_OPERATORS: readonly PlannedOperator[] = [
  reducer('ReduceSum', NUMBERS, reduction(Fold.sum), 13),
  reducer('ReduceMean', NUMBERS, reduction(Fold.sum, { mean: true })),
  reducer('ReduceMax', ORDERED, reduction(Fold.max)),
  reducer('ReduceMin', ORDERED, reduction(Fold.min)),
  reducer('ReduceProd', NUMBERS, reduction(Fold.product)),
  reducer('ReduceL1', NUMBERS, reduction(Fold.sumAbs)),
  reducer('ReduceL2', NUMBERS, reduction(Fold.sumSquare, { last: Last.root })),
  reducer('ReduceSumSquare', NUMBERS, reduction(Fold.sumSquare)),
  reducer('ReduceLogSum', NUMBERS, reduction(Fold.sum, { last: Last.log })),
  reducer('ReduceLogSumExp', FLOATS, reduction(Fold.max, { logSumExp: true })),
];

function reducer(
  opType: string,
  dtypes: readonly DType[],
  what: Reduction,
  axesInputFrom = 18,
): PlannedOperator {
  return {
    opType,
    domain: '',
    plan: (node) => {
      node.requireDType(0, ...dtypes);
      return planReduce(node, what, axesInputFrom);
    },
  };
}

function planReduce(node: NodeContext, what: Reduction, axesInputFrom: number): Plan {
  const { dtype, dims } = node.input(0);
  const listed = node.opset >= axesInputFrom ? node.optionalInts(1) : node.intList('axes');
  const none = (listed ?? []).length === 0 && node.flag('noop_with_empty_axes');
  const gone = none ? new Set<number>() : reducedDims(node, listed ?? [], dims.length);
  const keep = node.flag('keepdims', true);
  const outputDims = dims.flatMap((dim, i) => (gone.has(i) ? (keep ? [1] : []) : [dim]));
  // Over 0 and 1 the least is the product, also of no elements.
  const chosen = dtype === 'bool' && what.op === Fold.min ? { ...what, op: Fold.product } : what;
  const plan = planReduction(node.engine.kernels, dtype as FoldType, chosen, passesOf(dims, gone));
  return {
    outputs: [{ dtype, dims: outputDims }],
    scratch: plan.scratch,
    bind: (at) => plan.steps(at.input(0), at.output(0), at.scratch),
  };
}

/** The listed dims; all if none is listed. */
function reducedDims(node: NodeContext, listed: readonly number[], rank: number): ReadonlySet<number> {
  if (listed.length === 0) return new Set(Array.from({ length: rank }, (_, i) => i));
  const axes = listed.map((axis) => node.axis(axis, rank));
  const gone = new Set(axes);
  if (gone.size < axes.length) node.fail(`axes [${listed.join(', ')}] name a dim twice`);
  return gone;
}
