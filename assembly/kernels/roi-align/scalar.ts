// RoiAlign: [N, C, H, W] sampled inside regions. Every region is cut into bins, every bin is sampled at a grid of points by
// bilinear interpolation, and the samples are averaged or the largest taken. Samples in the outer loop, channels in the inner
// one: where a sample lies is found once.
//
//   max takes the largest of the four weighted neighbours of all samples, as onnxruntime and ONNX's own examples do.

@unmanaged
class RoiAlign {
  batch: u32;
  channels: u32;
  height: i32;
  width: i32;
  outHeight: u32;
  outWidth: u32;
  /** Samples along a bin's side; 0: as many as it has input elements. */
  sampling: i32;
  /** 1: max. */
  takesMax: i32;
  /** 1: region ends are pixel centres moved by half, sizes may be below 1. */
  halfPixel: i32;
  scale: f32;
}

/** Samples of one bin. */
const MOST_SAMPLES: f32 = 1048576;

/** 0, or 1 + the number of the first region that names no image; −1 − that of the first that is not finite or needs too
 *  many samples. */
export function roi_align_check(roisPtr: usize, imagesPtr: usize, count: u32, r: RoiAlign): i32 {
  for (let k: u32 = 0; k < count; k++) {
    const image = load<i64>(imagesPtr + (usize(k) << 3));
    if (image < 0 || image >= i64(r.batch)) return i32(k) + 1;
    const roi = roisPtr + (usize(k) << 4);
    const wide = (load<f32>(roi, 8) - load<f32>(roi)) * r.scale / f32(r.outWidth);
    const high = (load<f32>(roi, 12) - load<f32>(roi, 4)) * r.scale / f32(r.outHeight);
    const spread = load<f32>(roi) - load<f32>(roi) + (load<f32>(roi, 4) - load<f32>(roi, 4)) + wide - wide + (high - high);
    if (spread != 0) return -1 - i32(k);
    if (r.sampling <= 0 && (abs<f32>(wide) + 1) * (abs<f32>(high) + 1) > MOST_SAMPLES) return -1 - i32(k);
  }
  return 0;
}

/** Regions [from, to). `sums` holds a float a channel. */
export function roi_align_f32(
  xPtr: usize, roisPtr: usize, imagesPtr: usize, outPtr: usize, from: u32, to: u32, r: RoiAlign, sums: usize,
): void {
  const plane = usize(r.height) * r.width << 2;
  const bins = r.outHeight * r.outWidth;
  const offset: f32 = r.halfPixel != 0 ? 0.5 : 0;
  for (let k = from; k < to; k++) {
    const roi = roisPtr + (usize(k) << 4);
    const x0 = load<f32>(roi) * r.scale - offset, y0 = load<f32>(roi, 4) * r.scale - offset;
    let wide = load<f32>(roi, 8) * r.scale - offset - x0, high = load<f32>(roi, 12) * r.scale - offset - y0;
    if (r.halfPixel == 0) {
      wide = max<f32>(wide, 1);
      high = max<f32>(high, 1);
    }
    const binWidth: f32 = wide / f32(r.outWidth), binHeight: f32 = high / f32(r.outHeight);
    const across = r.sampling > 0 ? r.sampling : i32(ceil<f32>(binWidth));
    const down = r.sampling > 0 ? r.sampling : i32(ceil<f32>(binHeight));
    const image = xPtr + usize(load<i64>(imagesPtr + (usize(k) << 3))) * r.channels * plane;
    for (let bin: u32 = 0; bin < bins; bin++) {
      const top = y0 + f32(bin / r.outWidth) * binHeight, left = x0 + f32(bin % r.outWidth) * binWidth;
      memory.fill(sums, 0, usize(r.channels) << 2);
      for (let i = 0; i < down; i++) {
        const y = top + (f32(i) + 0.5) * binHeight / f32(down);
        for (let j = 0; j < across; j++) {
          const x = left + (f32(j) + 0.5) * binWidth / f32(across);
          addSample(image, plane, x, y, i == 0 && j == 0, r, sums);
        }
      }
      const count = f32(max(across * down, 1));
      let out = outPtr + (usize(k) * r.channels * bins + bin << 2);
      for (let c: u32 = 0; c < r.channels; c++, out += usize(bins) << 2) {
        const sum = load<f32>(sums + (usize(c) << 2));
        store<f32>(out, r.takesMax != 0 ? sum : sum / count);
      }
    }
  }
}

/** Adds one sample of every channel. A sample more than an element outside counts as 0. */
function addSample(image: usize, plane: usize, x: f32, y: f32, first: bool, r: RoiAlign, sums: usize): void {
  const outside = y < -1 || y > f32(r.height) || x < -1 || x > f32(r.width);
  const x0 = min(i32(max<f32>(x, 0)), r.width - 1), y0 = min(i32(max<f32>(y, 0)), r.height - 1);
  const x1 = min(x0 + 1, r.width - 1), y1 = min(y0 + 1, r.height - 1);
  const right: f32 = x0 == x1 ? 0 : max<f32>(x, 0) - f32(x0), down: f32 = y0 == y1 ? 0 : max<f32>(y, 0) - f32(y0);
  const left: f32 = 1 - right, up: f32 = 1 - down;
  const a = usize(y0 * r.width + x0) << 2, b = usize(y0 * r.width + x1) << 2;
  const c = usize(y1 * r.width + x0) << 2, d = usize(y1 * r.width + x1) << 2;
  for (let channel: u32 = 0; channel < r.channels; channel++, image += plane, sums += 4) {
    let va: f32 = 0, vb: f32 = 0, vc: f32 = 0, vd: f32 = 0;
    if (!outside) {
      va = up * left * load<f32>(image + a);
      vb = up * right * load<f32>(image + b);
      vc = down * left * load<f32>(image + c);
      vd = down * right * load<f32>(image + d);
    }
    const sum = load<f32>(sums);
    if (r.takesMax == 0) store<f32>(sums, sum + (va + vb + vc + vd));
    else {
      const largest = max<f32>(max<f32>(va, vb), max<f32>(vc, vd));
      store<f32>(sums, first ? largest : max<f32>(sum, largest));
    }
  }
}
