// Making nodes.

import { intAttribute } from '../../ir/attributes.js';
import type { Node } from '../../ir/model.js';

/** A standard operator with one output, called by it. */
export function makeNode(opType: string, inputs: readonly string[], output: string, axis?: number): Node {
  const attributes = new Map(axis === undefined ? [] : [['axis', intAttribute(axis)] as const]);
  return { name: `${output}/${opType}`, opType, domain: '', inputs, outputs: [output], attributes };
}
