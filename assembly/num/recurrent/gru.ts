// One time step of a GRU in two halves; gates lie in the order z, r, h. Between the halves the host multiplies, when the
// reset gate is applied before the product (flag 0):
//
//   z = f(x_z + r_z)     r = f(x_r + r_r)
//   flag 0   r_h = (r ⊙ H)·R_hᵀ            flag 1   r_h = r ⊙ (H·R_hᵀ + b)       extra: b [hidden]
//   H' = (1 − z) ⊙ g(x_h + r_h) + z ⊙ H
//
// Arguments of f and g are clipped. The first half leaves z in r's columns of z, and r ⊙ H in c or r_h in r's columns of h.

import { ACTIVATIONS, ACTIVATION_BYTES, clipped, put, take, timeOf, unitsOf, word } from './cell';
import { activate } from './gate';
import { add, literal, mul, sub } from '../wide';

export function gruGates<V>(block: usize, t: i32): void {
  const hidden = word(block, 48);
  const rowBytes = hidden << 2;
  const after = load<i32>(block, 60);
  const sigma = block + ACTIVATIONS;
  for (let row: usize = 0; row < word(block, 44); row++) {
    const time = timeOf(block, row, t);
    if (time < 0) continue;
    let x = word(block, 0) + <usize>time * word(block, 4) + row * word(block, 8);
    let z = word(block, 12) + row * 3 * rowBytes;
    let from = after ? z + 2 * rowBytes : word(block, 20) + row * rowBytes;
    let to = after ? from : word(block, 24) + row * rowBytes;
    let bias = after ? word(block, 16) : 0;
    for (let unit: usize = 0; unit < hidden; unit += unitsOf<V>()) {
      const count = hidden - unit;
      const update = add<V>(take<V>(x, count), take<V>(z, count));
      const reset = add<V>(take<V>(x + rowBytes, count), take<V>(z + rowBytes, count));
      let gated = take<V>(from, count);
      if (bias != 0) gated = add<V>(gated, take<V>(bias, count));
      put<V>(z, activate<V>(sigma, clipped<V>(block, update)), count);
      put<V>(to, mul<V>(activate<V>(sigma, clipped<V>(block, reset)), gated), count);
      const step = unitsOf<V>() << 2;
      x += step;
      z += step;
      from += step;
      to += step;
      if (bias != 0) bias += step;
    }
  }
}

export function gruState<V>(block: usize, t: i32): void {
  const hidden = word(block, 48);
  const rowBytes = hidden << 2;
  const g = block + ACTIVATIONS + ACTIVATION_BYTES;
  for (let row: usize = 0; row < word(block, 44); row++) {
    const time = timeOf(block, row, t);
    if (time < 0) continue;
    const x = word(block, 0) + <usize>time * word(block, 4) + row * word(block, 8) + 2 * rowBytes;
    const z = word(block, 12) + row * 3 * rowBytes;
    const h = word(block, 20) + row * rowBytes;
    const y = word(block, 28) == 0 ? 0 : word(block, 28) + <usize>time * word(block, 32) + row * word(block, 36);
    for (let unit: usize = 0; unit < hidden; unit += unitsOf<V>()) {
      const at = unit << 2;
      const count = hidden - unit;
      const sum = add<V>(take<V>(x + at, count), take<V>(z + 2 * rowBytes + at, count));
      const fresh = activate<V>(g, clipped<V>(block, sum));
      const update = take<V>(z + at, count);
      const kept = mul<V>(update, take<V>(h + at, count));
      const state = add<V>(mul<V>(sub<V>(literal<V>(1), update), fresh), kept);
      put<V>(h + at, state, count);
      if (y != 0) put<V>(y + at, state, count);
    }
  }
}
