// The error function in JavaScript's float64, for tests: by its series and, for large arguments, its continued fraction.

/** erf x, to about 1e-15. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (size >= 1) return Math.sign(x) * (1 - erfc(size));
  let term = size;
  let sum = size;
  for (let n = 1; term > sum * 1e-18; n++) {
    term *= (2 * size * size) / (2 * n + 1);
    sum += term;
  }
  return (x < 0 ? -1 : 1) * ((2 * sum) / Math.sqrt(Math.PI)) * Math.exp(-size * size);
}

/** 1 − erf x for x >= 0, with the relative accuracy that the difference would lose. */
export function erfc(x: number): number {
  if (x < 1) return 1 - erf(x);
  let below = 0;
  for (let n = 500; n >= 1; n--) below = n / 2 / (x + below);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + below);
}
