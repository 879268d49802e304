// One time step of a plain recurrent net: H' = f(clip(x + r)), x = X·Wᵀ + biases, r = H·Rᵀ.

import { ACTIVATIONS, clipped, put, take, timeOf, unitsOf, word } from './cell';
import { activate } from './gate';
import { add } from '../wide';

export function simpleStep<V>(block: usize, t: i32): void {
  const hidden = word(block, 48);
  const rowBytes = hidden << 2;
  for (let row: usize = 0; row < word(block, 44); row++) {
    const time = timeOf(block, row, t);
    if (time < 0) continue;
    const x = word(block, 0) + <usize>time * word(block, 4) + row * word(block, 8);
    const r = word(block, 12) + row * rowBytes;
    const h = word(block, 20) + row * rowBytes;
    const y = word(block, 28) == 0 ? 0 : word(block, 28) + <usize>time * word(block, 32) + row * word(block, 36);
    for (let unit: usize = 0; unit < hidden; unit += unitsOf<V>()) {
      const at = unit << 2;
      const count = hidden - unit;
      const sum = add<V>(take<V>(x + at, count), take<V>(r + at, count));
      const state = activate<V>(block + ACTIVATIONS, clipped<V>(block, sum));
      put<V>(h + at, state, count);
      if (y != 0) put<V>(y + at, state, count);
    }
  }
}
