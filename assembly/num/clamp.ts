// Clamping float32 to [low, high] with NaN kept: x < low gives low, x > high gives high, NaN is neither.

// @ts-ignore: decorator
@inline
export function clampF32(x: f32, low: f32, high: f32): f32 {
  const above = x < low ? low : x;
  return high < above ? high : above;
}

/** The same for four lanes: pmax(x, low) is x < low ? low : x. */
// @ts-ignore: decorator
@inline
export function clampLanes(x: v128, low: v128, high: v128): v128 {
  return f32x4.pmin(f32x4.pmax(x, low), high);
}
