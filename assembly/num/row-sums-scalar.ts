// num/row-sums.ts in scalar code, for the references.

import { joined, mapped, PRODUCT } from './fold';

const LANES: usize = memory.data(64, 16);

@inline
function lane(i: usize): f64 {
  return load<f64>(LANES + (i << 3));
}

/** Folds the chain of count elements of x − shift, `step` elements apart, onto sum. */
export function chainOf(sum: f64, xPtr: usize, count: usize, step: usize, shift: f64, op: i32): f64 {
  for (let n: usize = 0; n < count; n++) {
    sum = joined<f64>(sum, mapped<f64>(<f64>load<f32>(xPtr + ((n * step) << 2)) - shift, op), op);
  }
  return sum;
}

/** Folds a row of length elements of x − shift, in the order of row-sums.ts. */
export function scalarRow(xPtr: usize, length: usize, shift: f64, op: i32): f64 {
  for (let i: usize = 0; i < 8; i++) store<f64>(LANES + (i << 3), op == PRODUCT ? 1 : 0);
  const whole = length & ~7;
  for (let n: usize = 0; n < whole; n++) {
    const to = LANES + ((n & 7) << 3);
    store<f64>(to, joined<f64>(load<f64>(to), mapped<f64>(<f64>load<f32>(xPtr + (n << 2)) - shift, op), op));
  }
  const even = joined<f64>(joined<f64>(lane(0), lane(4), op), joined<f64>(lane(2), lane(6), op), op);
  const odd = joined<f64>(joined<f64>(lane(1), lane(5), op), joined<f64>(lane(3), lane(7), op), op);
  return chainOf(joined<f64>(even, odd, op), xPtr + (whole << 2), length - whole, 1, shift, op);
}
