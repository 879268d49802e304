// Where the outputs of one axis come from: coordinates, and windows made of them. Float32 throughout, in onnxruntime's order
// of operations, because a coordinate near a border decides which element is taken. No SIMD: an axis is short.
//
//   x = output index, s = scale, n = input length, m = output length
//
//   0 half_pixel            (x + ½) / s − ½
//   1 half_pixel_symmetric  n/2 · (1 − m / (s · n)) + ((x + ½) / s − ½)
//   2 pytorch_half_pixel    as half_pixel, 0 where m = 1
//   3 align_corners         x · (n − 1) / (m − 1), 0 where m = 1
//   4 asymmetric            x / s
//   5 tf_half_pixel_for_nn  (x + ½) / s
//   6 tf_crop_and_resize    start · (n − 1) + x · (end − start) · (n − 1) / (m − 1); the middle of the crop where m = 1

import { windowAt } from '../../layout/resize';

export function resize_coordinates(
  outPtr: usize, outputs: u32, mode: i32, scale: f32, extent: u32, start: f32, end: f32,
): void {
  const n = f32(extent), m = f32(outputs);
  for (let i: u32 = 0; i < outputs; i++) {
    store<f32>(outPtr + (usize(i) << 2), coordinate(f32(i), mode, scale, n, m, start, end));
  }
}

function coordinate(x: f32, mode: i32, s: f32, n: f32, m: f32, start: f32, end: f32): f32 {
  switch (mode) {
    case 1: return n / 2 * (1 - m / (s * n)) + ((x + 0.5) / s - 0.5);
    case 2: return m > 1 ? (x + 0.5) / s - 0.5 : 0;
    case 3: return m == 1 ? 0 : x * (n - 1) / (m - 1);
    case 4: return x / s;
    case 5: return (x + 0.5) / s;
    case 6:
      return m > 1
        ? start * (n - 1) + x * (end - start) * (n - 1) / (m - 1)
        : <f32>0.5 * (start + end) * (n - 1);
    default: return (x + 0.5) / s - 0.5;
  }
}

/** Indices of the nearest input elements. rounding: 0 half down, 1 half up (away from zero), 2 floor, 3 ceil, 4 towards
 *  zero. */
export function resize_nearest_table(coordinatesPtr: usize, outputs: u32, extent: u32, rounding: i32, tablePtr: usize): void {
  const last = f32(extent - 1);
  for (let i: u32 = 0; i < outputs; i++) {
    const x = load<f32>(coordinatesPtr + (usize(i) << 2));
    const index = min(max(rounded(x, rounding), 0), last);
    // The float of a large extent may be rounded up.
    store<u32>(tablePtr + (usize(i) << 2), min(u32(index), extent - 1));
  }
}

function rounded(x: f32, rounding: i32): f32 {
  if (rounding == 2) return floor<f32>(x);
  if (rounding == 3) return ceil<f32>(x);
  const whole = trunc<f32>(x);
  if (rounding == 4) return whole;
  const rest = abs<f32>(x - whole);
  if (rounding == 0 && x == whole + 0.5) return floor<f32>(x);
  return rest >= 0.5 ? whole + copysign<f32>(1, x) : whole;
}

/** The two neighbours of each coordinate; one where they are the same. */
export function resize_linear_table(coordinatesPtr: usize, outputs: u32, extent: u32, tablePtr: usize): void {
  const last = f32(extent - 1);
  for (let i: u32 = 0; i < outputs; i++) {
    const x = min(max(load<f32>(coordinatesPtr + (usize(i) << 2)), 0), last);
    const first = min(u32(x), extent - 1);
    const window = windowAt(tablePtr, 2, i);
    const second = min(first + 1, extent - 1);
    store<u32>(window, first);
    store<u32>(window, second - first + 1, 4);
    store<f32>(window, second == first ? 1 : abs<f32>(x - f32(second)), 8);
    store<f32>(window, abs<f32>(x - f32(first)), 12);
  }
}

/** Four neighbours. Those outside stand for the border element, or weigh nothing (`exclude`). */
export function resize_cubic_table(
  coordinatesPtr: usize, outputs: u32, extent: u32, a: f32, exclude: i32, tablePtr: usize,
): void {
  for (let i: u32 = 0; i < outputs; i++) {
    const x = load<f32>(coordinatesPtr + (usize(i) << 2));
    const base = floor<f32>(x);
    const s = x - base;
    let total: f32 = 0;
    const window = beginWindow(tablePtr, 4, i, i32(base) - 1, extent);
    for (let t = 0; t < 4; t++) {
      const at = i32(base) - 1 + t;
      if (exclude != 0 && u32(at) >= extent) continue;
      const weight = cubic(abs<f32>(s - f32(t - 1)), a);
      total += weight;
      addWeight(window, at, extent, weight);
    }
    if (exclude != 0) divideWeights(window, total);
  }
}

/** The cubic convolution kernel at distance d < 2. */
function cubic(d: f32, a: f32): f32 {
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  return 0;
}

/** Every input element under a filter (cubic, else a triangle) that is widened where the axis shrinks. Those outside stand
 *  for the border element, or weigh nothing. `taps` words of weights an output. */
export function resize_antialias_table(
  coordinatesPtr: usize, outputs: u32, extent: u32, scale: f32, isCubic: i32, a: f32, exclude: i32, taps: u32,
  tablePtr: usize,
): void {
  const ratio: f32 = 1 / scale;
  const wide = ratio >= 1;
  const support: f32 = (isCubic != 0 ? 2 : 1) * (wide ? ratio : 1);
  const narrow: f32 = wide ? 1 / ratio : 1;
  for (let i: u32 = 0; i < outputs; i++) {
    const center: f32 = load<f32>(coordinatesPtr + (usize(i) << 2)) + 0.5;
    const from = i32(floor<f32>(center - support + 0.5));
    const to = i32(floor<f32>(center + support + 0.5));
    let total: f32 = 0;
    const window = beginWindow(tablePtr, taps, i, from, extent);
    for (let at = from; at < to; at++) {
      if (exclude != 0 && u32(at) >= extent) continue;
      const d = abs<f32>((f32(at) - center + 0.5) * narrow);
      const weight: f32 = isCubic != 0 ? cubic(d, a) : d < 1 ? 1 - d : 0;
      total += weight;
      addWeight(window, at, extent, weight);
    }
    divideWeights(window, total);
  }
}

/** A window that begins at `first`, or the border it lies beyond, with one weight of 0. */
function beginWindow(tablePtr: usize, taps: u32, output: u32, first: i32, extent: u32): usize {
  const window = windowAt(tablePtr, taps, output);
  store<u32>(window, u32(min(max(first, 0), i32(extent) - 1)));
  store<u32>(window, 1, 4);
  store<f32>(window, 0, 8);
  return window;
}

/** Adds to the weight of element `at`, or of the border element it lies beyond. Elements come in ascending order. */
@inline
function addWeight(window: usize, at: i32, extent: u32, weight: f32): void {
  const place = u32(min(max(at, 0), i32(extent) - 1)) - load<u32>(window);
  const slot = window + (usize(place) << 2);
  if (place < load<u32>(window, 4)) store<f32>(slot, load<f32>(slot, 8) + weight, 8);
  else {
    store<u32>(window, place + 1, 4);
    store<f32>(slot, weight, 8);
  }
}

/** Makes the weights sum to 1, if they sum to anything. */
function divideWeights(window: usize, total: f32): void {
  if (total == 0) return;
  const factor: f32 = 1 / total;
  for (let k: u32 = 0; k < load<u32>(window, 4); k++) {
    const slot = window + (usize(k) << 2);
    store<f32>(slot, load<f32>(slot, 8) * factor, 8);
  }
}
