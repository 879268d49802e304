// Unary operators of float32, element by element.

import { unary, Unary } from '../num/elementwise/unary';

export function unary_f32(op: i32, xPtr: usize, outPtr: usize, len: u32, a: f32, b: f32, c: f32): void {
  for (let i: u32 = 0; i < len; i++) store<f32>(outPtr + (i << 2), one(op, load<f32>(xPtr + (i << 2)), a, b, c));
}

function one(op: i32, x: f32, a: f32, b: f32, c: f32): f32 {
  switch (op) {
    case Unary.Abs: return unary<f32>(Unary.Abs, x, a, b, c);
    case Unary.Neg: return unary<f32>(Unary.Neg, x, a, b, c);
    case Unary.Ceil: return unary<f32>(Unary.Ceil, x, a, b, c);
    case Unary.Floor: return unary<f32>(Unary.Floor, x, a, b, c);
    case Unary.Round: return unary<f32>(Unary.Round, x, a, b, c);
    case Unary.Sqrt: return unary<f32>(Unary.Sqrt, x, a, b, c);
    case Unary.Reciprocal: return unary<f32>(Unary.Reciprocal, x, a, b, c);
    case Unary.Relu: return unary<f32>(Unary.Relu, x, a, b, c);
    case Unary.LeakyRelu: return unary<f32>(Unary.LeakyRelu, x, a, b, c);
    default: return unary<f32>(Unary.Divide, x, a, b, c);
  }
}
