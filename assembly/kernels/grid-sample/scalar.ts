// Sampling [N, C, D, H, W] at the points of a grid. Where each point's taps are and what they weigh is found once for 64
// points and used for all channels. No SIMD: taps are anywhere.
//
//   grid value g in [−1, 1] along an axis of n elements:
//     align        x = (g + 1) / 2 · (n − 1)                borders 0 and n − 1
//     otherwise    x = ((g + 1) · n − 1) / 2                borders −½ and n − ½
//   taps      linear ⌊x⌋, ⌊x⌋ + 1      nearest: half to even      cubic ⌊x⌋ − 1 … ⌊x⌋ + 2, a = −¾
//   outside   counts as 0, is moved to the border, or mirrored at the borders until it is inside
//
// A g that is not finite, or gives an x beyond 2^62, is taken as −1: no index can be made of it.

@unmanaged
class GridSample {
  channels: u32;
  /** D = 1 for a plane. */
  depth: i32;
  height: i32;
  width: i32;
  /** Points of one image. */
  points: u32;
  /** Coordinates of a point: 2 (x, y) or 3 (x, y, z). */
  rank: u32;
  /** 0 linear, 1 nearest, 2 cubic. */
  mode: i32;
  /** 0 zeros, 1 border, 2 reflection. */
  padding: i32;
  align: i32;
  /** TABLE_BYTES bytes. */
  table: usize;
}

const BLOCK: u32 = 64;
/** Taps of one point at most: 4 by 4, or 2 by 2 by 2. */
const MOST_TAPS: usize = 16;
/** offset and weight of each tap of each point; then index and weight of the taps along three axes. */
const AXES: usize = 64 * MOST_TAPS * 8;
const AXIS_BYTES: usize = 4 * 8;
/** 2^62. */
const FURTHEST: f32 = 4611686018427387904;

/** Points [from, to) of all images. */
export function grid_sample_f32(xPtr: usize, gridPtr: usize, outPtr: usize, from: u32, to: u32, s: GridSample): void {
  const volume = usize(s.depth) * s.height * s.width;
  const taps = tapsOf(s);
  let point = from;
  while (point < to) {
    const image = point / s.points;
    const end = min(min(to, point + BLOCK), (image + 1) * s.points);
    for (let p = point; p < end; p++) placePoint(gridPtr + (usize(p) * s.rank << 2), s.table + usize(p - point) * taps * 8, s);
    for (let c: u32 = 0; c < s.channels; c++) {
      const plane = usize(image) * s.channels + c;
      const x = xPtr + (plane * volume << 2);
      let out = outPtr + (plane * s.points + (point - image * s.points) << 2);
      let tap = s.table;
      for (let p = point; p < end; p++, out += 4) {
        let sum: f32 = 0;
        for (let k: usize = 0; k < taps; k++, tap += 8) {
          const offset = load<i32>(tap);
          if (offset >= 0) sum += load<f32>(x + (usize(offset) << 2)) * load<f32>(tap, 4);
        }
        store<f32>(out, sum);
      }
    }
    point = end;
  }
}

/** Taps along one axis. */
@inline
function tapsAlong(mode: i32): u32 {
  return mode == 1 ? 1 : mode == 0 ? 2 : 4;
}

@inline
function tapsOf(s: GridSample): usize {
  const along = tapsAlong(s.mode);
  return usize(along * along * (s.rank == 3 ? along : 1));
}

/** The taps of one point: their offsets in a channel, −1 for a zero, and their weights. */
function placePoint(grid: usize, to: usize, s: GridSample): void {
  const along = tapsAlong(s.mode);
  const axes = s.table + AXES;
  placeAxis(load<f32>(grid), s.width, axes, s);
  placeAxis(load<f32>(grid, 4), s.height, axes + AXIS_BYTES, s);
  const depths: u32 = s.rank == 3 ? along : 1;
  if (s.rank == 3) placeAxis(load<f32>(grid, 8), s.depth, axes + 2 * AXIS_BYTES, s);
  for (let d: u32 = 0; d < depths; d++) {
    const z = s.rank == 3 ? load<i32>(axes + 2 * AXIS_BYTES + (d << 3)) : 0;
    const zWeight: f32 = s.rank == 3 ? load<f32>(axes + 2 * AXIS_BYTES + (d << 3), 4) : 1;
    for (let h: u32 = 0; h < along; h++) {
      const y = load<i32>(axes + AXIS_BYTES + (h << 3));
      const yWeight = zWeight * load<f32>(axes + AXIS_BYTES + (h << 3), 4);
      for (let w: u32 = 0; w < along; w++, to += 8) {
        const x = load<i32>(axes + (w << 3));
        store<i32>(to, (x | y | z) < 0 ? -1 : (z * s.height + y) * s.width + x);
        store<f32>(to, yWeight * load<f32>(axes + (w << 3), 4), 4);
      }
    }
  }
}

@inline
function coordinate(g: f32, n: f32, align: i32): f32 {
  return align != 0 ? (g + 1) / 2 * (n - 1) : ((g + 1) * n - 1) / 2;
}

/** Indices and weights along one axis. */
function placeAxis(grid: f32, length: i32, to: usize, s: GridSample): void {
  const n = f32(length);
  let x = coordinate(grid, n, s.align);
  if (!(abs<f32>(x) < FURTHEST)) x = coordinate(-1, n, s.align);
  if (s.mode == 1) {
    store<i32>(to, inside(nearest<f32>(x), length, s));
    store<f32>(to, 1, 4);
    return;
  }
  const low = floor<f32>(x);
  const t = x - low;
  if (s.mode == 0) {
    store<i32>(to, inside(low, length, s));
    store<f32>(to, low + 1 - x, 4);
    store<i32>(to, inside(low + 1, length, s), 8);
    store<f32>(to, t, 12);
    return;
  }
  for (let k = 0; k < 4; k++) {
    store<i32>(to + (k << 3), inside(low + f32(k - 1), length, s));
    store<f32>(to + (k << 3), cubic(abs<f32>(t - f32(k - 1))), 4);
  }
}

/** The cubic convolution kernel, a = −¾. */
@inline
function cubic(d: f32): f32 {
  const a: f32 = -0.75;
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
}

/** The index that stands for `x`, or −1 for a zero. */
function inside(x: f32, length: i32, s: GridSample): i32 {
  const last = f32(length - 1);
  if (x >= 0 && x <= last) return i32(x);
  if (s.padding == 0) return -1;
  if (s.padding == 1) return x < 0 ? 0 : length - 1;
  const low: f32 = s.align != 0 ? 0 : -0.5;
  const high: f32 = s.align != 0 ? last : last + 0.5;
  return min(max(i32(mirrored(x, low, high)), 0), length - 1);
}

function mirrored(x: f32, low: f32, high: f32): f32 {
  const range = high - low;
  if (!(range > 0)) return low;
  const below = x < low;
  const over = below ? low - x : x > high ? x - high : 0;
  if (over == 0) return x;
  const turns = trunc<f32>(over / range);
  const rest = over - turns * range;
  const isEven = turns / 2 == trunc<f32>(turns / 2);
  return below == isEven ? low + rest : high - rest;
}
