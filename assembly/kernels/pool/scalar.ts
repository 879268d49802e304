// Max pools that also tell where each maximum was: plain loops, their own reference.
//
// An index names an element of ONNX's tensor [N, C, D, H, W] flattened, though the kernel walks [N, D, H, W, C]:
//
//   index = (n · C + c) · D·H·W + place
//   storage order 0   place = (d · H + h) · W + w      counted from ONNX's last spatial axis
//   storage order 1   place = d + D · (h + H · w)      counted from the first of `rank` axes
//
// Axes that the pool does not have are in front (D, then H), have extent 1 and coordinate 0, so one formula serves 1 to 3
// axes. The maximum starts from the first tap (a NaN there stays, another is never larger); of equal taps the first wins.
// A window without a tap gives the lowest number and place −1. Maxima are not stored when outPtr is 0.

import {
  depthAxis, firstTap, heightAxis, PoolGeometry, tapCount, widthAxis, windowStart,
} from '../../layout/pool';

export function max_pool_index_f32(
  xPtr: usize, outPtr: usize, indexPtr: usize, from: u32, to: u32, geometry: PoolGeometry,
): void {
  poolRows<f32>(xPtr, outPtr, indexPtr, from, to, geometry);
}

export function max_pool_index_i8(
  xPtr: usize, outPtr: usize, indexPtr: usize, from: u32, to: u32, geometry: PoolGeometry,
): void {
  poolRows<i8>(xPtr, outPtr, indexPtr, from, to, geometry);
}

export function max_pool_index_u8(
  xPtr: usize, outPtr: usize, indexPtr: usize, from: u32, to: u32, geometry: PoolGeometry,
): void {
  poolRows<u8>(xPtr, outPtr, indexPtr, from, to, geometry);
}

@inline
function lowest<T>(): T {
  return isFloat<T>() ? <T>-f32.MAX_VALUE : isSigned<T>() ? <T>-128 : <T>0;
}

function poolRows<T>(
  xPtr: usize, outPtr: usize, indexPtr: usize, from: u32, to: u32, geometry: PoolGeometry,
): void {
  const d = depthAxis(geometry), h = heightAxis(geometry), w = widthAxis(geometry);
  const channels = geometry.channels;
  const volume = i64(d.extent) * h.extent * w.extent;
  const byColumn = geometry.option != 0;
  let at = usize(from) * usize(w.outputs) * usize(channels);
  for (let row = from; row < to; row++) {
    const slice = row / u32(h.outputs);
    const image = slice / u32(d.outputs);
    const dStart = windowStart(d, i32(slice % u32(d.outputs)));
    const hStart = windowStart(h, i32(row % u32(h.outputs)));
    const dFirst = firstTap(d, dStart), hFirst = firstTap(h, hStart);
    const dTaps = tapCount(d, dStart, dFirst), hTaps = tapCount(h, hStart, hFirst);
    for (let o = 0; o < w.outputs; o++) {
      const wStart = windowStart(w, o);
      const wFirst = firstTap(w, wStart);
      const wTaps = tapCount(w, wStart, wFirst);
      for (let c = 0; c < channels; c++, at++) {
        let best: T = lowest<T>();
        let place: i64 = -1;
        for (let i = 0, z = dStart + dFirst * d.dilation; i < dTaps; i++, z += d.dilation) {
          for (let j = 0, y = hStart + hFirst * h.dilation; j < hTaps; j++, y += h.dilation) {
            const line = (usize(image) * d.extent + z) * h.extent + y;
            for (let k = 0, v = wStart + wFirst * w.dilation; k < wTaps; k++, v += w.dilation) {
              const x = load<T>(xPtr + ((line * w.extent + v) * channels + c) * sizeof<T>());
              if (place >= 0 && !(x > best)) continue;
              best = x;
              place = byColumn
                ? z + i64(d.extent) * (y + i64(h.extent) * v)
                : (i64(z) * h.extent + y) * w.extent + v;
            }
          }
        }
        if (outPtr != 0) store<T>(outPtr + at * sizeof<T>(), best);
        store<i64>(indexPtr + at * 8, (i64(image) * channels + c) * volume + place);
      }
    }
  }
}
