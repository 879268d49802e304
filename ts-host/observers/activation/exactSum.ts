// Sums of float32 numbers without rounding, so that no order of samples and no cut into shards shows in them. A float32 is a
// whole number of 2^-149; the sum is that whole number.

import { exponentOf, powerOfTwo } from './grid.js';

const UNIT_EXPONENT = -149;
/** Significant bits of a float64, and one to tell a tie from what lies above it. */
const QUOTIENT_BITS = 55;

/** A float32 number in units of 2^-149. */
export function exactUnits(x: number): bigint {
  if (x === 0) return 0n;
  // x = mantissa · 2^exponent, mantissa a whole number of at most 24 bits.
  const exponent = Math.max(UNIT_EXPONENT, exponentOf(x) - 23);
  return BigInt(x / powerOfTwo(exponent)) << BigInt(exponent - UNIT_EXPONENT);
}

/** units · 2^-149 / count, rounded once, to nearest. 0 for a count of 0. */
export function exactMean(units: bigint, count: number): number {
  if (units === 0n || count === 0) return 0;
  const size = units < 0n ? -units : units;
  const divisor = BigInt(count);
  // Enough bits that all a float64 holds are there; the remainder joins the last one, which decides no tie but breaks it.
  const shift = Math.max(0, QUOTIENT_BITS + bitsOf(divisor) - bitsOf(size));
  const scaled = size << BigInt(shift);
  const quotient = scaled / divisor;
  const sticky = quotient * divisor === scaled ? quotient : quotient | 1n;
  const mean = Number(sticky) * powerOfTwo(UNIT_EXPONENT - shift);
  return units < 0n ? -mean : mean;
}

const bitsOf = (x: bigint): number => x.toString(2).length;
