// Float formats by value, without bit tricks: the nearest value of a format is looked for among all its values.

/** All finite non-negative float16 values, in the order of their bits, and 2^16, the first value past them. */
const HALVES: Float64Array = Float64Array.from({ length: 0x7c01 }, (_, bits) => {
  const exponent = bits >> 10;
  const mantissa = bits & 0x3ff;
  return exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15);
});

/** The bits of the float16 nearest to `x`, ties to the even bits; NaN 0x7e00. */
export function nearestHalf(x: number): number {
  if (Number.isNaN(x)) return 0x7e00;
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const size = Math.abs(x);
  if (size >= 65536) return sign | 0x7c00;
  let low = 0;
  let high = 0x7c00;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (HALVES[middle]! <= size) low = middle;
    else high = middle;
  }
  return sign | nearer(size, HALVES[low]!, HALVES[high]!, low, high);
}

/** The value of float16 bits. */
export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const size = bits & 0x7fff;
  if (size > 0x7c00) return Number.NaN;
  return sign * (size === 0x7c00 ? Number.POSITIVE_INFINITY : HALVES[size]!);
}

/** The value of bfloat16 bits; 0x7f80 counts as 2^128 for `nearestBfloat`. */
function bfloatSize(bits: number): number {
  const exponent = bits >> 7;
  const mantissa = bits & 0x7f;
  return exponent === 0 ? mantissa * 2 ** -133 : (1 + mantissa / 128) * 2 ** (exponent - 127);
}

/** The value of bfloat16 bits. */
export function bfloatValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const size = bits & 0x7fff;
  if (size > 0x7f80) return Number.NaN;
  return sign * (size === 0x7f80 ? Number.POSITIVE_INFINITY : bfloatSize(size));
}

/** The bits of the bfloat16 nearest to `x`, ties to the even bits; NaN 0x7fc0. */
export function nearestBfloat(x: number): number {
  if (Number.isNaN(x)) return 0x7fc0;
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const size = Math.abs(x);
  if (size === Number.POSITIVE_INFINITY) return sign | 0x7f80;
  let low = 0;
  let high = 0x7f80;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (bfloatSize(middle) <= size) low = middle;
    else high = middle;
  }
  return sign | nearer(size, bfloatSize(low), bfloatSize(high), low, high);
}

function nearer(x: number, lowValue: number, highValue: number, low: number, high: number): number {
  const below = x - lowValue;
  const above = highValue - x;
  if (below === above) return low % 2 === 0 ? low : high;
  return below < above ? low : high;
}
