// The contract of a converter: one operator of Paddle's as nodes of ONNX's standard operators. A family of converters is a file
// of operators/ and a line of operators/index.ts.

import type { OpScope } from './opScope.js';

export interface OperatorConverter {
  /** Types of Paddle's operators that it takes. */
  readonly types: readonly string[];
  /** Emits the nodes for one operator: reads `op.input(…)`, `op.attributes`, and defines `op.output(…)`. Outputs that nobody
   *  reads (masks, saved shapes) may stay undefined.
   *  @throws OctavoError `UNSUPPORTED_OP` (by `op.unsupported`) for a case that ONNX has no form for; `MALFORMED`. */
  convert(op: OpScope): void | Promise<void>;
}

/** A converter of one type, or of several that differ by their type alone. */
export function converter(
  types: string | readonly string[],
  convert: OperatorConverter['convert'],
): OperatorConverter {
  return { types: typeof types === 'string' ? [types] : types, convert };
}
