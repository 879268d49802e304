// Element types as kernels are told them, and the reading and writing of single elements. ts-host/wasm/kernels/execute/
// types.ts has the same list.

export const enum Type {
  Bool,
  U8,
  I8,
  U16,
  I16,
  U32,
  I32,
  U64,
  I64,
  F32,
  F64,
  F16,
  BF16,
}

/** log2 of an element's bytes. */
export function shiftOf(type: i32): i32 {
  if (type <= Type.I8) return 0;
  if (type <= Type.I16 || type >= Type.F16) return 1;
  return type == Type.U64 || type == Type.I64 || type == Type.F64 ? 3 : 2;
}

/** Whether elements of this type are floats of any width. */
export function isFloatType(type: i32): bool {
  return type >= Type.F32;
}
