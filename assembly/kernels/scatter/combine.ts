// What a scatter makes of an element and the update that meets it. NaN is what onnxruntime gives: a maximum or
// minimum takes the update unless the element is truly beyond it. 16-bit floats are rounded after each update.

import { bf16FromF32, f16FromF32, f32FromBf16, f32FromF16 } from '../../num/half';
import { Type } from '../../num/elementwise/types';

export const enum Reduction {
  None,
  Add,
  Mul,
  Max,
  Min,
}

/** out[i] = out[i] ∘ updates[i]. Bools: add and max are "or", the others "and". */
export function combine(type: i32, reduction: i32, out: usize, updates: usize, len: usize): void {
  switch (type) {
    case Type.Bool: return bools(reduction, out, updates, len);
    case Type.U8: return numbers<u8>(reduction, out, updates, len);
    case Type.I8: return numbers<i8>(reduction, out, updates, len);
    case Type.U16: return numbers<u16>(reduction, out, updates, len);
    case Type.I16: return numbers<i16>(reduction, out, updates, len);
    case Type.U32: return numbers<u32>(reduction, out, updates, len);
    case Type.I32: return numbers<i32>(reduction, out, updates, len);
    case Type.U64: return numbers<u64>(reduction, out, updates, len);
    case Type.I64: return numbers<i64>(reduction, out, updates, len);
    case Type.F32: return numbers<f32>(reduction, out, updates, len);
    case Type.F64: return numbers<f64>(reduction, out, updates, len);
    default: halves(type == Type.F16, reduction, out, updates, len);
  }
}

@inline
function combined<T>(reduction: i32, a: T, b: T): T {
  if (reduction == Reduction.Add) return <T>(a + b);
  if (reduction == Reduction.Mul) return <T>(a * b);
  if (reduction == Reduction.Max) return a > b ? a : b;
  return a < b ? a : b;
}

function numbers<T>(reduction: i32, out: usize, updates: usize, len: usize): void {
  for (let i: usize = 0; i < len; i++) {
    const at = i * sizeof<T>();
    store<T>(out + at, combined<T>(reduction, load<T>(out + at), load<T>(updates + at)));
  }
}

function bools(reduction: i32, out: usize, updates: usize, len: usize): void {
  const either = reduction == Reduction.Add || reduction == Reduction.Max;
  for (let i: usize = 0; i < len; i++) {
    const a = load<u8>(out + i) != 0;
    const b = load<u8>(updates + i) != 0;
    store<u8>(out + i, <u8>(either ? a || b : a && b));
  }
}

function halves(isF16: bool, reduction: i32, out: usize, updates: usize, len: usize): void {
  for (let i: usize = 0; i < len; i++) {
    const a = widened(isF16, load<u16>(out + i * 2));
    const b = widened(isF16, load<u16>(updates + i * 2));
    const bits = reinterpret<u32>(combined<f32>(reduction, a, b));
    store<u16>(out + i * 2, <u16>(isF16 ? f16FromF32(bits) : bf16FromF32(bits)));
  }
}

@inline
function widened(isF16: bool, half: u32): f32 {
  return reinterpret<f32>(isF16 ? f32FromF16(half) : f32FromBf16(half));
}
