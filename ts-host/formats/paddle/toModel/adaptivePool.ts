// Adaptive pools: output i of an axis is over the inputs ⌊i · in / out⌋ to ⌈(i + 1) · in / out⌉. Where out divides in that is a
// window. Else bins are rectangles, so axes are done one after the other: an average as a product with a matrix of weights, which
// also serves sizes that are not known yet; a maximum bin by bin.

import { intAttribute, intsAttribute } from '../../../ir/attributes.js';
import { isChannelsLast } from './layout.js';
import type { OpScope } from './opScope.js';
import { castTo } from './values.js';
import type { PoolKind } from './windowPool.js';

/** One axis of `x` and what it is to become. */
interface Axis {
  readonly axis: number;
  /** -1 where unknown. */
  readonly size: number;
  readonly count: number;
}

/** Bins of an axis: each is a number in a matrix, or some nodes. */
const MOST_BINS = 4096;

/** Emits the pool of `x`, channels first, to `outputs` sizes. */
export function adaptivePool(
  op: OpScope,
  kind: PoolKind,
  x: string,
  outputs: readonly number[],
  to: string | undefined,
): string {
  const dims = op.dims('X') ?? [];
  const first = isChannelsLast(op, 'data_format') ? 1 : 2;
  if (outputs.some((count) => count < 1 || count > MOST_BINS)) {
    throw op.fail('MALFORMED', `an adaptive pool to [${outputs.join(', ')}]`);
  }
  const axes = outputs.map((count, i): Axis => ({ axis: i + 2, size: dims[i + first] ?? -1, count }));
  if (axes.every(({ size, count }) => size > 0 && size % count === 0)) {
    const steps = intsAttribute(axes.map(({ size, count }) => size / count));
    return op.emit(
      kind === 'max' ? 'MaxPool' : 'AveragePool',
      [x],
      { kernel_shape: steps, strides: steps },
      to,
    );
  }
  const last = axes.length - 1;
  return axes.reduce((value, axis, i) => poolAxis(op, kind, value, axis, i === last ? to : undefined), x);
}

function poolAxis(op: OpScope, kind: PoolKind, value: string, axis: Axis, to: string | undefined): string {
  if (axis.count === 1) return reduceAxis(op, kind, value, axis, to);
  return kind === 'max' ? maximaOfBins(op, value, axis, to) : averagesOfBins(op, value, axis, to);
}

function reduceAxis(op: OpScope, kind: PoolKind, value: string, { axis }: Axis, to?: string): string {
  const attributes = { axes: intsAttribute([axis]), keepdims: intAttribute(1) };
  return op.emit(kind === 'max' ? 'ReduceMax' : 'ReduceMean', [value], attributes, to);
}

function maximaOfBins(op: OpScope, value: string, each: Axis, to: string | undefined): string {
  const { axis, size, count } = each;
  if (size < 0) throw op.unsupported('an adaptive maximum of an input whose size is not known');
  const bins = Array.from({ length: count }, (_, i) => {
    const [start, end] = [Math.floor((i * size) / count), Math.ceil(((i + 1) * size) / count)];
    const part = op.emit('Slice', [value, op.ints([start]), op.ints([end]), op.ints([axis])]);
    return reduceAxis(op, 'max', part, each);
  });
  return op.emit('Concat', bins, { axis: intAttribute(axis) }, to);
}

/** Rows are multiplied from the left, columns from the right. */
function averagesOfBins(op: OpScope, value: string, each: Axis, to: string | undefined): string {
  if (each.axis > 3) throw op.unsupported('an adaptive average of a volume into unequal bins');
  const weights = binWeights(op, value, each);
  if (each.axis === 2) return op.emit('MatMul', [weights, value], {}, to);
  const turned = op.emit('Transpose', [weights], { perm: intsAttribute([1, 0]) });
  return op.emit('MatMul', [value, turned], {}, to);
}

/** [count, size]: 1 / (length of bin i) where an input is in bin i, else 0. */
function binWeights(op: OpScope, value: string, { axis, count }: Axis): string {
  const dtype = op.dtype('X');
  const column = (from: number) =>
    op.graph.constant(
      'int64',
      [count, 1],
      Array.from({ length: count }, (_, i) => from + i),
    );
  const bins = op.ints([count]);
  const size = op.emit('Gather', [op.emit('Shape', [value]), op.ints([axis])]);
  const starts = op.emit('Div', [op.emit('Mul', [column(0), size]), bins]);
  const above = op.emit('Add', [op.emit('Mul', [column(1), size]), op.ints([count - 1])]);
  const ends = op.emit('Div', [above, bins]);
  const [zero, one] = [op.scalar(0, 'int64'), op.scalar(1, 'int64')];
  const places = op.emit('Range', [zero, op.emit('Squeeze', [size]), one]);
  const isInside = op.emit('And', [
    op.emit('GreaterOrEqual', [places, starts]),
    op.emit('Less', [places, ends]),
  ]);
  return op.emit('Div', [castTo(op, isInside, dtype), castTo(op, op.emit('Sub', [ends, starts]), dtype)]);
}
