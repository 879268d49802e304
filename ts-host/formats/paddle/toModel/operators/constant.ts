// Tensors that are made: filled, listed, counted.

import { intAttribute } from '../../../../ir/attributes.js';
import type { DType } from '../../../../ir/dtype.js';
import type { Attribute } from '../../../../ir/model.js';
import { constantTensor } from '../constantTensor.js';
import { dtypeAttribute } from '../dtypeAttribute.js';
import { converter, type OperatorConverter } from '../operator.js';
import type { OpScope } from '../opScope.js';
import { castTo, reshaped, vector } from '../values.js';

/** A constant up to this size is stored; a larger one is filled when the model is used. */
const STORED_ELEMENTS = 64;

function valueAttribute(op: OpScope, dtype: DType, value: number): Record<string, Attribute> {
  return { value: { kind: 'tensor', value: constantTensor(op.value('value'), dtype, [1], [value]) } };
}

/** A tensor of `dims`, an int64 vector, with `value` everywhere. */
function filled(op: OpScope, dims: string, dtype: DType, value: number, to: string): void {
  op.emit('ConstantOfShape', [dims], valueAttribute(op, dtype, value), to);
}

const NAMED: ReadonlyMap<string, number> = new Map([
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
]);

/** The value to fill with: text is exact where a float32 is not. */
function fillValue(op: OpScope): number {
  const text = op.attributes.string('str_value', '');
  if (text === '') return op.attributes.float('value', 0);
  return NAMED.get(text) ?? Number(text);
}

function fillConstant(op: OpScope): void {
  const dtype = dtypeAttribute(op, 'dtype') ?? 'float32';
  if (op.has('ValueTensor')) {
    const dims = vector(op, { tensor: 'ShapeTensor', list: 'ShapeTensorList', attribute: 'shape' })!;
    const value = castTo(op, reshaped(op, op.input('ValueTensor'), []), dtype);
    op.emit('Expand', [value, dims], {}, op.output('Out'));
    return;
  }
  const dims = vector(op, { tensor: 'ShapeTensor', list: 'ShapeTensorList' });
  if (dims === undefined) fillStatic(op, op.attributes.ints('shape', []), dtype);
  else filled(op, dims, dtype, fillValue(op), op.output('Out'));
}

function fillStatic(op: OpScope, dims: readonly number[], dtype: DType): void {
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (count > STORED_ELEMENTS) filled(op, op.ints(dims), dtype, fillValue(op), op.output('Out'));
  else op.constantOutput('Out', dtype, dims, Array(count).fill(fillValue(op)));
}

/** Dims as given, but for the one that follows the input: usually the batch. */
function fillBatchLike(op: OpScope): void {
  const { attributes } = op;
  const dims = attributes.ints('shape');
  const at = attributes.int('output_dim_idx', 0);
  const sizes = op.emit('Shape', [op.input('Input')]);
  const size = op.emit('Gather', [sizes, op.ints([attributes.int('input_dim_idx', 0)])]);
  const parts = [dims.slice(0, at), dims.slice(at + 1)].map((each) =>
    each.length === 0 ? [] : [op.ints(each)],
  );
  const all = op.emit('Concat', [...parts[0]!, size, ...parts[1]!], { axis: intAttribute(0) });
  filled(op, all, dtypeAttribute(op, 'dtype') ?? 'float32', fillValue(op), op.output('Out'));
}

/** The dims of X, filled. */
function fillLike(op: OpScope): void {
  const dtype = dtypeAttribute(op, 'dtype') ?? op.dtype('X');
  filled(op, op.emit('Shape', [op.input('X')]), dtype, op.attributes.float('value', 0), op.output('Out'));
}

const LISTS = ['values', 'fp32_values', 'fp64_values', 'int32_values', 'int64_values', 'bool_values'];

/** Elements that are an attribute: its name goes by their type, or not, in different versions. */
export function attributeValues(op: OpScope): readonly number[] {
  const lists = LISTS.map((name) => op.attributes.floats(name, []));
  return lists.find((each) => each.length > 0) ?? [];
}

function assignValue(op: OpScope): void {
  const dims = op.attributes.ints('shape');
  const dtype = dtypeAttribute(op, 'dtype') ?? 'float32';
  op.constantOutput('Out', dtype, dims, attributeValues(op));
}

/** start, start + step, … below end. */
function range(op: OpScope): void {
  const [start, end, step] = ['Start', 'End', 'Step'].map((each) => reshaped(op, op.input(each), []));
  op.emit('Range', [start, end, step], {}, op.output('Out'));
}

/** Num values from Start to Stop, both among them: start + i · (stop − start) / (num − 1). */
function linspace(op: OpScope): void {
  const dtype = dtypeAttribute(op, 'dtype') ?? 'float32';
  const [start, stop] = ['Start', 'Stop'].map((each) => castTo(op, reshaped(op, op.input(each), []), dtype));
  const count = castTo(op, reshaped(op, op.input('Num'), []), 'int64');
  const [zero, one] = [op.scalar(0, 'int64'), op.scalar(1, 'int64')];
  // One value alone has no step: nothing is divided by 0.
  const steps = castTo(op, op.emit('Max', [op.emit('Sub', [count, one]), one]), dtype);
  const step = op.emit('Div', [op.emit('Sub', [stop, start]), steps]);
  const places = castTo(op, op.emit('Range', [zero, count, one]), dtype);
  op.emit('Add', [start, op.emit('Mul', [places, step])], {}, op.output('Out'));
}

/** Elements of a unit matrix, which is stored. */
const LARGEST_EYE = 2 ** 20;

function eye(op: OpScope): void {
  const rows = op.attributes.int('num_rows');
  const given = op.attributes.int('num_columns', -1);
  const columns = given < 0 ? rows : given;
  if (rows * columns > LARGEST_EYE) throw op.unsupported(`a unit matrix of ${rows} × ${columns}`);
  const values = Array.from({ length: rows * columns }, (_, i) =>
    Number(Math.floor(i / columns) === i % columns),
  );
  op.constantOutput('Out', dtypeAttribute(op, 'dtype') ?? 'float32', [rows, columns], values);
}

export const CONSTANTS: readonly OperatorConverter[] = [
  converter('fill_constant', fillConstant),
  converter('fill_constant_batch_size_like', fillBatchLike),
  converter(['fill_any_like', 'fill_zeros_like', 'fill_zeros_like2'], fillLike),
  converter('assign_value', assignValue),
  converter('range', range),
  converter('linspace', linspace),
  converter('eye', eye),
];
