// Types below 64 bits that have no loops of their own are computed in i64: wide enough for every operand, and the low
// bits of a result are the result that wraps.

import { binary, Binary } from './binary';
import { Type } from './types';

/** out[i] = a[i·aStep] op b[i·bStep] for 64-bit integers; steps in bytes. `type` tells U64 from the signed. */
export function binaryWide(op: i32, type: i32, a: usize, b: usize, out: usize, len: u32, aStep: usize, bStep: usize): void {
  const unsigned = type == Type.U64;
  switch (op) {
    case Binary.Add: return loop<i64>(Binary.Add, a, b, out, len, aStep, bStep);
    case Binary.Sub: return loop<i64>(Binary.Sub, a, b, out, len, aStep, bStep);
    case Binary.Mul: return loop<i64>(Binary.Mul, a, b, out, len, aStep, bStep);
    case Binary.Div:
      if (unsigned) return loop<u64>(Binary.Div, a, b, out, len, aStep, bStep);
      return loop<i64>(Binary.Div, a, b, out, len, aStep, bStep);
    case Binary.Mod:
      if (unsigned) return loop<u64>(Binary.Mod, a, b, out, len, aStep, bStep);
      return loop<i64>(Binary.Mod, a, b, out, len, aStep, bStep);
    case Binary.Fmod:
      if (unsigned) return loop<u64>(Binary.Fmod, a, b, out, len, aStep, bStep);
      return loop<i64>(Binary.Fmod, a, b, out, len, aStep, bStep);
    case Binary.Min:
      if (unsigned) return loop<u64>(Binary.Min, a, b, out, len, aStep, bStep);
      return loop<i64>(Binary.Min, a, b, out, len, aStep, bStep);
    case Binary.Max:
      if (unsigned) return loop<u64>(Binary.Max, a, b, out, len, aStep, bStep);
      return loop<i64>(Binary.Max, a, b, out, len, aStep, bStep);
    case Binary.And: return loop<i64>(Binary.And, a, b, out, len, aStep, bStep);
    case Binary.Or: return loop<i64>(Binary.Or, a, b, out, len, aStep, bStep);
    case Binary.Xor: return loop<i64>(Binary.Xor, a, b, out, len, aStep, bStep);
    case Binary.ShiftLeft: return loop<u64>(Binary.ShiftLeft, a, b, out, len, aStep, bStep);
    case Binary.ShiftRight: return loop<u64>(Binary.ShiftRight, a, b, out, len, aStep, bStep);
    default:
      if (unsigned) return loop<u64>(Binary.PRelu, a, b, out, len, aStep, bStep);
      return loop<i64>(Binary.PRelu, a, b, out, len, aStep, bStep);
  }
}

/** The same for float64. */
export function binaryF64(op: i32, a: usize, b: usize, out: usize, len: u32, aStep: usize, bStep: usize): void {
  switch (op) {
    case Binary.Add: return loop<f64>(Binary.Add, a, b, out, len, aStep, bStep);
    case Binary.Sub: return loop<f64>(Binary.Sub, a, b, out, len, aStep, bStep);
    case Binary.Mul: return loop<f64>(Binary.Mul, a, b, out, len, aStep, bStep);
    case Binary.Div: return loop<f64>(Binary.Div, a, b, out, len, aStep, bStep);
    case Binary.Min: return loop<f64>(Binary.Min, a, b, out, len, aStep, bStep);
    case Binary.Max: return loop<f64>(Binary.Max, a, b, out, len, aStep, bStep);
    case Binary.PRelu: return loop<f64>(Binary.PRelu, a, b, out, len, aStep, bStep);
    default: return loop<f64>(Binary.Fmod, a, b, out, len, aStep, bStep);
  }
}

@inline
function loop<T>(op: i32, a: usize, b: usize, out: usize, len: u32, aStep: usize, bStep: usize): void {
  for (let i: u32 = 0; i < len; i++) {
    store<T>(out, binary<T>(op, load<T>(a), load<T>(b)));
    a += aStep;
    b += bStep;
    out += 8;
  }
}
