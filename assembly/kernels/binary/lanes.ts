// Rows of binary operators in vectors of 16 bytes. An operand that repeats is spread over a vector of its own and read
// again and again, so that one loop serves (row, row), (row, one) and (one, row).

import { Binary } from '../../num/elementwise/binary';
import { shiftOf, Type } from '../../num/elementwise/types';
import { add, div, ifLess, maximum, minimum, mul, sub } from '../../num/wide';

/** An operand that repeats, or the last elements of a row: a, b and out, 16 bytes each. */
const SPREAD: usize = memory.data(32);
const TAIL: usize = memory.data(48);

/** Whether {@link laneRow} knows this operator on this type. */
export function hasLanes(op: i32, type: i32): bool {
  if (op >= Binary.And && op <= Binary.Xor) return true;
  if (type == Type.F32) return op != Binary.Fmod;
  if (type == Type.F64) return op <= Binary.Div;
  if (type == Type.I32 || type == Type.U32) return op <= Binary.Mul;
  return (type == Type.I64 || type == Type.U64) && op <= Binary.Sub;
}

/** out[i] = a[i·aStep] op b[i·bStep], i < len; steps 0 or 1. Only for what {@link hasLanes}. */
export function laneRow(op: i32, type: i32, a: usize, b: usize, out: usize, len: u32, aStep: u32, bStep: u32): void {
  const shift = shiftOf(type);
  const bytes = <usize>len << shift;
  const rest = bytes & 15;
  const whole = bytes - rest;
  if (aStep == 0) a = spread(a, SPREAD, shift);
  if (bStep == 0) b = spread(b, SPREAD + 16, shift);
  const aBytes = aStep << 4;
  const bBytes = bStep << 4;
  if (whole != 0) run(op, type, a, b, out, whole, aBytes, bBytes);
  if (rest == 0) return;
  if (aStep != 0) a = copy(TAIL, a + whole, rest);
  if (bStep != 0) b = copy(TAIL + 16, b + whole, rest);
  run(op, type, a, b, TAIL + 32, 16, 16, 16);
  copy(out + whole, TAIL + 32, rest);
}

function spread(from: usize, to: usize, shift: i32): usize {
  if (shift == 2) v128.store(to, v128.load32_splat(from));
  else if (shift == 3) v128.store(to, v128.load64_splat(from));
  else if (shift == 1) v128.store(to, v128.load16_splat(from));
  else v128.store(to, v128.load8_splat(from));
  return to;
}

/** Copies 1 to 15 bytes; returns `to`. */
function copy(to: usize, from: usize, bytes: usize): usize {
  let at: usize = 0;
  if (bytes & 8) {
    store<u64>(to, load<u64>(from));
    at = 8;
  }
  if (bytes & 4) {
    store<u32>(to + at, load<u32>(from + at));
    at += 4;
  }
  for (; at < bytes; at++) store<u8>(to + at, load<u8>(from + at));
  return to;
}

function run(op: i32, type: i32, a: usize, b: usize, out: usize, bytes: usize, aStep: usize, bStep: usize): void {
  if (op >= Binary.And && op <= Binary.Xor) return bits(op, a, b, out, bytes, aStep, bStep);
  if (type == Type.F32) return floats(op, a, b, out, bytes, aStep, bStep);
  if (type == Type.F64) return doubles(op, a, b, out, bytes, aStep, bStep);
  if (type == Type.I64 || type == Type.U64) return longs(op, a, b, out, bytes, aStep, bStep);
  integers(op, a, b, out, bytes, aStep, bStep);
}

function floats(op: i32, a: usize, b: usize, out: usize, bytes: usize, aStep: usize, bStep: usize): void {
  switch (op) {
    case Binary.Add: return loop(Lane.Add, a, b, out, bytes, aStep, bStep);
    case Binary.Sub: return loop(Lane.Sub, a, b, out, bytes, aStep, bStep);
    case Binary.Mul: return loop(Lane.Mul, a, b, out, bytes, aStep, bStep);
    case Binary.Div: return loop(Lane.Div, a, b, out, bytes, aStep, bStep);
    case Binary.Min: return loop(Lane.Min, a, b, out, bytes, aStep, bStep);
    case Binary.Max: return loop(Lane.Max, a, b, out, bytes, aStep, bStep);
    default: return loop(Lane.PRelu, a, b, out, bytes, aStep, bStep);
  }
}

function doubles(op: i32, a: usize, b: usize, out: usize, bytes: usize, aStep: usize, bStep: usize): void {
  switch (op) {
    case Binary.Add: return loop(Lane.AddF64, a, b, out, bytes, aStep, bStep);
    case Binary.Sub: return loop(Lane.SubF64, a, b, out, bytes, aStep, bStep);
    case Binary.Mul: return loop(Lane.MulF64, a, b, out, bytes, aStep, bStep);
    default: return loop(Lane.DivF64, a, b, out, bytes, aStep, bStep);
  }
}

function integers(op: i32, a: usize, b: usize, out: usize, bytes: usize, aStep: usize, bStep: usize): void {
  switch (op) {
    case Binary.Add: return loop(Lane.AddI32, a, b, out, bytes, aStep, bStep);
    case Binary.Sub: return loop(Lane.SubI32, a, b, out, bytes, aStep, bStep);
    default: return loop(Lane.MulI32, a, b, out, bytes, aStep, bStep);
  }
}

function longs(op: i32, a: usize, b: usize, out: usize, bytes: usize, aStep: usize, bStep: usize): void {
  if (op == Binary.Add) return loop(Lane.AddI64, a, b, out, bytes, aStep, bStep);
  loop(Lane.SubI64, a, b, out, bytes, aStep, bStep);
}

function bits(op: i32, a: usize, b: usize, out: usize, bytes: usize, aStep: usize, bStep: usize): void {
  switch (op) {
    case Binary.And: return loop(Lane.And, a, b, out, bytes, aStep, bStep);
    case Binary.Or: return loop(Lane.Or, a, b, out, bytes, aStep, bStep);
    default: return loop(Lane.Xor, a, b, out, bytes, aStep, bStep);
  }
}

const enum Lane {
  Add, Sub, Mul, Div, Min, Max, PRelu,
  AddF64, SubF64, MulF64, DivF64,
  AddI32, SubI32, MulI32,
  AddI64, SubI64,
  And, Or, Xor,
}

@inline
function loop(op: i32, a: usize, b: usize, out: usize, bytes: usize, aStep: usize, bStep: usize): void {
  const end = out + bytes;
  for (; out < end; out += 16) {
    v128.store(out, lane(op, v128.load(a), v128.load(b)));
    a += aStep;
    b += bStep;
  }
}

@inline
function lane(op: i32, a: v128, b: v128): v128 {
  if (op == Lane.Add) return add<v128>(a, b);
  if (op == Lane.Sub) return sub<v128>(a, b);
  if (op == Lane.Mul) return mul<v128>(a, b);
  if (op == Lane.Div) return div<v128>(a, b);
  if (op == Lane.Min) return minimum<v128>(a, b);
  if (op == Lane.Max) return maximum<v128>(a, b);
  if (op == Lane.PRelu) return ifLess<v128>(a, f32x4.splat(0), mul<v128>(a, b), a);
  if (op == Lane.AddF64) return f64x2.add(a, b);
  if (op == Lane.SubF64) return f64x2.sub(a, b);
  if (op == Lane.MulF64) return f64x2.mul(a, b);
  if (op == Lane.DivF64) return f64x2.div(a, b);
  if (op == Lane.AddI32) return i32x4.add(a, b);
  if (op == Lane.SubI32) return i32x4.sub(a, b);
  if (op == Lane.MulI32) return i32x4.mul(a, b);
  if (op == Lane.AddI64) return i64x2.add(a, b);
  if (op == Lane.SubI64) return i64x2.sub(a, b);
  if (op == Lane.And) return v128.and(a, b);
  if (op == Lane.Or) return v128.or(a, b);
  return v128.xor(a, b);
}
