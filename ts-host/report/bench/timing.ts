// Times of runs as figures: the median, and how far the others spread.

/** Milliseconds of one run. */
export interface Timing {
  readonly medianMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly meanMs: number;
  /** Nine of ten runs took at most this. */
  readonly p90Ms: number;
}

/** @param times - of at least one run */
export function timingOf(times: readonly number[]): Timing {
  const sorted = [...times].sort((a, b) => a - b);
  return {
    medianMs: median(sorted),
    minMs: sorted[0]!,
    maxMs: sorted.at(-1)!,
    meanMs: times.reduce((sum, time) => sum + time, 0) / times.length,
    p90Ms: sorted[Math.ceil(0.9 * sorted.length) - 1]!,
  };
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
