// Thresholds of a quantized program, read and checked. What Paddle calls a scale is the largest |x| that has a code:
//
//   step = threshold / qmax        qmax = 2^(bits − 1) − 1, divided in float32 as Paddle does
//
// Dynamic quantization alone writes steps.

import type { RunContext } from '../../../../context.js';
import { OctavoError } from '../../../../errors.js';
import { readAll, type Tensor } from '../../../../ir/tensor.js';

/** Most thresholds of one variable. */
const MOST_THRESHOLDS = 1 << 20;
/** What a step of an all-zero weight is: fine enough for biases. */
const STEP_OF_NOTHING = 2 ** -10;

/** Where thresholds are read from. */
export interface ThresholdReader {
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly context: RunContext;
}

export const qmaxOf = (bits: number): number => 2 ** (bits - 1) - 1;

/** The thresholds that a variable holds.
 *  @throws OctavoError `MALFORMED` when it is missing or holds no floats */
export async function readThresholds(
  { parameters, context }: ThresholdReader,
  name: string | undefined,
  node: string,
): Promise<Float32Array> {
  const tensor = parameters.get(name ?? '');
  if (name === undefined || tensor === undefined) {
    const what = name === undefined ? 'it names no threshold' : 'its threshold is not among the parameters';
    throw new OctavoError('MALFORMED', what, { node, ...(name === undefined ? {} : { tensor: name }) });
  }
  const { byteLength } = tensor.data;
  if (tensor.dtype !== 'float32' || byteLength === 0 || byteLength > 4 * MOST_THRESHOLDS) {
    const message = `thresholds are float32, at most ${MOST_THRESHOLDS}, not ${tensor.dtype} [${tensor.dims.join(', ')}]`;
    throw new OctavoError('MALFORMED', message, { node, tensor: name });
  }
  return new Float32Array((await readAll(tensor.data, context)).slice().buffer);
}

/** The steps that follow from thresholds.
 *  @param divisor - qmax, or what an operator has in its place
 *  @throws OctavoError `SCALE_INVALID` for a threshold that is 0, negative, NaN, infinite, or too small */
export function stepsOf(thresholds: Float32Array, divisor: number, place: StepPlace): Float32Array {
  return thresholds.map((threshold, at) => {
    const step = Math.fround(threshold / divisor);
    if (step >= LEAST_STEP && step < Number.POSITIVE_INFINITY) return step;
    const which = thresholds.length > 1 ? `threshold ${at}` : 'the threshold';
    throw new OctavoError('SCALE_INVALID', `${which} is ${threshold}`, place);
  });
}

/** As {@link stepsOf}, of a weight: a channel of zeros has threshold 0, and any step serves it. It gets the largest of the others,
 *  in which its bias has a code. A channel of next to nothing, as regularization leaves them, has the least step there is. */
export function weightStepsOf(thresholds: Float32Array, divisor: number, place: StepPlace): Float32Array {
  const most = thresholds.reduce((a, b) => Math.max(a, b), 0);
  const alive = thresholds.map((threshold) => {
    if (threshold === 0) return most || divisor * STEP_OF_NOTHING;
    return threshold > 0 ? Math.max(threshold, divisor * LEAST_STEP) : threshold;
  });
  return stepsOf(alive, divisor, place);
}

export interface StepPlace {
  readonly node: string;
  readonly tensor: string;
}

/** The smallest normal float32: integer operators take no smaller scale. */
export const LEAST_STEP = 2 ** -126;

/** @throws OctavoError `SHAPE_MISMATCH` unless there is one step, or one for each element along `axis` of the weight */
export function requireChannels(
  steps: Float32Array,
  { name, dims }: Tensor,
  axis: number | undefined,
  node: string,
): void {
  if (axis === undefined || dims[axis] === steps.length) return;
  const message = `${steps.length} thresholds do not fit [${dims.join(', ')}] along axis ${axis}`;
  throw new OctavoError('SHAPE_MISMATCH', message, { node, tensor: name });
}
