// The loops of unary operators, four elements a step, a function an operator: in one function Binaryen would fold them into
// a single loop that asks for the operator in every step.

import { unary, Unary } from '../../num/elementwise/unary';

/** out[i] = op(x[i]); `bytes` is a multiple of 16. */
export function run(op: i32, x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  switch (op) {
    case Unary.Abs: return abs(x, out, bytes, a, b, c);
    case Unary.Neg: return neg(x, out, bytes, a, b, c);
    case Unary.Ceil: return ceil(x, out, bytes, a, b, c);
    case Unary.Floor: return floor(x, out, bytes, a, b, c);
    case Unary.Round: return round(x, out, bytes, a, b, c);
    case Unary.Sqrt: return sqrt(x, out, bytes, a, b, c);
    case Unary.Reciprocal: return reciprocal(x, out, bytes, a, b, c);
    case Unary.Relu: return relu(x, out, bytes, a, b, c);
    case Unary.LeakyRelu: return leakyRelu(x, out, bytes, a, b, c);
    case Unary.Divide: return divide(x, out, bytes, a, b, c);
    case Unary.Exp: return exp(x, out, bytes, a, b, c);
    case Unary.Log: return log(x, out, bytes, a, b, c);
    case Unary.Tanh: return tanh(x, out, bytes, a, b, c);
    case Unary.Sigmoid: return sigmoid(x, out, bytes, a, b, c);
    case Unary.Erf: return erf(x, out, bytes, a, b, c);
    case Unary.Sign: return sign(x, out, bytes, a, b, c);
    case Unary.Elu: return elu(x, out, bytes, a, b, c);
    case Unary.Threshold: return threshold(x, out, bytes, a, b, c);
    case Unary.HardSigmoid: return hardSigmoid(x, out, bytes, a, b, c);
    case Unary.HardSwish: return hardSwish(x, out, bytes, a, b, c);
    case Unary.Swish: return swish(x, out, bytes, a, b, c);
    case Unary.Mish: return mish(x, out, bytes, a, b, c);
    case Unary.Gelu: return gelu(x, out, bytes, a, b, c);
    case Unary.GeluTanh: return geluTanh(x, out, bytes, a, b, c);
    case Unary.Softplus: return softplus(x, out, bytes, a, b, c);
    case Unary.Softsign: return softsign(x, out, bytes, a, b, c);
    case Unary.Clip: return clip(x, out, bytes, a, b, c);
    default: return shrink(x, out, bytes, a, b, c);
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

function abs(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.Abs, x, out, bytes, a, b, c);
}

function neg(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.Neg, x, out, bytes, a, b, c);
}

function ceil(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.Ceil, x, out, bytes, a, b, c);
}

function floor(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.Floor, x, out, bytes, a, b, c);
}

function round(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.Round, x, out, bytes, a, b, c);
}

function sqrt(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.Sqrt, x, out, bytes, a, b, c);
}

function reciprocal(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.Reciprocal, x, out, bytes, a, b, c);
}

function relu(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.Relu, x, out, bytes, a, b, c);
}

function leakyRelu(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.LeakyRelu, x, out, bytes, a, b, c);
}

function divide(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.Divide, x, out, bytes, a, b, c);
}

function exp(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.Exp, x, out, bytes, a, b, c);
}

function log(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.Log, x, out, bytes, a, b, c);
}

function tanh(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.Tanh, x, out, bytes, a, b, c);
}

function sigmoid(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.Sigmoid, x, out, bytes, a, b, c);
}

function erf(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.Erf, x, out, bytes, a, b, c);
}

function sign(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.Sign, x, out, bytes, a, b, c);
}

function elu(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.Elu, x, out, bytes, a, b, c);
}

function threshold(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.Threshold, x, out, bytes, a, b, c);
}

function hardSigmoid(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.HardSigmoid, x, out, bytes, a, b, c);
}

function hardSwish(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.HardSwish, x, out, bytes, a, b, c);
}

function swish(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.Swish, x, out, bytes, a, b, c);
}

function mish(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.Mish, x, out, bytes, a, b, c);
}

function gelu(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.Gelu, x, out, bytes, a, b, c);
}

function geluTanh(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.GeluTanh, x, out, bytes, a, b, c);
}

function softplus(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.Softplus, x, out, bytes, a, b, c);
}

function softsign(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.Softsign, x, out, bytes, a, b, c);
}

function clip(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.Clip, x, out, bytes, a, b, c);
}

function shrink(x: usize, out: usize, bytes: usize, a: f32, b: f32, c: f32): void {
  loop(Unary.Shrink, x, out, bytes, a, b, c);
}
