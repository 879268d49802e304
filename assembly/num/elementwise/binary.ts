// Binary operators on single elements. Integers wrap; nothing traps: a division or remainder by zero gives 0, and the
// lowest integer divided by −1 itself.

import { maximum, minimum } from '../wide';

export const enum Binary {
  Add,
  Sub,
  Mul,
  Div,
  /** The remainder with the sign of the divisor (integers). */
  Mod,
  /** The remainder with the sign of the dividend, as C's fmod. */
  Fmod,
  Min,
  Max,
  And,
  Or,
  Xor,
  ShiftLeft,
  ShiftRight,
  /** a < 0 ? a · b : a. */
  PRelu,
}

/** `op` of two elements; `op` is a constant where this is inlined. */
@inline
export function binary<T>(op: i32, a: T, b: T): T {
  if (op == Binary.Add) return <T>(a + b);
  if (op == Binary.Sub) return <T>(a - b);
  if (op == Binary.Mul) return <T>(a * b);
  if (op == Binary.PRelu) return a < <T>0 ? <T>(a * b) : a;
  if (isFloat<T>()) return floatBinary<T>(op, a, b);
  return integerBinary<T>(op, a, b);
}

@inline
function floatBinary<T>(op: i32, a: T, b: T): T {
  if (op == Binary.Div) return <T>(a / b);
  if (op == Binary.Min) return minimum<T>(a, b);
  if (op == Binary.Max) return maximum<T>(a, b);
  return <T>(<f64>a % <f64>b);
}

@inline
function integerBinary<T>(op: i32, a: T, b: T): T {
  if (op == Binary.Div) return quotient<T>(a, b);
  if (op == Binary.Mod) return modulo<T>(a, b);
  if (op == Binary.Fmod) return remainder<T>(a, b);
  if (op == Binary.Min) return a < b ? a : b;
  if (op == Binary.Max) return a > b ? a : b;
  if (op == Binary.And) return <T>(a & b);
  if (op == Binary.Or) return <T>(a | b);
  if (op == Binary.Xor) return <T>(a ^ b);
  if (op == Binary.ShiftLeft) return <u64>b < <u64>(sizeof<T>() * 8) ? <T>(a << b) : <T>0;
  return <u64>b < <u64>(sizeof<T>() * 8) ? <T>(a >> b) : <T>0;
}

@inline
function quotient<T>(a: T, b: T): T {
  if (b == <T>0) return <T>0;
  if (isSigned<T>() && b == <T>-1) return <T>(<T>0 - a);
  return <T>(a / b);
}

@inline
function remainder<T>(a: T, b: T): T {
  if (b == <T>0 || (isSigned<T>() && b == <T>-1)) return <T>0;
  return <T>(a % b);
}

@inline
function modulo<T>(a: T, b: T): T {
  const rest = remainder<T>(a, b);
  if (!isSigned<T>()) return rest;
  return rest != <T>0 && (rest ^ b) < <T>0 ? <T>(rest + b) : rest;
}
