// Operators that change dims and nothing else.

import { intAttribute, intsAttribute } from '../../../../ir/attributes.js';
import { converter, type OperatorConverter } from '../operator.js';
import type { OpScope } from '../opScope.js';
import { castTo, hasTensors, positive, reshaped, vector } from '../values.js';

function shape(op: OpScope): void {
  castTo(op, op.emit('Shape', [op.input('Input')]), 'int32', op.output('Out'));
}

/** A parameter gets its dims where it is stored: exporters reshape the biases of convolutions, and those stay weights.
 *  The new dims are a tensor, a list of numbers as tensors, or an attribute; 0 and -1 mean what they mean to ONNX. */
function reshape(op: OpScope): void {
  const tensor = op.parameter('X');
  const known = tensor && !hasTensors(op, 'Shape', 'ShapeTensor') && staticDims(op, tensor.dims);
  if (known) {
    op.parameterOutput('Out', tensor, known);
    return;
  }
  const dims = vector(op, { tensor: 'Shape', list: 'ShapeTensor', attribute: 'shape' });
  if (dims === undefined) throw op.fail('MALFORMED', 'the shape is missing');
  op.emit('Reshape', [op.input('X'), dims], {}, op.output('Out'));
}

/** The dims that the attribute makes of `from`. */
function staticDims(op: OpScope, from: readonly number[]): readonly number[] | undefined {
  const dims = op.attributes.ints('shape').map((dim, i) => (dim === 0 ? (from[i] ?? 0) : dim));
  const count = from.reduce((product, dim) => product * dim, 1);
  const others = dims.reduce((product, dim) => (dim === -1 ? product : product * dim), 1);
  const all = dims.map((dim) => (dim === -1 ? count / others : dim));
  return all.reduce((product, dim) => product * dim, 1) === count ? all : undefined;
}

function transpose(op: OpScope): void {
  const perm = intsAttribute(op.attributes.ints('axis'));
  op.emit('Transpose', [op.input('X')], { perm }, op.output('Out'));
}

/** Paddle leaves dims that are not 1 as they are. */
function squeeze(op: OpScope): void {
  const x = op.input('X');
  const tensor = vector(op, { tensor: 'AxesTensor', list: 'AxesTensorList' });
  const axes = op.attributes.ints('axes', []);
  if (tensor !== undefined || axes.length === 0) {
    op.emit('Squeeze', [x, tensor], {}, op.output('Out'));
    return;
  }
  const ones = droppedAxes(op, axes);
  if (ones.length === 0) op.emit('Identity', [x], {}, op.output('Out'));
  else op.emit('Squeeze', [x, op.ints(ones)], {}, op.output('Out'));
}

/** Those of the axes whose dim is 1. Where dims are not known, the rank of the result tells how many they are. */
function droppedAxes(op: OpScope, axes: readonly number[]): readonly number[] {
  const [dims, rank] = [op.dims('X'), op.dims('Out')?.length];
  const dimOf = (axis: number): number => dims?.[positive(axis, dims.length)] ?? -1;
  const [ones, open] = [axes.filter((axis) => dimOf(axis) === 1), axes.filter((axis) => dimOf(axis) === -1)];
  const dropped = dims === undefined || rank === undefined ? axes.length : dims.length - rank;
  if (open.length === 0 || dropped === ones.length) return ones;
  // Where nothing is left, programs of Paddle 2 say [1].
  if (dropped === ones.length + open.length || rank === 1) return [...ones, ...open];
  throw op.unsupported('dims that are not known, of which some are not 1');
}

/** Paddle inserts one axis after the other, ONNX all at once: places count in the result. */
function unsqueeze(op: OpScope): void {
  const x = op.input('X');
  const tensor = vector(op, { tensor: 'AxesTensor', list: 'AxesTensorList' });
  const axes = tensor ?? op.ints(finalPlaces(op, op.attributes.ints('axes')));
  op.emit('Unsqueeze', [x, axes], {}, op.output('Out'));
}

/** Where the inserted axes are at the end. */
function finalPlaces(op: OpScope, axes: readonly number[]): readonly number[] {
  const isAscending = axes.every((axis, i) => axis >= 0 && (i === 0 || axis > axes[i - 1]!));
  if (isAscending || axes.length === 1) return axes;
  const isNew = Array<boolean>(op.rank('X')).fill(false);
  for (const axis of axes) isNew.splice(positive(axis, isNew.length + 1), 0, true);
  return isNew.flatMap((each, place) => (each ? [place] : []));
}

/** Dims start to stop become one. */
function flattenRange(op: OpScope): void {
  const rank = op.rank('X');
  const x = op.input('X');
  const start = op.axis('start_axis', 1, Math.max(rank, 1));
  const stop = op.axis('stop_axis', -1, Math.max(rank, 1));
  const before = Array<number>(start).fill(0);
  const behind = rank === 0 ? [] : op.dims('X')!.slice(stop + 1);
  if (!behind.includes(-1)) {
    reshaped(op, x, [...before, -1, ...behind], op.output('Out'));
    return;
  }
  const sizes = op.emit('Shape', [x], { start: intAttribute(stop + 1) });
  const dims = op.emit('Concat', [op.ints([...before, -1]), sizes], { axis: intAttribute(0) });
  op.emit('Reshape', [x, dims], {}, op.output('Out'));
}

function flatten(op: OpScope): void {
  const axis = intAttribute(op.attributes.int('axis', 1));
  op.emit('Flatten', [op.input('X')], { axis }, op.output('Out'));
}

export const SHAPES: readonly OperatorConverter[] = [
  converter('shape', shape),
  converter(['reshape', 'reshape2'], reshape),
  converter(['transpose', 'transpose2'], transpose),
  converter(['squeeze', 'squeeze2'], squeeze),
  converter(['unsqueeze', 'unsqueeze2'], unsqueeze),
  converter('flatten_contiguous_range', flattenRange),
  converter(['flatten', 'flatten2'], flatten),
];
