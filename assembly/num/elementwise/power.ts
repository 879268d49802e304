// Powers of two numbers of any types, in float64: x and y are widened, the result is rounded to the type of x, as C++
// does it that computes pow of doubles.

import { pow64 } from '../f64/pow';
import { middleOf, narrow, widen } from './convert';
import { shiftOf, Type } from './types';

const RUN: u32 = 256;
const X: usize = memory.data(2048);
const Y: usize = memory.data(2048);

/** out[i] = x[i·xStep] ^ y[i·yStep], i < len, of type `xType`; steps 0 or 1. In place on x with step 1 is fine. */
export function powerRow(xType: i32, yType: i32, x: usize, y: usize, out: usize, len: u32, xStep: u32, yStep: u32): void {
  const yBytes = <usize>yStep << 3;
  if (yStep == 0) widenToDouble(yType, y, Y, 1);
  while (len > 0) {
    const count = min(len, RUN);
    widenToDouble(xType, x, X, xStep == 0 ? 1 : count);
    if (xStep == 0) for (let i: u32 = 1; i < count; i++) store<f64>(X + (i << 3), load<f64>(X));
    if (yStep != 0) widenToDouble(yType, y, Y, count);
    let at = Y;
    for (let i: u32 = 0; i < count; i++) {
      store<f64>(X + (i << 3), pow64(load<f64>(X + (i << 3)), load<f64>(at)));
      at += yBytes;
    }
    narrow(Type.F64, xType, X, out, count);
    x += count * xStep << shiftOf(xType);
    y += count * yStep << shiftOf(yType);
    out += count << shiftOf(xType);
    len -= count;
  }
}

function widenToDouble(type: i32, from: usize, to: usize, len: u32): void {
  widen(type, from, to, len);
  const middle = middleOf(type);
  if (middle == Type.F64) return;
  for (let i: u32 = 0; i < len; i++) {
    const at = to + (i << 3);
    store<f64>(at, middle == Type.U64 ? <f64>load<u64>(at) : <f64>load<i64>(at));
  }
}
