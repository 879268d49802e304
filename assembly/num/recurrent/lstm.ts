// One time step of an LSTM, after x = X·Wᵀ + biases and r = H·Rᵀ are known; gates lie in the order i, o, f, c:
//
//   i = f(x_i + r_i + P_i ⊙ C)        f = f(x_f + r_f + P_f ⊙ C), or 1 − i when they are coupled
//   C' = f ⊙ C + i ⊙ g(x_c + r_c)     o = f(x_o + r_o + P_o ⊙ C')       H' = o ⊙ h(C')
//
// Arguments of f and g are clipped. extra: peepholes [3, hidden] in the order i, o, f. flag: input and forget gates are coupled.

import { ACTIVATIONS, ACTIVATION_BYTES, clipped, put, take, timeOf, unitsOf, word } from './cell';
import { activate } from './gate';
import { add, literal, mul, sub } from '../wide';

export function lstmStep<V>(block: usize, t: i32): void {
  const hidden = word(block, 48);
  const rowBytes = hidden << 2;
  for (let row: usize = 0; row < word(block, 44); row++) {
    const time = timeOf(block, row, t);
    if (time < 0) continue;
    const x = word(block, 0) + <usize>time * word(block, 4) + row * word(block, 8);
    const r = word(block, 12) + row * 4 * rowBytes;
    const h = word(block, 20) + row * rowBytes;
    const c = word(block, 24) + row * rowBytes;
    const y = word(block, 28) == 0 ? 0 : word(block, 28) + <usize>time * word(block, 32) + row * word(block, 36);
    for (let unit: usize = 0; unit < hidden; unit += unitsOf<V>()) {
      const at = unit << 2;
      units<V>(block, x + at, r + at, h + at, c + at, y == 0 ? 0 : y + at, at, rowBytes, hidden - unit);
    }
  }
}

@inline
function units<V>(
  block: usize, x: usize, r: usize, h: usize, c: usize, y: usize, at: usize, rowBytes: usize, count: usize,
): void {
  const sigma = block + ACTIVATIONS;
  const p = word(block, 16);
  const before = take<V>(c, count);
  const input = gate<V>(block, sigma, x, r, p == 0 ? 0 : p + at, before, count);
  const forget = load<i32>(block, 60)
    ? sub<V>(literal<V>(1), input)
    : gate<V>(block, sigma, x + 2 * rowBytes, r + 2 * rowBytes, p == 0 ? 0 : p + at + 2 * rowBytes, before, count);
  const fresh = gate<V>(block, sigma + ACTIVATION_BYTES, x + 3 * rowBytes, r + 3 * rowBytes, 0, before, count);
  const cell = add<V>(mul<V>(forget, before), mul<V>(input, fresh));
  const out = gate<V>(block, sigma, x + rowBytes, r + rowBytes, p == 0 ? 0 : p + at + rowBytes, cell, count);
  const state = mul<V>(out, activate<V>(sigma + 2 * ACTIVATION_BYTES, cell));
  put<V>(c, cell, count);
  put<V>(h, state, count);
  if (y != 0) put<V>(y, state, count);
}

/** activation(clip(x + r + p ⊙ cell)). */
@inline
function gate<V>(block: usize, activation: usize, x: usize, r: usize, p: usize, cell: V, count: usize): V {
  let sum = add<V>(take<V>(x, count), take<V>(r, count));
  if (p != 0) sum = add<V>(sum, mul<V>(take<V>(p, count), cell));
  return activate<V>(activation, clipped<V>(block, sum));
}
