// x = quadrant · π/2 + rest, |rest| <= π/4, to full relative accuracy for every float64.
//
// Up to 2^20 quarter turns: π/2 in three parts, the products with the first two being exact. Beyond (Payne, Hanek):
//
//   x = M · 2^e, M a 53-bit integer.  x · 2/π modulo 4 needs of 2/π = 0.b1 b2 b3 … only the bits from b(e−1) on, as those
//   before add multiples of 4. With W the next 192 bits, M · W modulo 2^192 is that, in units of 2^-190; what is left out is
//   below 2^-136, while no float64 comes nearer than 2^-62 to a quarter turn.

const TWO_OVER_PI: f64 = 0.6366197723675814;
/** π/2 in parts of 33, 33 and 53 bits. */
const PART_1: f64 = 1.5707963267341256;
const PART_2: f64 = 6.077100506303966e-11;
const PART_3: f64 = 2.0222662487959506e-21;
const HALF_PI: f64 = 1.5707963267948966;
/** 2^20 quarter turns. */
const NEAR: f64 = 1647099.0;

/** The first 1280 bits of 2/π. */
const DIGITS: usize = memory.data<u64>([
  0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561, 0xb7246e3a424dd2e0,
  0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4,
  0x9c845f8bbdf9283b, 0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d,
  0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d,
]);

/** The quadrant that {@link restOfTurn} found: only its two low bits count. */
export let quadrant: i32 = 0;

/** x less the nearest multiple of π/2; sets {@link quadrant}. NaN for infinities and NaN. */
export function restOfTurn(x: f64): f64 {
  const size = abs(x);
  if (!(size < Infinity)) return NaN;
  if (size >= NEAR) return farRest(x);
  const n = nearest(x * TWO_OVER_PI);
  quadrant = <i32>n;
  // Exact, exact but for the last bits of a small difference, and the rest with those.
  const first = x - n * PART_1;
  const second = n * PART_2;
  const middle = first - second;
  return middle - (n * PART_3 - (first - middle - second));
}

function farRest(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  const m = (bits & 0xfffffffffffff) | 0x10000000000000;
  const skip = (<i32>(bits >> 52) & 0x7ff) - 1075 - 2;
  const w0 = digits(skip);
  const w1 = digits(skip + 64);
  const w2 = digits(skip + 128);
  // The upper two of the three words of M · W; the third gives its carries.
  const t2 = highProduct(m, w2);
  const low1 = m * w1;
  const middle = low1 + t2;
  const high = m * w0 + highProduct(m, w1) + u64(middle < low1);
  // high: 2 bits of quadrant, then the fraction of a quarter turn, which is taken to [−½, ½).
  const fraction = high << 2 | middle >> 62;
  const next = middle << 2;
  const up = fraction >> 63;
  quadrant = <i32>(high >> 62) + <i32>up;
  const turned = up ? negatedProduct(fraction, next) : asFraction(fraction, next);
  const rest = turned * HALF_PI;
  if (x >= 0) return rest;
  quadrant = -quadrant;
  return -rest;
}

/** 64 bits of 2/π after the first `skip`, which may be below 0: the bits before the point are 0. */
@inline
function digits(skip: i32): u64 {
  const at = DIGITS + (<usize>(skip >> 6) << 3);
  const shift = <u64>(skip & 63);
  if (skip < 0) return load<u64>(DIGITS) >> (64 - shift);
  if (shift == 0) return load<u64>(at);
  return load<u64>(at) << shift | load<u64>(at, 8) >> (64 - shift);
}

/** high.next as a fraction of 1. */
function asFraction(high: u64, next: u64): f64 {
  if (high == 0) return <f64>next * 2.938735877055719e-39; // 2^-128
  const zeros = clz(high);
  const joined = zeros == 0 ? high : high << zeros | next >> (64 - zeros);
  return <f64>joined * reinterpret<f64>((1023 - 64 - zeros) << 52);
}

/** high.next − 1. */
function negatedProduct(high: u64, next: u64): f64 {
  const low = ~next + 1;
  return -asFraction(~high + u64(low == 0), low);
}

/** The upper 64 of the 128 bits of a · b. */
function highProduct(a: u64, b: u64): u64 {
  const a0 = a & 0xffffffff;
  const a1 = a >> 32;
  const b0 = b & 0xffffffff;
  const b1 = b >> 32;
  const cross = a1 * b0 + (a0 * b0 >> 32);
  return a1 * b1 + (cross >> 32) + (a0 * b1 + (cross & 0xffffffff) >> 32);
}
