// Types changed, elements chosen by conditions, classes as vectors.

import { intAttribute, intsAttribute } from '../../../../ir/attributes.js';
import { dtypeAttribute } from '../dtypeAttribute.js';
import { converter, type OperatorConverter } from '../operator.js';
import type { OpScope } from '../opScope.js';
import { castTo, reshaped, withoutLastOne } from '../values.js';

function cast(op: OpScope): void {
  const dtype = dtypeAttribute(op, 'out_dtype');
  if (dtype === undefined) throw op.fail('MALFORMED', 'out_dtype is missing');
  // Codes of a weight are seen as the float32 values that they stand for already.
  if (dtype === 'float32' && op.quantized?.isRead(op.variable('X'))) op.forward('Out', op.input('X'));
  else castTo(op, op.input('X'), dtype, op.output('Out'));
}

/** Places of what is not zero, one a row: ONNX has one a column. */
function places(op: OpScope): void {
  const found = op.emit('NonZero', [op.input('Condition')]);
  op.emit('Transpose', [found], { perm: intsAttribute([1, 0]) }, op.output('Out'));
}

/** 1 at the class, 0 elsewhere, along a new last axis. */
function oneHot(op: OpScope): void {
  const dtype = dtypeAttribute(op, 'dtype') ?? op.dtype('Out');
  const depth = op.has('depth_tensor')
    ? castTo(op, reshaped(op, op.input('depth_tensor'), []), 'int64')
    : op.scalar(op.attributes.int('depth', 1), 'int64');
  const classes = op.type === 'one_hot' ? withoutLastOne(op, 'X') : op.input('X');
  const values = op.graph.constant(dtype, [2], [0, 1]);
  op.emit('OneHot', [classes, depth, values], {}, op.output('Out'));
}

/** Neither NaN nor infinite. */
function finite(op: OpScope): void {
  const x = op.input('X');
  const either = op.emit('Or', [op.emit('IsNaN', [x]), op.emit('IsInf', [x])]);
  op.emit('Not', [either], {}, op.output('Out'));
}

function triangle(op: OpScope): void {
  const upper = intAttribute(Number(!op.attributes.bool('lower', false)));
  const diagonal = op.scalar(op.attributes.int('diagonal', 0), 'int64');
  op.emit('Trilu', [op.input('X'), diagonal], { upper }, op.output('Out'));
}

function count(op: OpScope): void {
  const size = op.emit('Size', [op.input('Input')]);
  if (op.dims('Out')?.length === 1) reshaped(op, size, [1], op.output('Out'));
  else op.emit('Identity', [size], {}, op.output('Out'));
}

export const SELECTIONS: readonly OperatorConverter[] = [
  converter('cast', cast),
  converter('where', (op) => {
    op.emit('Where', [op.input('Condition'), op.input('X'), op.input('Y')], {}, op.output('Out'));
  }),
  converter('where_index', places),
  converter(['one_hot', 'one_hot_v2'], oneHot),
  converter('isfinite_v2', finite),
  converter('tril_triu', triangle),
  converter('size', count),
];
