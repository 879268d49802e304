// What calibration knows of a tensor: the contract between those who collect (calibrate/), those who choose ranges
// (the methods of this folder) and those who tell people (report/).

/** Counts of values on a grid whose width is a power of two. Bin i of the tensor, i >= first, holds the values of
 *  [i · 2^exponent, (i + 1) · 2^exponent). The exponent is the smallest at which at most HISTOGRAM_BINS bins cover
 *  everything seen, so it depends on what was seen and not on the order; two bins of one grid are exactly one of the next. */
export interface Histogram {
  readonly exponent: number;
  /** Index of the first bin; counts[k] belongs to bin first + k. The first and the last count are not 0. */
  readonly first: number;
  /** Whole numbers up to 2^53. */
  readonly counts: Float64Array;
}

/** Bins of a histogram at most: more than 2,048 for |x| of a tensor with both signs. */
export const HISTOGRAM_BINS = 8192;

/** Extremes of one sample, or of one batch where a tensor has no batch dim. */
export interface SampleExtremes {
  /** Number of the sample in the whole calibration set, shards counted together. */
  readonly sample: number;
  readonly min: number;
  readonly max: number;
}

/** The last samples whose extremes are kept, for movingAverage: older ones weigh less than float32 can tell. */
export const KEPT_SAMPLES = 2048;

/** Statistics of one tensor. Their size does not depend on the number of samples, and merging is associative and
 *  commutative to the byte. */
export interface TensorStats {
  /** Samples seen. */
  readonly samples: number;
  /** Elements seen, at most 2^53. */
  readonly count: number;
  readonly zeros: number;
  readonly min: number;
  readonly max: number;
  readonly histogram: Histogram;
  /** Of the last KEPT_SAMPLES samples, in their order. */
  readonly extremes: readonly SampleExtremes[];
  /** Mean over samples of each one's largest |x|: summed exactly, rounded once. */
  readonly meanAbsMax: number;
  /** Means over samples of each one's quantiles 0.0001 and 0.9999: summed exactly, rounded once. */
  readonly meanQuantiles: { readonly low: number; readonly high: number };
}
