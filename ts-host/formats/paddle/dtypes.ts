// Paddle's numbers of element types, and of the kinds of variables that are no tensors: one enumeration holds both.

import type { DType } from '../../ir/dtype.js';
import type { PaddleVarKind } from './program.js';

const CODES = {
  bool: 0,
  int16: 1,
  int32: 2,
  int64: 3,
  float16: 4,
  float32: 5,
  float64: 6,
  uint8: 20,
  int8: 21,
  bfloat16: 22,
  complex64: 23,
  complex128: 24,
  float8e4m3fn: 32,
  float8e5m2: 33,
  uint16: 36,
  uint32: 37,
  uint64: 38,
} as const satisfies Partial<Record<DType, number>>;

const DTYPES = new Map<number, DType>(
  (Object.entries(CODES) as [DType, number][]).map(([dtype, code]) => [code, dtype]),
);

/** The element type of a number; undefined for numbers that are none, or came later. */
export function paddleDType(code: number): DType | undefined {
  return DTYPES.get(code);
}

/** Paddle's number of an element type; undefined for types that Paddle does not have. */
export function paddleCode(dtype: DType): number | undefined {
  return (CODES as Partial<Record<DType, number>>)[dtype];
}

const KINDS = {
  tensor: 7,
  selectedRows: 8,
  feed: 9,
  fetch: 10,
  tensorArray: 13,
  reader: 15,
  raw: 17,
} as const satisfies Record<Exclude<PaddleVarKind, number>, number>;

const KIND_NAMES = new Map<number, PaddleVarKind>(
  (Object.entries(KINDS) as [PaddleVarKind, number][]).map(([kind, code]) => [code, kind]),
);

/** What a variable is, by the number in its description. */
export function varKind(code: number): PaddleVarKind {
  return KIND_NAMES.get(code) ?? code;
}

/** The number of a kind of variable. */
export function varKindCode(kind: PaddleVarKind): number {
  return typeof kind === 'number' ? kind : KINDS[kind];
}
