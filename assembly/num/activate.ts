// Activations that cost a few instructions, done where a result is still in the cache.
//
//   0  clamp to [p, q]; NaN stays         2  hard sigmoid: clamp(p · x + q, 0, 1)
//   1  x < 0 ? p · x : x                  3  x times hard sigmoid

import { clampF32, clampLanes } from './clamp';

/** The activation that a tile applies itself. */
// @ts-ignore: decorator
@inline export const CLAMP: i32 = 0;

const LEAKY: i32 = 1;
const HARD_SIGMOID: i32 = 2;

export function activateF32(x: f32, activation: i32, p: f32, q: f32): f32 {
  if (activation == CLAMP) return clampF32(x, p, q);
  const scaled = x * p;
  if (activation == LEAKY) return x < 0 ? scaled : x;
  const gate = clampF32(scaled + q, 0, 1);
  return activation == HARD_SIGMOID ? gate : x * gate;
}

/** The same for four lanes. */
export function activateLanes(x: v128, activation: i32, p: f32, q: f32): v128 {
  if (activation == CLAMP) return clampLanes(x, f32x4.splat(p), f32x4.splat(q));
  const scaled = f32x4.mul(x, f32x4.splat(p));
  if (activation == LEAKY) return v128.bitselect(scaled, x, f32x4.lt(x, f32x4.splat(0)));
  const gate = clampLanes(f32x4.add(scaled, f32x4.splat(q)), f32x4.splat(0), f32x4.splat(1));
  return activation == HARD_SIGMOID ? gate : f32x4.mul(x, gate);
}

/** x = activation(x + addend) over `count` floats at xPtr; no addend at address 0. */
export function finishRow(xPtr: usize, addendPtr: usize, count: usize, activation: i32, p: f32, q: f32): void {
  const end = xPtr + (count << 2);
  const vectorEnd = xPtr + ((count & ~3) << 2);
  for (; xPtr < vectorEnd; xPtr += 16) {
    let x = v128.load(xPtr);
    if (addendPtr != 0) {
      x = f32x4.add(x, v128.load(addendPtr));
      addendPtr += 16;
    }
    v128.store(xPtr, activateLanes(x, activation, p, q));
  }
  for (; xPtr < end; xPtr += 4) {
    let x = load<f32>(xPtr);
    if (addendPtr != 0) {
      x += load<f32>(addendPtr);
      addendPtr += 4;
    }
    store<f32>(xPtr, activateF32(x, activation, p, q));
  }
}
