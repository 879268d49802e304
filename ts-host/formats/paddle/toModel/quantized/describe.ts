// What the operators that quantize say of themselves: arguments and attributes, in the versions of Paddle.

import { OctavoError } from '../../../../errors.js';
import type { Tensor } from '../../../../ir/tensor.js';
import type { PaddleAttributes } from '../../attributes.js';
import type { PaddleOp } from '../../program.js';
import type { QuantKind } from './kinds.js';
import { qmaxOf } from './thresholds.js';

/** Bits that codes may have. */
const BITS = Array.from({ length: 15 }, (_, at) => at + 2);

/** Such an operator only watches: values go through. */
export const isObserver = (attributes: PaddleAttributes): boolean => attributes.bool('only_observer', false);

/** The variable of an argument. @throws OctavoError `MALFORMED` */
export function argument({ inputs, outputs }: PaddleOp, name: string, node: string): string {
  const found = (inputs.get(name) ?? outputs.get(name))?.[0];
  if (found !== undefined) return found;
  throw new OctavoError('MALFORMED', `its argument ${name} is missing`, { node });
}

/** The argument in which a quantizer of a weight finds its thresholds; undefined where it takes them from the weight. */
export function storedArgument(
  op: PaddleOp,
  { scale, storedInTest }: QuantKind,
  attributes: PaddleAttributes,
  parameters: ReadonlyMap<string, Tensor>,
): string | undefined {
  if (storedInTest === undefined || !attributes.bool('is_test', false)) return scale;
  return parameters.has(op.outputs.get(storedInTest)?.[0] ?? '') ? storedInTest : undefined;
}

/** Paddle 3 goes by qmax where a program has it, Paddle 2 by bit_length. Both take no notice of zero points. */
export function bitsOf(attributes: PaddleAttributes, node: string): number {
  const bits = attributes.int('bit_length', 8);
  const qmax = attributes.has('qmax') ? attributes.int('qmax') : qmaxOf(bits);
  const own = BITS.find((each) => qmaxOf(each) === qmax);
  if (own === undefined) throw unfit(node, `codes up to ${qmax} are those of no number of bits`);
  return own;
}

/** The axis of thresholds, or undefined where one serves all. Programs that do not say it are from when only convolutions had
 *  more than one. */
export function axisOf(
  { type }: PaddleOp,
  { perChannel }: QuantKind,
  attributes: PaddleAttributes,
): number | undefined {
  const axis = attributes.int('quant_axis', perChannel ? 0 : -1);
  return axis < 0 || (!perChannel && !type.endsWith('_linear')) ? undefined : axis;
}

export const unfit = (node: string, message: string): OctavoError =>
  new OctavoError('UNSUPPORTED_OP', message, { node });
