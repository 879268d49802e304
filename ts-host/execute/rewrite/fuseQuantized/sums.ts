// Sums of products stay inside 32 bits, whatever the codes are: integer kernels sum modulo 2^32, where the float operator of the
// model would go on.
//
//   |Σ (x − zx) · (w − zw) + bias| ≤ depth · mx · mw + 2^30 ≤ 2^31 − 1        mx, mw: how far codes are from their zero point
//
// A bias that the model itself has as codes at the scale of the products is taken as it is: channels whose weights are next to
// nothing have biases at the end of int32, and integer operators of any engine add them so.
//
// So u8 times s8 with a zero point of 0 may be 32,896 deep. Of two activations the depth is not known here; there, from a depth of
// 33,026 on, codes that are all at the far end would pass 32 bits.

import { elementCount } from '../../../ir/tensor.js';
import type { Codes, Site } from './site.js';

/** What the codes of a bias stay below that are made here. */
export const MOST_BIAS = 2 ** 30;
const MOST_SUM = 2 ** 31 - 1;

/** @param outputs - elements of the weight's dims that are not summed over; the others are
 *  @throws Refusal */
export function requireRoom(site: Site, x: Codes, weight: Codes, outputs: number, hasBias: boolean): void {
  if (weight.dims === undefined) return;
  const depth = elementCount(weight.dims) / Math.max(1, outputs);
  const most = depth * farthest(x) * farthest(weight) + (hasBias ? MOST_BIAS : 0);
  if (most > MOST_SUM) site.refuse(`its sums of ${depth} products may pass 32 bits`);
}

/** The largest distance of a code from its zero point. */
function farthest({ dtype, zeroPoints }: Codes): number {
  const [low, high] = dtype === 'uint8' ? [0, 255] : [-128, 127];
  const points = Array.from(zeroPoints);
  return points.reduce((most, zero) => Math.max(most, zero - low, high - zero), 0);
}
