// Operators that compare the elements along an axis: places of extremes, the largest ones, all in order.

import { intAttribute } from '../../../../ir/attributes.js';
import { dtypeAttribute } from '../dtypeAttribute.js';
import { converter, type OperatorConverter } from '../operator.js';
import type { OpScope } from '../opScope.js';
import { castTo, reshaped, vector } from '../values.js';
import { axisOf } from './join.js';

function placeOf(type: string, opType: string): OperatorConverter {
  return converter(type, async (op) => {
    const isFlat = op.attributes.bool('flatten', false);
    const axis = isFlat ? 0 : await axisOf(op, 'Axis', -1);
    const x = isFlat ? reshaped(op, op.input('X'), [-1]) : op.input('X');
    const keeps = op.attributes.bool('keepdims', false) && !isFlat;
    const attributes = { axis: intAttribute(axis), keepdims: intAttribute(Number(keeps)) };
    const places = op.emit(opType, [x], attributes);
    const shaped =
      isFlat && op.rank('Out') > 0
        ? reshaped(
            op,
            places,
            op.dims('Out')!.map(() => 1),
          )
        : places;
    castTo(op, shaped, dtypeAttribute(op, 'dtype') ?? 'int64', op.output('Out'));
  });
}

/** How many are wanted, as an int64 vector of one. */
function countOf(op: OpScope): string {
  if (op.has('K')) return castTo(op, reshaped(op, op.input('K'), [1]), 'int64');
  return op.ints([op.attributes.int('k', 1)]);
}

function topK(op: OpScope, axis: number, largest: boolean): void {
  const attributes = { axis: intAttribute(axis), largest: intAttribute(Number(largest)) };
  op.emitMany('TopK', [op.input('X'), countOf(op)], [op.output('Out'), op.output('Indices')], attributes);
}

/** All elements in order: as many largest or smallest as there are. */
function argsort(op: OpScope): void {
  const axis = op.attributes.int('axis', -1);
  const isDescending = op.attributes.bool('descending', false);
  const attributes = { axis: intAttribute(axis), largest: intAttribute(Number(isDescending)) };
  const x = op.input('X');
  const size = op.emit('Gather', [op.emit('Shape', [x]), op.ints([axis])]);
  op.emitMany('TopK', [x, size], [op.output('Out'), op.output('Indices')], attributes);
}

function cumulativeSum(op: OpScope): void {
  const { attributes } = op;
  const isFlat = attributes.bool('flatten', false);
  const x = isFlat ? reshaped(op, op.input('X'), [-1]) : op.input('X');
  const axis = isFlat
    ? op.scalar(0, 'int64')
    : (vector(op, { tensor: 'AxisTensor' }) ?? op.scalar(attributes.int('axis', -1), 'int64'));
  const flag = (name: string) => intAttribute(Number(attributes.bool(name, false)));
  op.emit('CumSum', [x, axis], { exclusive: flag('exclusive'), reverse: flag('reverse') }, op.output('Out'));
}

export const ORDERS: readonly OperatorConverter[] = [
  placeOf('arg_max', 'ArgMax'),
  placeOf('arg_min', 'ArgMin'),
  converter('top_k', (op) => topK(op, -1, true)),
  converter('top_k_v2', (op) => topK(op, op.attributes.int('axis', -1), op.attributes.bool('largest', true))),
  converter('argsort', argsort),
  converter('cumsum', cumulativeSum),
];
