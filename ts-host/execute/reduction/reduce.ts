// The steps of a reduction: its passes one after the other, each into scratch memory, and the finish of the last.
//
// A sum is 64 bits wide until it is finished, so a second pass folds float64 or 64-bit integers. Maxima of float32, and
// ln Σ e^x, are in the tensor's own type all along.

import type { KernelExports } from '../../wasm/kernel-exports.js';
import {
  type AxisView,
  Fold,
  type FoldCode,
  type FoldType,
  finish,
  fold,
  foldedBytes,
  Last,
  type LastCode,
} from '../../wasm/kernels/execute/reduce.js';
import { logSumExp } from '../../wasm/kernels/execute/softmax.js';
import type { Step } from '../operator.js';
import type { Address } from '../value.js';
import { piecesOf, wholePiecesOf } from './views.js';

/** What is computed over the dims that go. */
export interface Reduction {
  readonly op: FoldCode;
  /** What is done with the folded result, after a division by the count if it is a mean. */
  readonly last: LastCode;
  readonly mean: boolean;
  /** ln Σ e^x, with `op` as the maximum. */
  readonly logSumExp?: boolean;
}

export interface ReductionPlan {
  readonly scratch: number;
  steps(x: Address, out: Address, scratch: Address): Step[];
}

/** @param passes - see `passesOf` */
export function planReduction(
  kernels: KernelExports,
  dtype: FoldType,
  reduction: Reduction,
  passes: readonly AxisView[],
): ReductionPlan {
  const typed: Pass[] = passes.map((view, index) => ({ view, ...passType(dtype, reduction, index) }));
  const direct = reduction.logSumExp === true || (dtype === 'float32' && reduction.op >= Fold.max);
  // The result of the last pass is the output itself where nothing is left to finish.
  const inScratch = direct ? typed.slice(0, -1) : typed;
  const offsets = [0];
  for (const { view, bytes } of inScratch) {
    offsets.push(offsets.at(-1)! + Math.ceil((view.outer * view.inner * bytes) / 64) * 64);
  }
  const passSteps = reduction.logSumExp ? logSumExpSteps : foldSteps;
  return {
    scratch: offsets.at(-1)!,
    steps: (x, out, scratch) => {
      const to = (index: number): Address => (index < inScratch.length ? scratch + offsets[index]! : out);
      const steps = typed.flatMap((pass, index) =>
        passSteps(kernels, pass, index === 0 ? x : to(index - 1), to(index)),
      );
      if (!direct) steps.push(() => finishLast(kernels, dtype, reduction, passes, to(typed.length - 1), out));
      return steps;
    },
  };
}

interface Pass {
  readonly view: AxisView;
  readonly dtype: FoldType;
  readonly op: FoldCode;
  /** Bytes of an element, and of a result. */
  readonly elementBytes: number;
  readonly bytes: number;
}

const ELEMENT_BYTES: Record<FoldType, number> = {
  float32: 4,
  float64: 8,
  int8: 1,
  uint8: 1,
  bool: 1,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
};
const WIDE: Record<FoldType, FoldType> = {
  float32: 'float64',
  float64: 'float64',
  int8: 'int64',
  int32: 'int64',
  int64: 'int64',
  uint8: 'uint64',
  bool: 'uint64',
  uint32: 'uint64',
  uint64: 'uint64',
};

/** Type and operation of pass `index`: |x| and x² are taken in the first one only. */
function passType(dtype: FoldType, { op, logSumExp }: Reduction, index: number): Omit<Pass, 'view'> {
  if (logSumExp || (dtype === 'float32' && op >= Fold.max)) {
    return { dtype, op, elementBytes: ELEMENT_BYTES[dtype], bytes: ELEMENT_BYTES[dtype] };
  }
  if (index === 0) return { dtype, op, elementBytes: ELEMENT_BYTES[dtype], bytes: foldedBytes(dtype, op) };
  const again = op === Fold.sumAbs || op === Fold.sumSquare ? Fold.sum : op;
  return { dtype: WIDE[dtype], op: again, elementBytes: 8, bytes: 8 };
}

function foldSteps(kernels: KernelExports, pass: Pass, x: Address, out: Address): Step[] {
  const { dtype, op, elementBytes, bytes } = pass;
  return piecesOf(pass.view).map(({ view, from, to, more }) => {
    const [at, result] = [x + from * elementBytes, out + to * bytes];
    return () => fold(kernels, dtype, op, at, result, view, more);
  });
}

function logSumExpSteps(kernels: KernelExports, pass: Pass, x: Address, out: Address): Step[] {
  const { dtype, op, elementBytes, bytes } = pass;
  return wholePiecesOf(pass.view).map(({ view, from, to }) => {
    const [at, result] = [x + from * elementBytes, out + to * bytes];
    return () => {
      if (dtype === 'float32') fold(kernels, dtype, op, at, result, view);
      logSumExp(kernels, dtype as 'float32' | 'float64', at, result, view);
    };
  });
}

function finishLast(
  kernels: KernelExports,
  dtype: FoldType,
  { mean, last, op }: Reduction,
  passes: readonly AxisView[],
  sums: Address,
  out: Address,
): void {
  const { outer, inner } = passes.at(-1)!;
  const count = passes.reduce((size, { axis }) => size * axis, 1);
  // The mean of no integers is 0, of no floats NaN.
  const isFloat = dtype === 'float32' || dtype === 'float64';
  const divisor = mean ? (isFloat ? count : Math.max(1, count)) : 1;
  finish(kernels, dtype, sums, out, outer * inner, divisor, op >= Fold.max ? Last.none : last);
}
