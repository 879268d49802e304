// Unary operators of float64, element by element.

import { rare } from '../../num/elementwise/rare';
import { unary, Unary } from '../../num/elementwise/unary';

/** out[i] = op(x[i]), with parameters a, b, c (num/elementwise/unary.ts). In place is fine. */
export function unary_f64(op: i32, xPtr: usize, outPtr: usize, len: u32, a: f64, b: f64, c: f64): void {
  for (let i: u32 = 0; i < len; i++) {
    const x = load<f64>(xPtr + (i << 3));
    store<f64>(outPtr + (i << 3), op >= Unary.Sin ? rare(op, x) : unary<f64>(op, x, a, b, c));
  }
}
