// Which typed list of a TensorProto holds which element type.

import { DTYPE_BITS, type DType } from '../../ir/dtype.js';

export const ONNX_STRING = 8;

/** Field numbers of TensorProto's payloads. */
export const FLOAT_DATA = 4;
export const INT32_DATA = 5;
export const STRING_DATA = 6;
export const INT64_DATA = 7;
export const RAW_DATA = 9;
export const DOUBLE_DATA = 10;
export const UINT64_DATA = 11;

/** The typed list for a type. int32_data also carries the bit patterns of small floats, and whole packed bytes of
 *  2- and 4-bit elements. */
export function typedField(dtype: DType): number {
  if (dtype === 'float32' || dtype === 'complex64') return FLOAT_DATA;
  if (dtype === 'float64' || dtype === 'complex128') return DOUBLE_DATA;
  if (dtype === 'int64') return INT64_DATA;
  if (dtype === 'uint32' || dtype === 'uint64') return UINT64_DATA;
  return INT32_DATA;
}

/** Bytes one entry of the typed list becomes: complex numbers are two entries, packed bytes are one. */
export function entryBytes(dtype: DType): number {
  if (dtype === 'complex64') return 4;
  if (dtype === 'complex128') return 8;
  return Math.max(1, DTYPE_BITS[dtype] / 8);
}
