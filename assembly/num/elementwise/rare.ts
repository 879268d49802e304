// The rarer functions: one float64 implementation, whose float32 results are right but for double rounding.

import { acosh64, asinh64, atanh64, cosh64, sinh64 } from '../f64/hyperbolic';
import { acos64, asin64, atan64, cos64, sin64, tan64 } from '../f64/trig';
import { Unary } from './unary';

/** `op` of x, from Sin on. */
export function rare(op: i32, x: f64): f64 {
  switch (op) {
    case Unary.Sin: return sin64(x);
    case Unary.Cos: return cos64(x);
    case Unary.Tan: return tan64(x);
    case Unary.Asin: return asin64(x);
    case Unary.Acos: return acos64(x);
    case Unary.Atan: return atan64(x);
    case Unary.Sinh: return sinh64(x);
    case Unary.Cosh: return cosh64(x);
    case Unary.Asinh: return asinh64(x);
    case Unary.Acosh: return acosh64(x);
    default: return atanh64(x);
  }
}

/** out[i] = op(x[i]) in float32. */
export function rareF32(op: i32, x: usize, out: usize, len: u32): void {
  for (let i: u32 = 0; i < len; i++) store<f32>(out + (i << 2), <f32>rare(op, <f64>load<f32>(x + (i << 2))));
}
