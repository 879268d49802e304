// One pass of a resize over [outer, A, B, inner]: along A, along B, or along both at once. Axes before and behind are merged
// into outer and inner, so any set of axes of a tensor in any layout is a few passes. Written word by word by
// ts-host/wasm/kernels/execute/resize.ts.

@unmanaged
export class ResizePass {
  aExtent: u32;
  aOutputs: u32;
  /** 0: A is not resized, and is 1. */
  aTable: usize;
  /** Taps a window along A has at most. */
  aTaps: u32;
  bExtent: u32;
  bOutputs: u32;
  /** 0: B is not resized, and is 1. */
  bTable: usize;
  bTaps: u32;
  /** Elements behind B; bytes for nearest. */
  inner: u32;
  /** Blend with both tables: aTaps words, then aTaps rows of bOutputs · inner floats. */
  cache: usize;
}

// A table of windows has (2 + taps) words for each output: the first input element, how many there are in a row from there
// (1 … taps), and as many weights.

@inline
export function windowAt(table: usize, taps: u32, output: u32): usize {
  return table + (usize(output) * usize(taps + 2) << 2);
}

@inline
export function windowFirst(window: usize): u32 {
  return load<u32>(window);
}

@inline
export function windowCount(window: usize): u32 {
  return load<u32>(window, 4);
}

@inline
export function windowWeight(window: usize, tap: u32): f32 {
  return load<f32>(window + (usize(tap) << 2), 8);
}
