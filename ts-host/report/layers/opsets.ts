// Two models brought together: of one opset, and with the same inputs.

import { OctavoError } from '../../errors.js';
import type { Model } from '../../ir/model.js';
import { raiseOpset } from '../../passes/raise-opset/index.js';

/** Both models at the higher opset of the two.
 *  @throws OctavoError `UNSUPPORTED_OP` where one cannot be brought there */
export function sameOpset(a: Model, b: Model): [Model, Model] {
  const [low, high] = [opsetOf(a), opsetOf(b)];
  return low < high ? [raised(a, high), b] : [a, raised(b, low)];
}

function opsetOf({ opsets }: Model): number {
  return opsets.get('') ?? opsets.get('ai.onnx') ?? 1;
}

function raised(model: Model, opset: number): Model {
  const result = raiseOpset(model, opset);
  if (!Array.isArray(result)) return result;
  const [first] = result;
  throw new OctavoError(
    'UNSUPPORTED_OP',
    `the models have different opsets, and one cannot be brought to opset ${opset}: ${first!.reason}`,
    { node: first!.node },
  );
}

/** @throws OctavoError `INVALID_ARGUMENT` naming an input of `b` that `a` does not have */
export function requireSameInputs(a: Model, b: Model): void {
  const fed = ({ graph }: Model): string[] =>
    graph.inputs.map(({ name }) => name).filter((name) => !graph.initializers.has(name));
  const known = new Set(fed(a));
  const foreign = fed(b).find((name) => !known.has(name));
  if (foreign === undefined) return;
  throw new OctavoError('INVALID_ARGUMENT', 'the float model has no such input; are the models of one net?', {
    tensor: foreign,
  });
}
