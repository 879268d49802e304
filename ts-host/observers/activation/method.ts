// What a method of calibration is: from statistics to a range. One method a file, listed in ./index.ts.

import type { ExecutionEngine } from '../../wasm/execution.js';
import type { TensorStats } from './stats.js';

/** Codes that the range will be spread over. */
export interface CodeRule {
  readonly qmin: number;
  readonly qmax: number;
  /** real = scale · code, or scale · (code − middle) for unsigned codes. */
  readonly symmetric: boolean;
}

/** The values that codes cover; what lies outside is clipped. min <= 0 <= max. */
export interface ActivationRange {
  readonly min: number;
  readonly max: number;
}

export interface MethodOptions {
  /** Share of values kept, for `percentile`: in percent, default 99.999. */
  readonly percentile?: number | undefined;
  /** Weight of a new sample, for `movingAverage`: default 0.01. */
  readonly rate?: number | undefined;
}

/** Chooses the range of a tensor. Pure: equal statistics give equal bits in every runtime; searches over histograms run
 *  in wasm. */
export type ActivationMethod = (
  engine: ExecutionEngine,
  stats: TensorStats,
  rule: CodeRule,
  options: MethodOptions,
) => ActivationRange;
