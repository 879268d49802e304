// Small constants as tensors in memory, of any element type that Paddle's attributes can ask for.

import { OctavoError } from '../../../errors.js';
import type { DType } from '../../../ir/dtype.js';
import { bytesData, type Tensor } from '../../../ir/tensor.js';
import { bfloatBits, halfBits } from '../../../passes/raise-opset/constants.js';

type Encode = (values: readonly number[]) => ArrayBufferView;

const ENCODERS: Partial<Record<DType, Encode>> = {
  float32: (values) => Float32Array.from(values),
  float64: (values) => Float64Array.from(values),
  float16: (values) => Uint16Array.from(values, halfBits),
  bfloat16: (values) => Uint16Array.from(values, bfloatBits),
  int8: (values) => Int8Array.from(values),
  uint8: (values) => Uint8Array.from(values),
  int16: (values) => Int16Array.from(values),
  int32: (values) => Int32Array.from(values),
  int64: (values) => BigInt64Array.from(values, (value) => BigInt(Math.trunc(value))),
  bool: (values) => Uint8Array.from(values, Number),
};

/** A tensor of `values`, as many as `dims` ask for, or one that fills it.
 *  @throws OctavoError `UNSUPPORTED_DTYPE` for a type without numbers, `MALFORMED` for a whole number that is none. */
export function constantTensor(
  name: string,
  dtype: DType,
  dims: readonly number[],
  values: readonly number[],
): Tensor {
  const encode = ENCODERS[dtype];
  if (encode === undefined) {
    throw new OctavoError('UNSUPPORTED_DTYPE', `a constant of type ${dtype}`, { tensor: name });
  }
  if (!/float/.test(dtype) && !values.every(Number.isFinite)) {
    throw new OctavoError('MALFORMED', `a constant of type ${dtype} that is not finite`, { tensor: name });
  }
  const { buffer, byteOffset, byteLength } = encode(values);
  return { name, dtype, dims, data: bytesData(new Uint8Array(buffer, byteOffset, byteLength)) };
}
