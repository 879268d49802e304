// What the quantized model makes of a value, read from its DequantizeLinear: dtype, scale, zero point, and the range that
// the codes stand for.

import type { RunContext } from '../../context.js';
import type { DType } from '../../ir/dtype.js';
import { isDequantize, type Links } from './links.js';
import { numbersOf, storedTensor } from './parameters.js';

/** How a value is stored: real = scale · (code − zeroPoint). */
export interface Codes {
  readonly dtype: DType;
  readonly scale: number;
  readonly zeroPoint: number;
  /** Least and greatest number that codes stand for. */
  readonly low: number;
  readonly high: number;
}

const RANGES: Partial<Record<DType, readonly [number, number]>> = {
  int2: [-2, 1],
  uint2: [0, 3],
  int4: [-8, 7],
  uint4: [0, 15],
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
};

/** Codes of a value with one scale; undefined where it is no output of a DequantizeLinear, or has several scales or some
 *  that are computed. */
export async function codesOf(name: string, links: Links, context: RunContext): Promise<Codes | undefined> {
  const maker = links.maker(name);
  if (maker === undefined || !isDequantize(maker)) return undefined;
  const [, scaleName = '', zeroName = ''] = maker.inputs;
  const [scale, ...others] = await numbersOf(storedTensor(links, scaleName), context);
  const zeros = storedTensor(links, zeroName);
  const [zeroPoint = zeroName === '' ? 0 : undefined] = await numbersOf(zeros, context);
  const dtype = zeros?.dtype ?? 'uint8';
  const range = RANGES[dtype];
  if (scale === undefined || others.length > 0 || zeroPoint === undefined || range === undefined)
    return undefined;
  const [qmin, qmax] = range;
  return { dtype, scale, zeroPoint, low: scale * (qmin - zeroPoint), high: scale * (qmax - zeroPoint) };
}
