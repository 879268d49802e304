// What those who choose ranges need of a calibration: statistics by the name of a value.

import type { TensorStats } from './stats.js';

export interface StatsByValue {
  /** undefined for a value that calibration has not seen. */
  get(value: string): TensorStats | undefined;
}
