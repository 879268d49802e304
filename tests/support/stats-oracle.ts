// Statistics of a tensor as the contract words them, from a plain list of samples; imports nothing of ours.

export interface OracleStats {
  readonly exponent: number;
  readonly first: number;
  readonly counts: readonly number[];
  readonly min: number;
  readonly max: number;
  readonly zeros: number;
}

const MAX_BINS = 8192;

/** floor(x / 2^exponent); quotients of a float32 and a power of two are exact in float64. */
const bin = (x: number, exponent: number): number => Math.floor(x / 2 ** exponent);

/** The exponent by trying all from the smallest on. */
export function oracleExponent(min: number, max: number): number {
  const largest = Math.max(-min, max);
  for (let exponent = -126; ; exponent++) {
    const bins = bin(max, exponent) - bin(min, exponent) + 1;
    if (bins <= MAX_BINS && largest / 2 ** exponent < 2 ** 22) return exponent;
  }
}

export function oracleStats(values: readonly number[]): OracleStats {
  const min = values.reduce((a, b) => Math.min(a, b), Infinity) + 0;
  const max = values.reduce((a, b) => Math.max(a, b), -Infinity) + 0;
  const exponent = oracleExponent(min, max);
  const first = bin(min, exponent);
  const counts = new Array<number>(bin(max, exponent) - first + 1).fill(0);
  for (const x of values) counts[bin(x, exponent) - first]!++;
  return { exponent, first, counts, min, max, zeros: values.filter((x) => x === 0).length };
}

/** The outer borders of the bins of the 0.0001 and 0.9999 quantile of one sample. */
export function oracleQuantiles(values: readonly number[]): { low: number; high: number } {
  const { exponent, min, max } = oracleStats(values);
  const sorted = [...values].sort((a, b) => a - b);
  const left = Math.floor(values.length * 1e-4);
  const low = bin(sorted[left]!, exponent) * 2 ** exponent;
  const high = (bin(sorted[values.length - 1 - left]!, exponent) + 1) * 2 ** exponent;
  return { low: Math.max(min, low), high: Math.min(max, high) };
}
