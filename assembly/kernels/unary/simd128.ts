// Unary operators of float32, four elements a step. The last vector of a row is computed in a buffer, so that every
// formula is compiled once.

import { rareF32 } from '../../num/elementwise/rare';
import { unary, Unary } from '../../num/elementwise/unary';

/** The elements beyond whole vectors. */
const TAIL: usize = memory.data(16);

/** out[i] = op(x[i]), with parameters a, b, c (num/elementwise/unary.ts). In place is fine. */
export function unary_f32(op: i32, xPtr: usize, outPtr: usize, len: u32, a: f32, b: f32, c: f32): void {
  if (op >= Unary.Sin) return rareF32(op, xPtr, outPtr, len);
  const whole = <usize>(len >> 2) << 4;
  const rest = <usize>(len & 3) << 2;
  if (whole != 0) run(op, xPtr, outPtr, whole, a, b, c);
  if (rest == 0) return;
  for (let at: usize = 0; at < rest; at += 4) store<u32>(TAIL + at, load<u32>(xPtr + whole + at));
  run(op, TAIL, TAIL, 16, a, b, c);
  for (let at: usize = 0; at < rest; at += 4) store<u32>(outPtr + whole + at, load<u32>(TAIL + at));
}

function run(op: i32, x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  switch (op) {
    case Unary.Abs: return loop(Unary.Abs, x, out, bytes, a, b, c);
    case Unary.Neg: return loop(Unary.Neg, x, out, bytes, a, b, c);
    case Unary.Ceil: return loop(Unary.Ceil, x, out, bytes, a, b, c);
    case Unary.Floor: return loop(Unary.Floor, x, out, bytes, a, b, c);
    case Unary.Round: return loop(Unary.Round, x, out, bytes, a, b, c);
    case Unary.Sqrt: return loop(Unary.Sqrt, x, out, bytes, a, b, c);
    case Unary.Reciprocal: return loop(Unary.Reciprocal, x, out, bytes, a, b, c);
    case Unary.Relu: return loop(Unary.Relu, x, out, bytes, a, b, c);
    case Unary.LeakyRelu: return loop(Unary.LeakyRelu, x, out, bytes, a, b, c);
    case Unary.Divide: return loop(Unary.Divide, x, out, bytes, a, b, c);
    case Unary.Exp: return loop(Unary.Exp, x, out, bytes, a, b, c);
    case Unary.Log: return loop(Unary.Log, x, out, bytes, a, b, c);
    case Unary.Tanh: return loop(Unary.Tanh, x, out, bytes, a, b, c);
    case Unary.Sigmoid: return loop(Unary.Sigmoid, x, out, bytes, a, b, c);
    case Unary.Erf: return loop(Unary.Erf, x, out, bytes, a, b, c);
    case Unary.Sign: return loop(Unary.Sign, x, out, bytes, a, b, c);
    case Unary.Elu: return loop(Unary.Elu, x, out, bytes, a, b, c);
    case Unary.Threshold: return loop(Unary.Threshold, x, out, bytes, a, b, c);
    case Unary.HardSigmoid: return loop(Unary.HardSigmoid, x, out, bytes, a, b, c);
    case Unary.HardSwish: return loop(Unary.HardSwish, x, out, bytes, a, b, c);
    case Unary.Swish: return loop(Unary.Swish, x, out, bytes, a, b, c);
    case Unary.Mish: return loop(Unary.Mish, x, out, bytes, a, b, c);
    case Unary.Gelu: return loop(Unary.Gelu, x, out, bytes, a, b, c);
    case Unary.GeluTanh: return loop(Unary.GeluTanh, x, out, bytes, a, b, c);
    case Unary.Softplus: return loop(Unary.Softplus, x, out, bytes, a, b, c);
    case Unary.Softsign: return loop(Unary.Softsign, x, out, bytes, a, b, c);
    case Unary.Clip: return loop(Unary.Clip, x, out, bytes, a, b, c);
    default: return loop(Unary.Shrink, x, out, bytes, a, b, c);
  }
}

@inline
function loop(op: i32, x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  const a4 = f32x4.splat(a);
  const b4 = f32x4.splat(b);
  const c4 = f32x4.splat(c);
  const end = out + bytes;
  for (; out < end; out += 16) {
    v128.store(out, unary<v128>(op, v128.load(x), a4, b4, c4));
    x += 16;
  }
}
