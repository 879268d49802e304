// Operators that take codes as they take any other elements.

import type { OperatorForm } from './operatorForm.js';
import { operand } from './operatorForm.js';

export const move: OperatorForm = (integer) => {
  const { node, site } = integer;
  const [, ...others] = node.inputs;
  const outputs = node.outputs.map((name) => site.values.get(name)?.codes ?? name);
  return { ...node, inputs: [operand(integer, 0).codes, ...others], outputs };
};
