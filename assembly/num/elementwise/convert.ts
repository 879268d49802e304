// Elements of any type through three middle ones: i64, u64 and f64 hold every number of every type exactly. What does
// not fit in the target is what C++ compiled for x86-64 gives, which is what other runtimes give:
//
//   float → 8, 16 or 32 bits: truncated to int32, the lowest one if beyond it, of that the low bits are kept
//   float → uint32: the low bits of the same in int64;   float → int64: truncated, the lowest one if beyond
//   float → uint64: below 2^63 as int64, from there up x − 2^63 as int64 plus 2^63
//   integer → narrower integer: the low bits;   anything → bool: is not zero (NaN is not)

import { bf16FromF32, f16FromF32, f32FromBf16, f32FromF16, f32FromF64 } from '../half';
import { Type } from './types';

const I32_LOWEST: i64 = -2147483648;

/** f64, i64 or u64: the middle type for elements of `type`. */
@inline
export function middleOf(type: i32): i32 {
  return type >= Type.F32 ? Type.F64 : type == Type.U64 ? Type.U64 : Type.I64;
}

/** mid[i] = x[i] in the middle type of `type`. */
export function widen(type: i32, xPtr: usize, midPtr: usize, len: u32): void {
  switch (type) {
    case Type.Bool:
    case Type.U8: return widenIntegers<u8>(xPtr, midPtr, len);
    case Type.I8: return widenIntegers<i8>(xPtr, midPtr, len);
    case Type.U16: return widenIntegers<u16>(xPtr, midPtr, len);
    case Type.I16: return widenIntegers<i16>(xPtr, midPtr, len);
    case Type.U32: return widenIntegers<u32>(xPtr, midPtr, len);
    case Type.I32: return widenIntegers<i32>(xPtr, midPtr, len);
    case Type.F32: {
      for (let i: u32 = 0; i < len; i++) store<f64>(midPtr + (i << 3), <f64>load<f32>(xPtr + (i << 2)));
      return;
    }
    case Type.F16: {
      for (let i: u32 = 0; i < len; i++) storeFloat(midPtr + (i << 3), f32FromF16(load<u16>(xPtr + (i << 1))));
      return;
    }
    case Type.BF16: {
      for (let i: u32 = 0; i < len; i++) storeFloat(midPtr + (i << 3), f32FromBf16(load<u16>(xPtr + (i << 1))));
      return;
    }
    default: memory.copy(midPtr, xPtr, len << 3);
  }
}

/** out[i] = mid[i] as `type`; `middle` says what mid holds. */
export function narrow(middle: i32, type: i32, midPtr: usize, outPtr: usize, len: u32): void {
  if (middle == Type.F64) narrowFrom<f64>(type, midPtr, outPtr, len);
  else if (middle == Type.U64) narrowFrom<u64>(type, midPtr, outPtr, len);
  else narrowFrom<i64>(type, midPtr, outPtr, len);
}

@inline
function narrowFrom<M>(type: i32, midPtr: usize, outPtr: usize, len: u32): void {
  switch (type) {
    case Type.Bool: {
      for (let i: u32 = 0; i < len; i++) store<u8>(outPtr + i, <u8>(load<M>(midPtr + (i << 3)) != 0));
      return;
    }
    case Type.U8:
    case Type.I8: return narrowTo<M, u8>(midPtr, outPtr, len);
    case Type.U16:
    case Type.I16: return narrowTo<M, u16>(midPtr, outPtr, len);
    case Type.U32: return narrowTo<M, u32>(midPtr, outPtr, len);
    case Type.I32: return narrowTo<M, i32>(midPtr, outPtr, len);
    case Type.U64: return narrowTo<M, u64>(midPtr, outPtr, len);
    case Type.I64: return narrowTo<M, i64>(midPtr, outPtr, len);
    case Type.F32: return narrowTo<M, f32>(midPtr, outPtr, len);
    case Type.F64: return narrowTo<M, f64>(midPtr, outPtr, len);
    case Type.F16: {
      for (let i: u32 = 0; i < len; i++) {
        store<u16>(outPtr + (i << 1), <u16>f16FromF32(reinterpret<u32>(<f32>load<M>(midPtr + (i << 3)))));
      }
      return;
    }
    default: {
      for (let i: u32 = 0; i < len; i++) {
        store<u16>(outPtr + (i << 1), <u16>bf16FromF32(reinterpret<u32>(<f32>load<M>(midPtr + (i << 3)))));
      }
    }
  }
}

@inline
function narrowTo<M, T>(midPtr: usize, outPtr: usize, len: u32): void {
  for (let i: u32 = 0; i < len; i++) {
    const x = load<M>(midPtr + (i << 3));
    const to = outPtr + i * sizeof<T>();
    if (!isFloat<M>() || sizeof<T>() == 8 && isFloat<T>()) store<T>(to, <T>x);
    else if (isFloat<T>()) store<u32>(to, f32FromF64(<f64>x));
    else store<T>(to, <T>integerOf<T>(<f64>x));
  }
}

/** x as an integer whose low bits are the T that x becomes. */
@inline
function integerOf<T>(x: f64): i64 {
  if (sizeof<T>() == 8 && !isSigned<T>() && x >= 9223372036854775808.0) {
    return toI64(x - 9223372036854775808.0) ^ i64.MIN_VALUE;
  }
  const whole = toI64(x);
  if (sizeof<T>() == 8 || sizeof<T>() == 4 && !isSigned<T>()) return whole;
  return whole == <i64>(<i32>whole) ? whole : I32_LOWEST;
}

/** Truncated; the lowest integer for what is beyond, and for NaN. */
@inline
function toI64(x: f64): i64 {
  return x >= -9223372036854775808.0 && x < 9223372036854775808.0 ? <i64>x : i64.MIN_VALUE;
}

@inline
function widenIntegers<T>(xPtr: usize, midPtr: usize, len: u32): void {
  for (let i: u32 = 0; i < len; i++) store<i64>(midPtr + (i << 3), <i64>load<T>(xPtr + i * sizeof<T>()));
}

@inline
function storeFloat(to: usize, bits: u32): void {
  store<f64>(to, <f64>reinterpret<f32>(bits));
}
