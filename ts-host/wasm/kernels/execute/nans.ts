// NaNs of a tensor made canonical, in place.

import type { ExecutionEngine } from '../../execution.js';

/** Gives every NaN of `count` elements the bits 0x7fc00000 (float32; the like in the other types). Other dtypes than
 *  floats have no NaN: nothing happens. */
export function canonicalNaNs(
  { kernels }: ExecutionEngine,
  dtype: string,
  address: number,
  count: number,
): void {
  if (dtype === 'float32') kernels.canonical_nans_f32!(address, count);
  else if (dtype === 'float64') kernels.canonical_nans_f64!(address, count);
  else if (dtype === 'float16') kernels.canonical_nans_u16!(address, count, 0x7c00, 0x7e00);
  else if (dtype === 'bfloat16') kernels.canonical_nans_u16!(address, count, 0x7f80, 0x7fc0);
}
