// Tensors that ONNX puts into attributes and operators take as inputs behind the others: as constants they are read when
// they are needed, from any source and in any form.

import type { Node } from '../ir/model.js';
import { type Entry, storedConstant } from './known.js';

/** Attributes that become inputs, by operator. */
const HOISTED: Readonly<Record<string, string>> = { ConstantOfShape: 'value' };

export function attributeInputs({ opType, domain, attributes }: Node): Entry[] {
  const name = domain === '' ? HOISTED[opType] : undefined;
  const attribute = name === undefined ? undefined : attributes.get(name);
  return attribute?.kind === 'tensor' ? [{ natural: storedConstant(attribute.value) }] : [];
}
