// Steps of weights in which their bias has an int32 code. Trained nets have channels whose weights have died away, down to 1e-39, and whose bias
// has not:
//
//   |b[c]| < 2^30 · step[c] · step of x        or step[c] is raised until it holds
//
// Codes of such a channel become coarser, and a sum of d products moves by at most d · step[c]/2 · 127 · step of x < d · 2^-24 · |b[c]|: nothing
// beside the step of a result that |b[c]| is a part of.

/** As much again is left for the sum of products. */
export const MOST_BIAS_CODE = 2 ** 30;

/** By how much a raised step is larger than it must be, against rounding. */
const MARGIN = 1 + 2 ** -20;

/** @param steps - one a channel
 *  @param bias - one a channel
 *  @param inputStep - step of the codes that the weights are multiplied with */
export function withRoomForBias(
  steps: Float32Array,
  bias: ArrayLike<number>,
  inputStep: number,
): Float32Array {
  return steps.map((step, c) => Math.max(step, (MARGIN * Math.abs(bias[c]!)) / (MOST_BIAS_CODE * inputStep)));
}
