// Pools over [N, D, H, W, C], channels last: what the SIMD variant must equal, bit for bit. Taps are visited along D, then H,
// then W; padding is never read.
//
//   max       the largest tap; NaN is never larger than anything. It starts from the lowest number of the type, or, where
//             option = 1, from its first tap: a NaN there stays, and so does -Infinity
//   average   (((0 + x0) + x1) + …) / count in float32; no tap -> 0
//   lp        (Σ |x|^p)^(1/p), powers by products in float32

import {
  depthAxis, firstTap, heightAxis, paddedTapCount, PoolAxis, PoolGeometry, tapCount, widthAxis, windowStart,
} from '../layout/pool';
import { powerOf, rootOf } from '../num/root';

const MAX = 0;
const AVERAGE = 1;
const LP = 2;

/** Computes output rows [from, to) of the N · outputs(D) · outputs(H) rows of outputs(W) · C elements. */
export function max_pool_f32(xPtr: usize, outPtr: usize, from: u32, to: u32, geometry: PoolGeometry): void {
  poolRows<f32>(MAX, xPtr, outPtr, from, to, geometry);
}

export function max_pool_i8(xPtr: usize, outPtr: usize, from: u32, to: u32, geometry: PoolGeometry): void {
  poolRows<i8>(MAX, xPtr, outPtr, from, to, geometry);
}

export function max_pool_u8(xPtr: usize, outPtr: usize, from: u32, to: u32, geometry: PoolGeometry): void {
  poolRows<u8>(MAX, xPtr, outPtr, from, to, geometry);
}

export function average_pool_f32(xPtr: usize, outPtr: usize, from: u32, to: u32, geometry: PoolGeometry): void {
  poolRows<f32>(AVERAGE, xPtr, outPtr, from, to, geometry);
}

export function lp_pool_f32(xPtr: usize, outPtr: usize, from: u32, to: u32, geometry: PoolGeometry): void {
  poolRows<f32>(LP, xPtr, outPtr, from, to, geometry);
}

function poolRows<T>(kind: i32, xPtr: usize, outPtr: usize, from: u32, to: u32, geometry: PoolGeometry): void {
  const d = depthAxis(geometry), h = heightAxis(geometry), w = widthAxis(geometry);
  const channels = geometry.channels;
  for (let row = from; row < to; row++) {
    const image = row / u32(h.outputs) / u32(d.outputs);
    const dStart = windowStart(d, i32(row / u32(h.outputs) % u32(d.outputs)));
    const hStart = windowStart(h, i32(row % u32(h.outputs)));
    for (let o = 0; o < w.outputs; o++) {
      const wStart = windowStart(w, o);
      let divisor = f32(taps(d, dStart) * taps(h, hStart) * taps(w, wStart));
      if (kind == AVERAGE && geometry.option != 0 && divisor > 0) {
        divisor = f32(paddedTapCount(d, dStart) * paddedTapCount(h, hStart) * paddedTapCount(w, wStart));
      }
      for (let c = 0; c < channels; c++) {
        let sum: T = kind == MAX ? lowest<T>() : 0;
        let first = kind == MAX && geometry.option != 0;
        for (let i = dStart; i < dStart + d.kernel * d.dilation; i += d.dilation) {
          if (u32(i) >= u32(d.extent)) continue;
          for (let j = hStart; j < hStart + h.kernel * h.dilation; j += h.dilation) {
            if (u32(j) >= u32(h.extent)) continue;
            for (let k = wStart; k < wStart + w.kernel * w.dilation; k += w.dilation) {
              if (u32(k) >= u32(w.extent)) continue;
              const pixel = ((usize(image) * d.extent + i) * h.extent + j) * w.extent + k;
              const x = load<T>(xPtr + (pixel * channels + c) * sizeof<T>());
              if (kind == MAX) sum = first || x > sum ? x : sum;
              else if (kind == AVERAGE) sum += x;
              else sum += <T>powerOf(abs<f32>(f32(x)), geometry.option);
              first = false;
            }
          }
        }
        if (kind == AVERAGE && divisor > 0) sum = <T>(f32(sum) / divisor);
        if (kind == LP) sum = <T>rootOf(f32(sum), geometry.option);
        store<T>(outPtr + ((usize(row) * w.outputs + o) * channels + c) * sizeof<T>(), sum);
      }
    }
  }
}

@inline
function taps(axis: PoolAxis, start: i32): i32 {
  return tapCount(axis, start, firstTap(axis, start));
}

@inline
function lowest<T>(): T {
  return isFloat<T>() ? <T>-f32.MAX_VALUE : isSigned<T>() ? <T>-128 : <T>0;
}
