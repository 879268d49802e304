// ONNX's numbers of element types. They are part of the operators' semantics (attribute `to` of Cast), so the IR knows them.

import type { DType } from './dtype.js';

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
