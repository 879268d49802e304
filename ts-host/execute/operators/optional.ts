// Optional values: a tensor or sequence, or none.

import type { EvaluationContext, Operator } from '../operator.js';
import { boolScalar } from './evaluated.js';

function optional(node: EvaluationContext): void {
  node.assign(0, node.has(0) ? node.value(0) : { kind: 'none' });
}

function hasElement(node: EvaluationContext): void {
  node.assign(0, boolScalar(node, node.has(0) && node.value(0).kind !== 'none'));
}

function getElement(node: EvaluationContext): void {
  const value = node.value(0);
  if (value.kind === 'none') node.fail('the optional has no value');
  node.assign(0, value);
}

export const OPTIONALS: readonly Operator[] = [
  { opType: 'Optional', domain: '', acceptsHalf: true, evaluate: optional },
  { opType: 'OptionalHasElement', domain: '', acceptsHalf: true, evaluate: hasElement },
  { opType: 'OptionalGetElement', domain: '', acceptsHalf: true, evaluate: getElement },
];
