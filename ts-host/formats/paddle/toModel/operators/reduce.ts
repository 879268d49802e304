// Sums, means and the like over some axes, or over all.

import { intAttribute, intsAttribute } from '../../../../ir/attributes.js';
import { dtypeAttribute } from '../dtypeAttribute.js';
import { converter, type OperatorConverter } from '../operator.js';
import type { OpScope } from '../opScope.js';
import { castTo, reshaped } from '../values.js';

/** Which axes, and what becomes of them. */
interface Axes {
  /** Undefined: all. */
  readonly axes: readonly number[] | undefined;
  readonly keeps: boolean;
}

function axesOf(op: OpScope, names: { axes: string; keep: string; all: string }): Axes {
  const { attributes } = op;
  const axes = attributes.ints(names.axes, []);
  const isAll = attributes.bool(names.all, false) || axes.length === 0;
  return { axes: isAll ? undefined : axes, keeps: attributes.bool(names.keep, false) };
}

/** Emits one of ONNX's reductions. Of all axes nothing is left, or [1] in programs of before there were tensors of rank 0. */
function reduce(op: OpScope, opType: string, x: string, { axes, keeps }: Axes, to?: string): string {
  const isOne = axes === undefined && !keeps && op.dims('Out')?.length === 1;
  const inner = isOne ? undefined : to;
  const keepdims = intAttribute(Number(keeps));
  const value =
    opType === 'ReduceSum'
      ? op.emit(opType, [x, axes && op.ints(axes)], { keepdims }, inner)
      : op.emit(
          opType,
          [x],
          { keepdims, ...(axes === undefined ? {} : { axes: intsAttribute(axes) }) },
          inner,
        );
  return isOne ? reshaped(op, value, [1], to) : value;
}

const NAMES = { axes: 'dim', keep: 'keep_dim', all: 'reduce_all' };

function reduction(type: string, opType: string): OperatorConverter {
  return converter(type, (op) => {
    const dtype = dtypeAttribute(op, 'out_dtype');
    const isCast = dtype !== undefined && dtype !== op.dtype('X');
    const x = isCast ? castTo(op, op.input('X'), dtype) : op.input('X');
    reduce(op, opType, x, axesOf(op, NAMES), op.output('Out'));
  });
}

/** Bools as numbers: all is the least, any the greatest. */
function ofBools(type: string, opType: string): OperatorConverter {
  return converter(type, (op) => {
    const value = reduce(op, opType, castTo(op, op.input('X'), 'int32'), axesOf(op, NAMES));
    castTo(op, value, 'bool', op.output('Out'));
  });
}

/** (Σ |x|^p)^(1/p); p = ∞ is the largest, p = −∞ the smallest. */
function pNorm(op: OpScope): void {
  const { attributes } = op;
  const order = attributes.float('porder', 2);
  const axes = attributes.bool('asvector', false) ? undefined : [attributes.int('axis', -1)];
  const over: Axes = { axes, keeps: attributes.bool('keepdim', false) };
  const x = op.input('X');
  if (order === 1) reduce(op, 'ReduceL1', x, over, op.output('Out'));
  else if (order === 2) reduce(op, 'ReduceL2', x, over, op.output('Out'));
  else if (Math.abs(order) === Number.POSITIVE_INFINITY) {
    reduce(op, order > 0 ? 'ReduceMax' : 'ReduceMin', op.emit('Abs', [x]), over, op.output('Out'));
  } else {
    if (order === 0) throw op.unsupported('the norm of order 0');
    const power = op.emit('Pow', [op.emit('Abs', [x]), op.scalar(order, op.dtype('X'))]);
    const sum = reduce(op, 'ReduceSum', power, over);
    op.emit('Pow', [sum, op.scalar(1 / order, op.dtype('X'))], {}, op.output('Out'));
  }
}

/** Σ of several tensors. ONNX's Sum takes floats only. */
function sum(op: OpScope): void {
  const values = op.inputs('X');
  if (/float/.test(op.dtype('X'))) {
    op.emit('Sum', values, {}, op.output('Out'));
    return;
  }
  const [first, ...rest] = values;
  if (rest.length === 0) op.emit('Identity', [first], {}, op.output('Out'));
  else {
    rest.reduce(
      (value, each, i) =>
        op.emit('Add', [value, each], {}, i === rest.length - 1 ? op.output('Out') : undefined),
      first!,
    );
  }
}

/** The largest of each group of neighbouring channels. */
function maxout(op: OpScope): void {
  const { attributes } = op;
  const groups = attributes.int('groups');
  const rank = op.rank('X');
  const axis = op.axis('axis', 1, rank);
  const dims = op.dims('X')!;
  if (dims.slice(axis).includes(-1)) throw op.unsupported('dims that are not known');
  const before = Array<number>(axis).fill(0);
  const grouped = [...before, dims[axis]! / groups, groups, ...dims.slice(axis + 1)];
  const parts = reshaped(op, op.input('X'), grouped);
  const over = { axes: intsAttribute([axis + 1]), keepdims: intAttribute(0) };
  op.emit('ReduceMax', [parts], over, op.output('Out'));
}

export const REDUCTIONS: readonly OperatorConverter[] = [
  reduction('reduce_mean', 'ReduceMean'),
  reduction('reduce_sum', 'ReduceSum'),
  reduction('reduce_max', 'ReduceMax'),
  reduction('reduce_min', 'ReduceMin'),
  reduction('reduce_prod', 'ReduceProd'),
  ofBools('reduce_all', 'ReduceMin'),
  ofBools('reduce_any', 'ReduceMax'),
  converter('mean', (op) => {
    reduce(op, 'ReduceMean', op.input('X'), { axes: undefined, keeps: false }, op.output('Out'));
  }),
  converter('logsumexp', (op) => {
    const over = axesOf(op, { axes: 'axis', keep: 'keepdim', all: 'reduce_all' });
    reduce(op, 'ReduceLogSumExp', op.input('X'), over, op.output('Out'));
  }),
  converter('frobenius_norm', (op) => {
    reduce(op, 'ReduceL2', op.input('X'), axesOf(op, NAMES), op.output('Out'));
  }),
  converter('p_norm', pNorm),
  converter('sum', sum),
  converter('maxout', maxout),
];
