// Paddings of convolutions and pools: Paddle's attributes as ONNX's.
//
//   Paddle: k numbers (both sides equal), or 2k: begin and end of each axis;   ONNX: all begins, then all ends
//   SAME: as many as make the output ceil(input / stride), the odd one behind; dilations become 1.   VALID: none

import { intsAttribute } from '../../../ir/attributes.js';
import type { Attribute } from '../../../ir/model.js';
import type { OpScope } from './opScope.js';

export interface Paddings {
  readonly begins: readonly number[];
  readonly ends: readonly number[];
}

/** Explicit paddings of an operator with `k` spatial axes. */
export function explicitPaddings(op: OpScope, k: number): Paddings {
  const values = op.attributes.ints('paddings', Array(k).fill(0));
  if (values.length === k) return { begins: values, ends: values };
  if (values.length !== 2 * k) throw op.fail('MALFORMED', `${values.length} paddings for ${k} axes`);
  return {
    begins: values.filter((_, i) => i % 2 === 0),
    ends: values.filter((_, i) => i % 2 === 1),
  };
}

type PaddingAlgorithm = 'EXPLICIT' | 'SAME' | 'VALID';

export function paddingAlgorithm(op: OpScope): PaddingAlgorithm {
  const name = op.attributes.string('padding_algorithm', 'EXPLICIT');
  if (name === 'EXPLICIT' || name === 'SAME' || name === 'VALID') return name;
  throw op.fail('MALFORMED', `the padding_algorithm ${name}`);
}

/** ONNX's attribute for the paddings of a convolution or a pool. */
export function paddingAttributes(op: OpScope, k: number): Record<string, Attribute> {
  const algorithm = paddingAlgorithm(op);
  if (algorithm === 'SAME')
    return { auto_pad: { kind: 'string', value: new TextEncoder().encode('SAME_UPPER') } };
  if (algorithm === 'VALID') return {};
  const { begins, ends } = explicitPaddings(op, k);
  return [...begins, ...ends].every((each) => each === 0)
    ? {}
    : { pads: intsAttribute([...begins, ...ends]) };
}
