// log10 to 100 bits and more, in integers: fixed point with 160 fraction bits.

const ONE = 1n << 160n;

/** ln x of a fixed-point x in [1, 2]: 2 · artanh((x − 1) / (x + 1)). */
function lnFixed(x: bigint): bigint {
  const s = ((x - ONE) * ONE) / (x + ONE);
  const square = (s * s) / ONE;
  let sum = 0n;
  for (let power = s, j = 1n; power !== 0n; j += 2n) {
    sum += power / j;
    power = (power * square) / ONE;
  }
  return 2n * sum;
}

const LN_2 = lnFixed(2n * ONE);
const LN_10 = 3n * LN_2 + lnFixed(ONE + ONE / 4n);

/** log10 x of a positive, finite x: fixed point with 160 fraction bits. */
export function log10Fixed(x: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  const scaled = x < 2 ** -1022 ? x * 2 ** 54 : x;
  view.setFloat64(0, scaled);
  const bits = view.getBigUint64(0);
  const exponent = Number(bits >> 52n) - 1023 - (scaled === x ? 0 : 54);
  const mantissa = (bits & ((1n << 52n) - 1n)) | (1n << 52n);
  return ((lnFixed(mantissa << 108n) + BigInt(exponent) * LN_2) * ONE) / LN_10;
}

/** How far `actual` is from the fixed-point `expected`, in units of the last place of `actual`. */
export function ulpsFrom(expected: bigint, actual: number): number {
  const ulp = 2 ** (Math.floor(Math.log2(Math.abs(actual))) - 52);
  // actual / ulp is an integer; ulp is a power of two above 2^-160.
  const fixedUlp = ONE >> BigInt(-Math.log2(ulp));
  const difference = expected - BigInt(actual / ulp) * fixedUlp;
  return Math.abs(Number((difference * 1000n) / fixedUlp)) / 1000;
}
