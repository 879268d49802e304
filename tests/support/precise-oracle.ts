// Elementary functions to hundreds of bits, in integers, as the judge of float64 kernels: a real number x is the integer
// x · 2^1200, so that subnormals have more than a hundred bits and the largest float64 is just a longer integer.

const BITS = 1200n;
const ONE = 1n << BITS;

export type Real = bigint;

/** Exactly x, which must be finite. */
export function real(x: number): Real {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = exponent === 0n ? fraction : fraction | (1n << 52n);
  const size = mantissa << (BITS - 1074n + (exponent === 0n ? 0n : exponent - 1n));
  return bits >> 63n ? -size : size;
}

const times = (a: Real, b: Real): Real => (a * b) >> BITS;
const over = (a: Real, b: Real): Real => (a << BITS) / b;
const square = (a: Real): Real => times(a, a);
const abs = (a: Real): Real => (a < 0n ? -a : a);

function lengthOf(a: bigint): number {
  return a.toString(16).length * 4;
}

function integerRoot(a: bigint): bigint {
  if (a === 0n) return 0n;
  for (let x = 1n << BigInt(lengthOf(a) / 2 + 1); ; ) {
    const next = (x + a / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

export function root(a: Real): Real {
  return integerRoot(a << BITS);
}

/** Σ sign^j · z^(2j+1) / (2j+1): artanh z, or arctan z with sign −1; |z| well below 1. */
function oddSeries(z: Real, sign: bigint): Real {
  const z2 = square(z) * sign;
  let sum = 0n;
  let power = z;
  for (let odd = 1n; power !== 0n && power !== -1n; odd += 2n) {
    sum += power / odd;
    power = times(power, z2);
  }
  return sum;
}

const LN_2 = 2n * oddSeries(ONE / 3n, 1n);
const PI = 16n * oddSeries(ONE / 5n, -1n) - 4n * oddSeries(ONE / 239n, -1n);

export function exp(x: Real): Real {
  const n = x / LN_2;
  const r = (x - n * LN_2) >> 16n;
  let sum = ONE;
  let term = ONE;
  for (let k = 1n; term !== 0n && term !== -1n; k++) {
    term = times(term, r) / k;
    sum += term;
  }
  for (let i = 0; i < 16; i++) sum = square(sum);
  return n >= 0n ? sum << n : sum >> -n;
}

/** x > 0 */
export function ln(x: Real): Real {
  let k = BigInt(x.toString(2).length) - BITS - 1n;
  let m = k >= 0n ? x >> k : x << -k;
  // From [1, 2) to [¾, 1½).
  if (2n * m > 3n * ONE) {
    m >>= 1n;
    k += 1n;
  }
  return 2n * oddSeries(over(m - ONE, m + ONE), 1n) + k * LN_2;
}

export function tanh(x: Real): Real {
  const e = exp(2n * x);
  return over(e - ONE, e + ONE);
}

export const sinh = (x: Real): Real => (exp(x) - exp(-x)) / 2n;
export const cosh = (x: Real): Real => (exp(x) + exp(-x)) / 2n;
export const asinh = (x: Real): Real => (x < 0n ? -asinh(-x) : ln(x + root(square(x) + ONE)));
export const acosh = (x: Real): Real => ln(x + root(square(x) - ONE));
export const atanh = (x: Real): Real => ln(over(ONE + x, ONE - x)) / 2n;
export const sigmoid = (x: Real): Real => over(ONE, ONE + exp(-x));
export const softplus = (x: Real): Real => ln(ONE + exp(x));

/** x less the nearest multiple of π/2, and which one. */
function turned(x: Real): [Real, number] {
  const n = (2n * x + PI / 2n) / PI - (2n * x + PI / 2n < 0n ? 1n : 0n);
  return [x - (n * PI) / 2n, Number(((n % 4n) + 4n) % 4n)];
}

/** sin (from = 1) or cos (from = 0) of a small r. */
function circular(r: Real, from: bigint): Real {
  const r2 = square(r);
  let term = from === 1n ? r : ONE;
  let sum = 0n;
  for (let k = from; term !== 0n && term !== -1n; k += 2n) {
    sum += term;
    term = -times(term, r2) / ((k + 1n) * (k + 2n));
  }
  return sum;
}

export function sin(x: Real): Real {
  const [r, quadrant] = turned(x);
  const value = circular(r, quadrant % 2 === 0 ? 1n : 0n);
  return quadrant >= 2 ? -value : value;
}

export function cos(x: Real): Real {
  const [r, quadrant] = turned(x);
  const value = circular(r, quadrant % 2 === 0 ? 0n : 1n);
  return quadrant === 1 || quadrant === 2 ? -value : value;
}

export const tan = (x: Real): Real => over(sin(x), cos(x));

export function atan(x: Real): Real {
  if (abs(x) > ONE) return (x < 0n ? -PI : PI) / 2n - atan(over(ONE, x));
  let z = x;
  // atan z = 2 atan(z / (1 + √(1 + z²)))
  for (let i = 0; i < 5; i++) z = over(z, ONE + root(ONE + square(z)));
  return oddSeries(z, -1n) << 5n;
}

/** |x| < 1 */
export const asin = (x: Real): Real => atan(over(x, root(ONE - square(x))));
/** |x| < 1 */
export const acos = (x: Real): Real => PI / 2n - asin(x);

/** By its alternating series, of which the largest terms are about e^(x²): for |x| up to 20. */
export function erf(x: Real): Real {
  const x2 = square(x);
  let sum = 0n;
  let power = x;
  for (let n = 0n; power !== 0n && power !== -1n; n++) {
    sum += power / (2n * n + 1n);
    power = -times(power, x2) / (n + 1n);
  }
  return over(2n * sum, root(PI));
}

export const gelu = (x: Real): Real => times(x, ONE + erf(over(x, root(2n * ONE)))) / 2n;
export const mish = (x: Real): Real => times(x, tanh(softplus(x)));
export const swish = (x: Real): Real => times(x, sigmoid(x));

/** x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))) = x · sigmoid(2 · that argument) */
export function geluTanh(x: Real): Real {
  const cube = times((times(square(x), x) * 44715n) / 1000000n + x, 2n * root(over(2n * ONE, PI)));
  return times(x, sigmoid(cube));
}

/** x > 0 */
export const pow = (x: Real, y: Real): Real => exp(times(y, ln(x)));

/** How far `actual` is from `expected`, in units of the last place that a float with `bits` fraction bits and no exponent
 *  below `lowest` has at `expected`. */
export function ulpsOff(actual: number, expected: Real, bits = 52n, lowest = -1022n): number {
  const size = abs(expected);
  const exponent = BigInt(size.toString(2).length) - 1n - BITS;
  const ulp = 1n << (BITS + (exponent > lowest ? exponent : lowest) - bits);
  return Number((abs(real(actual) - expected) * 10000n) / ulp) / 10000;
}
