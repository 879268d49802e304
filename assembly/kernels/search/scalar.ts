// Sums over the bins before each border (num/divergence.ts). Scalar: once a search.

import { ENTRY, FILLED, LOGS } from '../../num/divergence';
import { ln64 } from '../../num/f64/ln';

/** Writes bins + 1 entries. */
export function kl_prefix_sums_f64(countsPtr: usize, bins: usize, outPtr: usize): void {
  let sum: f64 = 0;
  let filled: f64 = 0;
  let logs: f64 = 0;
  for (let k: usize = 0; ; k++) {
    const at = outPtr + k * ENTRY;
    store<f64>(at, sum);
    store<f64>(at, filled, FILLED);
    store<f64>(at, logs, LOGS);
    if (k == bins) return;
    const count = load<f64>(countsPtr + (k << 3));
    if (count == 0) continue;
    sum += count;
    filled += 1;
    logs += count * ln64(count);
  }
}
