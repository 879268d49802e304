// The codes a weight is stored in: dtype and range for a number of bits.
//
//   bits     2, 3, 4            5, 6, 7, 8         16
//   stored   int4 / uint4       int8 / uint8       int16 / uint16      (signed when symmetric)
//
// symmetric: [−(2^(b−1)−1), 2^(b−1)−1], zero point 0. affine: [0, 2^b−1]. Codes of fewer bits than their type lie in
// its middle. 2-bit types exist since opset 25 only; until engines have them, 2-bit codes go into 4 bits.

import type { CodeDType } from '../ir/dtype.js';
import type { Granularity } from '../ir/plan.js';
import type { WeightObserver } from '../observers/index.js';
import type { Bits, PlanSettings } from './options.js';
import type { WeightRole } from './roles.js';

export interface CodeRange {
  readonly dtype: CodeDType;
  readonly qmin: number;
  readonly qmax: number;
}

/** Smallest ONNX type for codes of `bits` bits; `fourBit` = whether 4-bit types may be used. */
export function codeRange(bits: Bits, symmetric: boolean, fourBit = true): CodeRange {
  const width = bits <= 4 && fourBit ? 4 : bits <= 8 ? 8 : 16;
  if (!symmetric) return { dtype: `uint${width}`, qmin: 0, qmax: 2 ** bits - 1 };
  const qmax = 2 ** (bits - 1) - 1;
  return { dtype: `int${width}`, qmin: -qmax, qmax };
}

/** The granularity asked for, as far as the tensor allows: blocks need an axis at least a block long (else each
 *  would hold a few elements and the scales would outweigh the codes), channels need 2 output channels. */
export function granularityFor(
  role: WeightRole,
  dims: readonly number[],
  settings: PlanSettings,
): Granularity {
  const { blockSize } = settings;
  if (settings.granularity === 'tensor') return { kind: 'tensor' };
  if (settings.granularity === 'block' && dims[role.blockAxis]! >= blockSize) {
    return { kind: 'block', axis: role.blockAxis, blockSize };
  }
  return dims[role.channelAxis]! > 1 ? { kind: 'channel', axis: role.channelAxis } : { kind: 'tensor' };
}

/** Weights of up to this many elements are searched by `auto` at any number of bits: the search reads a weight 31 times
 *  over. */
const SEARCHED_ELEMENTS = 1 << 17;

/** The observer asked for, or the one that `auto` stands for: the search where it pays. Where inputs are known
 *  (rowInputs.ts) it does at any size, and it bounds its own time. */
export function observerFor(
  { observer, qmin, qmax }: CodeRange & { readonly observer: WeightObserver | 'auto' },
  elements: number,
  knowsInputs: boolean,
): WeightObserver {
  if (observer !== 'auto') return observer;
  return knowsInputs || qmax - qmin < 16 || elements <= SEARCHED_ELEMENTS ? 'mse' : 'absmax';
}
