// Inputs whose every dim follows from those of others.

import type { NodeContext } from '../node.js';
import { describeType } from '../value.js';

/** @throws OctavoError `SHAPE_MISMATCH` unless the input is absent or has these dims */
export function requireDims(node: NodeContext, index: number, dims: readonly number[]): void {
  const type = node.optional(index);
  if (type === undefined) return;
  if (type.dims.length === dims.length && type.dims.every((dim, i) => dim === dims[i])) return;
  node.fail(`input ${index} is ${describeType(type)}, needs [${dims.join(', ')}]`);
}
