// Unary operators of float32, element by element.

import { rareF32 } from '../num/elementwise/rare';
import { unary, Unary } from '../num/elementwise/unary';

export function unary_f32(op: i32, xPtr: usize, outPtr: usize, len: u32, a: f32, b: f32, c: f32): void {
  if (op >= Unary.Sin) return rareF32(op, xPtr, outPtr, len);
  for (let i: u32 = 0; i < len; i++) {
    store<f32>(outPtr + (i << 2), unary<f32>(op, load<f32>(xPtr + (i << 2)), a, b, c));
  }
}
