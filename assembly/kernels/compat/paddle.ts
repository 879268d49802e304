// Sums that Paddle's observers take with NumPy over float32, bit for bit, and its choice of a threshold by divergence.

import { ln64 } from '../../num/f64/ln';

/** What is summed of an element x with code value q: the squared error, x, q, or the squares of x and q less `mean`. */
const SQUARED_ERROR: i32 = 0;
const VALUE: i32 = 1;
const CODED: i32 = 2;
const VALUE_SPREAD: i32 = 3;

/** How q is made of x: below 0 clipped away, as codes of −levels − 1 … levels, or with `scale` being the step. */
const POSITIVE: i32 = 0;
const SIGNED: i32 = 1;

let form: i32 = 0;
let what: i32 = 0;
let scale: f32 = 0;
let levels: f32 = 0;
let mean: f32 = 0;

/** Σ over `count` elements, float32, in NumPy's order: halves of whole eights down to 128 elements, those in eight lanes. */
export function numpy_sum_f32(
  xPtr: usize, count: usize, what_: i32, form_: i32, scale_: f32, levels_: f32, mean_: f32,
): f32 {
  what = what_;
  form = form_;
  scale = scale_;
  levels = levels_;
  mean = mean_;
  return pairwise(xPtr, count);
}

function pairwise(xPtr: usize, count: usize): f32 {
  if (count < 8) {
    // NumPy starts from −0, which shows in nothing but a sum of zeros.
    let sum: f32 = 0;
    for (let i: usize = 0; i < count; i++) sum += term(xPtr, i);
    return sum;
  }
  if (count > 128) {
    const half = (count >> 1) & ~7;
    return pairwise(xPtr, half) + pairwise(xPtr + (half << 2), count - half);
  }
  let r0 = term(xPtr, 0), r1 = term(xPtr, 1), r2 = term(xPtr, 2), r3 = term(xPtr, 3);
  let r4 = term(xPtr, 4), r5 = term(xPtr, 5), r6 = term(xPtr, 6), r7 = term(xPtr, 7);
  let i: usize = 8;
  for (; i + 8 <= count; i += 8) {
    r0 += term(xPtr, i);
    r1 += term(xPtr, i + 1);
    r2 += term(xPtr, i + 2);
    r3 += term(xPtr, i + 3);
    r4 += term(xPtr, i + 4);
    r5 += term(xPtr, i + 5);
    r6 += term(xPtr, i + 6);
    r7 += term(xPtr, i + 7);
  }
  let sum = ((r0 + r1) + (r2 + r3)) + ((r4 + r5) + (r6 + r7));
  for (; i < count; i++) sum += term(xPtr, i);
  return sum;
}

function term(xPtr: usize, i: usize): f32 {
  const x = load<f32>(xPtr + (i << 2));
  if (what == VALUE) return x;
  if (what == VALUE_SPREAD) return (x - mean) * (x - mean);
  const q = coded(x);
  if (what == CODED) return q;
  const d = what == SQUARED_ERROR ? x - q : q - mean;
  return d * d;
}

@inline
function coded(x: f32): f32 {
  if (form == POSITIVE) return nearest<f32>(min<f32>(max<f32>(x, 0), scale) / scale * levels) / levels * scale;
  if (form == SIGNED) return clipped(nearest<f32>(x / scale * levels), -levels - 1) / levels * scale;
  return clipped(nearest<f32>(x / scale), 0) * scale;
}

@inline
function clipped(code: f32, lowest: f32): f32 {
  return min<f32>(max<f32>(code, lowest), levels);
}

/** Bytes of the prefix sums at a border: counts, bins with counts, count · ln count (kl_prefix_sums_f64). */
const ENTRY: usize = 24;

/** For each of the first `last` + 1 borders from `first` on, the divergence that Paddle computes when the bins before it are
 *  merged into `levels` levels of ⌊border / levels⌋ whole bins, the last level having the rest; Infinity where the bin before it
 *  is empty. float64. */
export function kl_whole_levels_f64(
  prefixPtr: usize, bins: usize, first: usize, last: usize, levels: usize, outPtr: usize,
): void {
  const total = load<f64>(prefixPtr + bins * ENTRY);
  for (let border = first; border <= last; border++) {
    store<f64>(outPtr + ((border - first) << 3), wholeLevels(prefixPtr, total, border, levels));
  }
}

function wholeLevels(prefixPtr: usize, total: f64, border: usize, levels: usize): f64 {
  const at = prefixPtr + border * ENTRY;
  const inside = load<f64>(at);
  const lastBin = inside - load<f64>(at - ENTRY);
  if (lastBin == 0) return Infinity;
  const outside = total - inside;
  const own = load<f64>(at, 16) + (lastBin + outside) * ln64(lastBin + outside) - lastBin * ln64(lastBin);
  const width = border / levels;
  let crossed: f64 = 0;
  for (let level: usize = 0; level < levels; level++) {
    const from = prefixPtr + level * width * ENTRY;
    const to = level + 1 == levels ? at : from + width * ENTRY;
    const mass = load<f64>(to) - load<f64>(from);
    const filled = load<f64>(to, 8) - load<f64>(from, 8);
    const added = level + 1 == levels ? outside : 0;
    if (mass > 0) crossed += (mass + added) * ln64(mass / filled);
  }
  return (own - crossed) / total + ln64(inside / total);
}
