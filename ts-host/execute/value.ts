// What flows between operators.

import type { DType } from '../ir/dtype.js';
import { byteLengthOf, elementCount } from '../ir/tensor.js';

/** A byte address in the executor's memory. Above `wasm/` it is only handed on, never dereferenced. */
export type Address = number;

/** dtype and shape of a tensor whose every dim is known. Row-major, dense. */
export interface TensorType {
  readonly dtype: DType;
  readonly dims: readonly number[];
}

/** A tensor in the executor's memory. */
export interface TensorValue extends TensorType {
  readonly kind: 'tensor';
  readonly address: Address;
}

/** ONNX's sequence: a list of tensors. */
export interface SequenceValue {
  readonly kind: 'sequence';
  readonly items: readonly TensorValue[];
}

/** ONNX's optional without a value. An optional with a value is that value. */
export interface NoneValue {
  readonly kind: 'none';
}

export type Value = TensorValue | SequenceValue | NoneValue;

/** Elements of a tensor. */
export function sizeOf({ dims }: TensorType): number {
  return elementCount(dims);
}

/** Bytes of a tensor. */
export function bytesOf(type: TensorType): number {
  return byteLengthOf(type.dtype, elementCount(type.dims));
}

/** `float32[1, 3, 224, 224]`, for messages. */
export function describeType({ dtype, dims }: TensorType): string {
  return `${dtype}[${dims.join(', ')}]`;
}
