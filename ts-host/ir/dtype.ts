// Element types. Sizes are in bits because 4- and 2-bit elements share bytes (low bits first, no row padding).

export const DTYPE_BITS = {
  float32: 32,
  float64: 64,
  float16: 16,
  bfloat16: 16,
  int4: 4,
  uint4: 4,
  int2: 2,
  uint2: 2,
  int8: 8,
  uint8: 8,
  int16: 16,
  uint16: 16,
  int32: 32,
  uint32: 32,
  int64: 64,
  uint64: 64,
  bool: 8,
  complex64: 64,
  complex128: 128,
  float8e4m3fn: 8,
  float8e4m3fnuz: 8,
  float8e5m2: 8,
  float8e5m2fnuz: 8,
  float8e8m0: 8,
  float4e2m1: 4,
} as const;

/** Element type of a tensor whose data is plain bits. Strings are not tensors to Octavo: they pass through. */
export type DType = keyof typeof DTYPE_BITS;

/** The types whose values Octavo can quantize. */
export type FloatDType = 'float32' | 'float64' | 'float16' | 'bfloat16';

export function isFloat(dtype: DType): dtype is FloatDType {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'float16' || dtype === 'bfloat16';
}

/** The integer types a weight can be stored in, with their code ranges. */
export const CODE_RANGE = {
  int2: [-2, 1],
  uint2: [0, 3],
  int4: [-8, 7],
  uint4: [0, 15],
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
} as const;

export type CodeDType = keyof typeof CODE_RANGE;
