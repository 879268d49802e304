// ONNX element type codes, and which typed list of a TensorProto holds which type.

import { DTYPE_BITS, type DType } from '../../ir/dtype.js';

export const ONNX_STRING = 8;

const CODES: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  complex64: 14,
  complex128: 15,
  bfloat16: 16,
  float8e4m3fn: 17,
  float8e4m3fnuz: 18,
  float8e5m2: 19,
  float8e5m2fnuz: 20,
  uint4: 21,
  int4: 22,
  float4e2m1: 23,
  float8e8m0: 24,
  uint2: 25,
  int2: 26,
};

const DTYPES = new Map<number, DType>(
  (Object.entries(CODES) as [DType, number][]).map(([dtype, code]) => [code, dtype]),
);

/** The ONNX code of an element type. */
export function onnxCode(dtype: DType): number {
  return CODES[dtype];
}

/** The element type of an ONNX code; undefined for STRING, UNDEFINED and codes of a later ONNX. */
export function dtypeOf(code: number): DType | undefined {
  return DTYPES.get(code);
}

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
