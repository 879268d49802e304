// Unary operators of float32, four elements a step. The last vector of a row is computed in a buffer, so that every
// formula is compiled once.

import { rareF32 } from '../../num/elementwise/rare';
import { Unary } from '../../num/elementwise/unary';
import { run } from './loops';

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
