// Pools over [N, D, H, W, C] with SIMD across the channels: a block of 4 vectors of channels stays in registers while the taps
// of its window pass by. Windows are clipped to the input once per pixel, so the inner loops know no padding.
// Bit-equal to reference/pool.ts: each channel sees its taps in the same order.

import {
  depthAxis, firstTap, heightAxis, paddedTapCount, PoolGeometry, tapCount, widthAxis, windowStart,
} from '../../layout/pool';
import { powerOf, rootOf } from '../../num/root';

const MAX = 0;
const AVERAGE = 1;
const LP = 2;

/** The clipped window of one pixel: taps along each axis and the bytes between them. */
let dTaps: i32 = 0;
let hTaps: i32 = 0;
let wTaps: i32 = 0;
let dStep: usize = 0;
let hStep: usize = 0;
let wStep: usize = 0;
/** What an average is divided by. */
let divisor: f32 = 0;
/** Exponent of an lp pool; whether an average counts padding; whether a maximum starts from its first tap. */
let option: i32 = 0;

/** out = the largest tap, of those after the first where option = 1. Output rows [from, to) of the N · outputs(D) · outputs(H) rows of outputs(W) · C elements. */
export function max_pool_f32(xPtr: usize, outPtr: usize, from: u32, to: u32, geometry: PoolGeometry): void {
  poolRows<f32>(MAX, xPtr, outPtr, from, to, geometry);
}

export function max_pool_i8(xPtr: usize, outPtr: usize, from: u32, to: u32, geometry: PoolGeometry): void {
  poolRows<i8>(MAX, xPtr, outPtr, from, to, geometry);
}

export function max_pool_u8(xPtr: usize, outPtr: usize, from: u32, to: u32, geometry: PoolGeometry): void {
  poolRows<u8>(MAX, xPtr, outPtr, from, to, geometry);
}

/** out = Σ taps / count. */
export function average_pool_f32(xPtr: usize, outPtr: usize, from: u32, to: u32, geometry: PoolGeometry): void {
  poolRows<f32>(AVERAGE, xPtr, outPtr, from, to, geometry);
}

/** out = (Σ |tap|^p)^(1/p). */
export function lp_pool_f32(xPtr: usize, outPtr: usize, from: u32, to: u32, geometry: PoolGeometry): void {
  poolRows<f32>(LP, xPtr, outPtr, from, to, geometry);
}

@inline
function poolRows<T>(kind: i32, xPtr: usize, outPtr: usize, from: u32, to: u32, geometry: PoolGeometry): void {
  const d = depthAxis(geometry), h = heightAxis(geometry), w = widthAxis(geometry);
  const pixelBytes = usize(geometry.channels) * sizeof<T>();
  const rowBytes = usize(w.extent) * pixelBytes;
  const planeBytes = usize(h.extent) * rowBytes;
  const imageBytes = usize(d.extent) * planeBytes;
  wStep = usize(w.dilation) * pixelBytes;
  hStep = usize(h.dilation) * rowBytes;
  dStep = usize(d.dilation) * planeBytes;
  option = geometry.option;
  let out = outPtr + usize(from) * usize(w.outputs) * pixelBytes;
  for (let row = from; row < to; row++) {
    const slice = row / u32(h.outputs);
    const dStart = windowStart(d, i32(slice % u32(d.outputs)));
    const hStart = windowStart(h, i32(row % u32(h.outputs)));
    const dFirst = firstTap(d, dStart), hFirst = firstTap(h, hStart);
    dTaps = tapCount(d, dStart, dFirst);
    hTaps = tapCount(h, hStart, hFirst);
    const rows = dTaps * hTaps;
    const base = xPtr + usize(slice / u32(d.outputs)) * imageBytes
      + usize(dStart + dFirst * d.dilation) * planeBytes + usize(hStart + hFirst * h.dilation) * rowBytes;
    let padded = 0;
    if (kind == AVERAGE) padded = paddedTapCount(d, dStart) * paddedTapCount(h, hStart);
    for (let o = 0; o < w.outputs; o++) {
      const wStart = windowStart(w, o);
      const wFirst = firstTap(w, wStart);
      wTaps = tapCount(w, wStart, wFirst);
      if (kind == AVERAGE) {
        const inside = rows * wTaps;
        divisor = inside == 0 ? 1 : f32(option != 0 ? padded * paddedTapCount(w, wStart) : inside);
      }
      poolPixel<T>(kind, base + usize(wStart + wFirst * w.dilation) * pixelBytes, out, geometry.channels);
      out += pixelBytes;
    }
  }
}

/** All channels of one output pixel. */
@inline
function poolPixel<T>(kind: i32, from: usize, out: usize, channels: i32): void {
  const lanes = 16 / i32(sizeof<T>());
  const seeded = kind == MAX && option != 0 && dTaps * hTaps * wTaps != 0;
  let left = channels;
  for (; left >= 4 * lanes; left -= 4 * lanes) {
    let a = start4<T>(kind), b = a, c = a, e = a;
    if (kind == MAX && seeded) {
      a = v128.load(from);
      b = v128.load(from, 16);
      c = v128.load(from, 32);
      e = v128.load(from, 48);
    }
    let plane = from;
    for (let i = dTaps; i > 0; i--, plane += dStep) {
      let row = plane;
      for (let j = hTaps; j > 0; j--, row += hStep) {
        let x = row;
        for (let k = wTaps; k > 0; k--, x += wStep) {
          a = join4<T>(kind, a, v128.load(x));
          b = join4<T>(kind, b, v128.load(x, 16));
          c = join4<T>(kind, c, v128.load(x, 32));
          e = join4<T>(kind, e, v128.load(x, 48));
        }
      }
    }
    v128.store(out, finish4(kind, a));
    v128.store(out, finish4(kind, b), 16);
    v128.store(out, finish4(kind, c), 32);
    v128.store(out, finish4(kind, e), 48);
    from += 64;
    out += 64;
  }
  for (; left >= lanes; left -= lanes) {
    let a = kind == MAX && seeded ? v128.load(from) : start4<T>(kind);
    let plane = from;
    for (let i = dTaps; i > 0; i--, plane += dStep) {
      let row = plane;
      for (let j = hTaps; j > 0; j--, row += hStep) {
        let x = row;
        for (let k = wTaps; k > 0; k--, x += wStep) a = join4<T>(kind, a, v128.load(x));
      }
    }
    v128.store(out, finish4(kind, a));
    from += 16;
    out += 16;
  }
  for (; left > 0; left--) {
    store<T>(out, poolChannel<T>(kind, from, seeded));
    from += sizeof<T>();
    out += sizeof<T>();
  }
}

@inline
function start4<T>(kind: i32): v128 {
  return kind == MAX ? v128.splat<T>(lowest<T>()) : i32x4.splat(0);
}

/** pmax(acc, x) keeps acc when x is NaN. */
@inline
function join4<T>(kind: i32, acc: v128, x: v128): v128 {
  if (kind == MAX) return isFloat<T>() ? f32x4.pmax(acc, x) : v128.max<T>(acc, x);
  if (kind == AVERAGE) return f32x4.add(acc, x);
  const size = f32x4.abs(x);
  let power = size;
  for (let i = 1; i < option; i++) power = f32x4.mul(power, size);
  return f32x4.add(acc, power);
}

@inline
function finish4(kind: i32, acc: v128): v128 {
  if (kind == AVERAGE) return f32x4.div(acc, f32x4.splat(divisor));
  return kind == LP ? roots4(acc) : acc;
}

function roots4(sums: v128): v128 {
  if (option == 1) return sums;
  if (option == 2) return f32x4.sqrt(sums);
  let roots = f32x4.splat(rootOf(f32x4.extract_lane(sums, 0), option));
  roots = f32x4.replace_lane(roots, 1, rootOf(f32x4.extract_lane(sums, 1), option));
  roots = f32x4.replace_lane(roots, 2, rootOf(f32x4.extract_lane(sums, 2), option));
  return f32x4.replace_lane(roots, 3, rootOf(f32x4.extract_lane(sums, 3), option));
}

@inline
function poolChannel<T>(kind: i32, from: usize, seeded: bool): T {
  let acc: T = kind != MAX ? 0 : seeded ? load<T>(from) : lowest<T>();
  for (let i = dTaps, plane = from; i > 0; i--, plane += dStep) {
    for (let j = hTaps, row = plane; j > 0; j--, row += hStep) {
      for (let k = wTaps, at = row; k > 0; k--, at += wStep) {
        const x = load<T>(at);
        if (kind == MAX) acc = x > acc ? x : acc;
        else if (kind == AVERAGE) acc += x;
        else acc += <T>powerOf(abs<f32>(f32(x)), option);
      }
    }
  }
  if (kind == AVERAGE) return <T>(f32(acc) / divisor);
  return kind == LP ? <T>rootOf(f32(acc), option) : acc;
}

@inline
function lowest<T>(): T {
  return isFloat<T>() ? <T>-f32.MAX_VALUE : isSigned<T>() ? <T>-128 : <T>0;
}
