// Bytes as the typed array of their dtype.

import type { DType } from '../ir/dtype.js';
import type { TensorArray } from './tensor.js';

type Maker = new (buffer: ArrayBufferLike, offset: number, length: number) => TensorArray;

/** Views for dtypes whose elements are whole bytes; packed types are given as bytes. */
const VIEWS: Partial<Record<DType, Maker>> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int8: Int8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
};

/** `bytes` seen as elements of `dtype`; copied if they are not aligned. */
export function asElements(dtype: DType, bytes: Uint8Array): TensorArray {
  const View = VIEWS[dtype] ?? Uint8Array;
  const size = (View as unknown as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT;
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  return new View(aligned.buffer, aligned.byteOffset, Math.floor(aligned.byteLength / size));
}
