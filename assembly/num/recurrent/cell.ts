// What the cells of LSTM, GRU and RNN share: the block that says where everything is, the walk over the rows that still
// have time steps, and parts of vectors. Compiled for V = v128, four hidden units at a time, and for V = f32, one at a
// time: the same operations in the same order.
//
//   block, 32-bit words; addresses and strides in bytes
//    0 x        gates from the input, biases included       20 state h [batch, hidden]       48 hidden
//    4 x time   between its time steps                      24 state c (LSTM), r · h (GRU)   52 time steps
//    8 x row    between its batch rows                      28 y, 0 for none                 56 reverse, 0 or 1
//   12 r        gates from the state [batch, gates·hidden]  32 y time, 36 y row              60 flag (see the cell)
//   16 extra    (see the cell), 0 for none                  40 lengths i32, 0 for none       64 clip, f32
//                                                           44 batch                         68 three activations
//
// An activation is its kind, alpha and beta, 12 bytes. Rows whose length is not above the time step keep their state; in
// reverse, a row starts at its own last step.

import { pmax, pmin, constant, negative } from '../wide';

// @ts-ignore: decorator
@inline export const CLIP: usize = 64;
// @ts-ignore: decorator
@inline export const ACTIVATIONS: usize = 68;
// @ts-ignore: decorator
@inline export const ACTIVATION_BYTES: usize = 12;

@inline
export function word(block: usize, offset: usize): usize {
  return load<u32>(block + offset);
}

/** Hidden units that V holds. */
@inline
export function unitsOf<V>(): usize {
  return isVector<V>() ? 4 : 1;
}

/** The time step of `row` that comes at step `t`, or −1 where the row has ended. */
@inline
export function timeOf(block: usize, row: usize, t: i32): i32 {
  const lengths = word(block, 40);
  const length = lengths == 0 ? load<i32>(block, 52) : load<i32>(lengths + (row << 2));
  if (t >= length) return -1;
  return load<i32>(block, 56) ? length - 1 - t : t;
}

/** The first `count` (at least 1) units at `ptr`; the rest are 0. */
@inline
export function take<V>(ptr: usize, count: usize): V {
  if (isVector<V>()) return count >= 4 ? v128.load(ptr) : takeSome(ptr, count);
  else return load<f32>(ptr);
}

function takeSome(ptr: usize, count: usize): v128 {
  let part = v128.load32_zero(ptr);
  if (count > 1) part = v128.load_lane<u32>(ptr, part, 1, 4);
  if (count > 2) part = v128.load_lane<u32>(ptr, part, 2, 8);
  return part;
}

@inline
export function put<V>(ptr: usize, value: V, count: usize): void {
  if (isVector<V>()) {
    if (count >= 4) v128.store(ptr, value);
    else putSome(ptr, value, count);
  } else store<f32>(ptr, value);
}

function putSome(ptr: usize, value: v128, count: usize): void {
  v128.store_lane<u32>(ptr, value, 0);
  if (count > 1) v128.store_lane<u32>(ptr, value, 1, 4);
  if (count > 2) v128.store_lane<u32>(ptr, value, 2, 8);
}

/** x within [−clip, clip]; NaN stays. */
@inline
export function clipped<V>(block: usize, x: V): V {
  const clip = constant<V>(block + CLIP);
  return pmin<V>(pmax<V>(x, negative<V>(clip)), clip);
}
