// Values as converters need them: parameters with other dims, lists of numbers that are tensors, axes counted from the front.

import { intAttribute } from '../../../ir/attributes.js';
import type { DType } from '../../../ir/dtype.js';
import { onnxCode } from '../../../ir/onnxCodes.js';
import { constantTensor } from './constantTensor.js';
import type { OpScope } from './opScope.js';

/** `value` with the dims `dims`, 0 and -1 as ONNX's Reshape takes them. */
export function reshaped(op: OpScope, value: string, dims: readonly number[], to?: string): string {
  return op.emit('Reshape', [value, op.ints(dims)], {}, to);
}

/** An input with other dims. A parameter gets them where it is stored, so that it stays a weight for those who look for one. */
export function withDims(op: OpScope, argument: string, dims: readonly number[]): string {
  const tensor = op.parameter(argument);
  if (tensor === undefined) return reshaped(op, op.input(argument), dims);
  return op.graph.viewOf(tensor, dims);
}

/** An input without its last dim, which Paddle's first operators over ids want to be 1; any other that is known stays. */
export function withoutLastOne(op: OpScope, argument: string): string {
  const value = op.input(argument);
  const last = op.dims(argument)?.at(-1) ?? -1;
  return last < 0 || last === 1 ? op.emit('Squeeze', [value, op.ints([-1])]) : value;
}

/** `value` as `dtype`. */
export function castTo(op: OpScope, value: string, dtype: DType, to?: string): string {
  return op.emit('Cast', [value], { to: intAttribute(onnxCode(dtype)) }, to);
}

/** A list of whole numbers that Paddle takes as a tensor, as a list of tensors with one element each, or as an attribute, in this
 *  order of preference: as an int64 vector. Undefined where there are none. */
export function vector(
  op: OpScope,
  sources: { readonly tensor?: string; readonly list?: string; readonly attribute?: string },
): string | undefined {
  const { tensor, list, attribute } = sources;
  if (tensor !== undefined && op.has(tensor)) return castTo(op, op.input(tensor), 'int64');
  if (list !== undefined && op.has(list)) {
    const parts = op.inputs(list).map((each) => castTo(op, reshaped(op, each, [1]), 'int64'));
    return parts.length === 1 ? parts[0]! : op.emit('Concat', parts, { axis: intAttribute(0) });
  }
  if (attribute === undefined || !op.attributes.has(attribute)) return undefined;
  return op.ints(op.attributes.ints(attribute));
}

/** Elements up to which a constant is stored; a larger one is filled when the model is used. */
const STORED_ELEMENTS = 4096;

/** A tensor of known dims with `value` everywhere. */
export function filledWith(op: OpScope, dtype: DType, dims: readonly number[], value: number): string {
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (count <= STORED_ELEMENTS) return op.graph.constant(dtype, dims, Array(count).fill(value));
  const fill = constantTensor(op.value('fill'), dtype, [1], [value]);
  return op.emit('ConstantOfShape', [op.ints(dims)], { value: { kind: 'tensor', value: fill } });
}

/** `axis` counted from the front of `rank` dims. */
export function positive(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** Whether the vector is in `names` at all, as tensors. */
export function hasTensors(op: OpScope, ...names: readonly string[]): boolean {
  return names.some((name) => op.has(name));
}
