// Measures of errors and distributions in plain float64, for tests of reports.

export interface OracleErrors {
  readonly mse: number;
  readonly sqnrDb: number;
  readonly cosine: number;
  readonly maxAbs: number;
}

export function oracleErrors(a: ArrayLike<number>, b: ArrayLike<number>): OracleErrors {
  let [aa, bb, ab, ee, maxAbs] = [0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    aa += x * x;
    bb += y * y;
    ab += x * y;
    ee += (x - y) ** 2;
    maxAbs = Math.max(maxAbs, Math.abs(x - y));
  }
  return {
    mse: ee / a.length,
    sqnrDb: ee === 0 ? Infinity : 10 * Math.log10(aa / ee),
    cosine: ab / Math.sqrt(aa * bb),
    maxAbs,
  };
}

/** The value below which `share` of the sorted numbers lie, between two neighbours in proportion. */
export function oracleQuantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low]! + (at - low) * ((sorted[low + 1] ?? sorted[low]!) - sorted[low]!);
}
