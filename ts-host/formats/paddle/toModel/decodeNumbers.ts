// The elements of a small tensor as numbers: shapes, axes, thresholds that operators take as parameters.

import type { DType } from '../../../ir/dtype.js';

type Decode = (bytes: ArrayBuffer) => ArrayLike<number | bigint>;

const DECODERS: Partial<Record<DType, Decode>> = {
  float32: (bytes) => new Float32Array(bytes),
  float64: (bytes) => new Float64Array(bytes),
  int8: (bytes) => new Int8Array(bytes),
  uint8: (bytes) => new Uint8Array(bytes),
  bool: (bytes) => new Uint8Array(bytes),
  int16: (bytes) => new Int16Array(bytes),
  int32: (bytes) => new Int32Array(bytes),
  int64: (bytes) => new BigInt64Array(bytes),
};

/** The numbers that `bytes` hold; undefined for types that are none of these. */
export function decodeNumbers(dtype: DType, bytes: Uint8Array): readonly number[] | undefined {
  // A copy: bytes of a file begin at any offset.
  return DECODERS[dtype] && Array.from(DECODERS[dtype](new Uint8Array(bytes).buffer), Number);
}
