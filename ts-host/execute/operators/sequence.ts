// Sequences: lists of tensors. A sequence is never changed; a longer or shorter one shares its tensors.

import type { EvaluationContext, Operator } from '../operator.js';
import { sizeOf, type TensorValue } from '../value.js';
import { int64Scalar, sequenceOf, tensorOf } from './evaluated.js';
import { evaluateConcat, evaluateSplit } from './sequenceAxis.js';

/** @throws OctavoError `UNSUPPORTED_DTYPE` unless all tensors are of one dtype */
function assignItems(node: EvaluationContext, items: readonly TensorValue[]): void {
  const [first] = items;
  for (const { dtype } of items) {
    if (dtype !== first!.dtype)
      node.fail(`a sequence of ${first!.dtype} holds no ${dtype}`, 'UNSUPPORTED_DTYPE');
  }
  node.assign(0, { kind: 'sequence', items });
}

/** A place in [0, end], counted from `length` where it is negative. */
function placeOf(node: EvaluationContext, index: number, length: number, end: number): number {
  const tensor = tensorOf(node, node.value(index), 'the position');
  if (sizeOf(tensor) !== 1) node.fail(`the position has ${sizeOf(tensor)} elements`);
  const given = node.scalar(index);
  const place = given < 0 ? given + length : given;
  if (place < 0 || place > end) node.fail(`position ${given} is outside a sequence of ${length}`);
  return place;
}

function construct(node: EvaluationContext): void {
  const items = Array.from({ length: node.inputCount }, (_, index) =>
    tensorOf(node, node.value(index), `input ${index}`),
  );
  assignItems(node, items);
}

function empty(node: EvaluationContext): void {
  node.assign(0, { kind: 'sequence', items: [] });
}

function insert(node: EvaluationContext): void {
  const { items } = sequenceOf(node, 0);
  const added = tensorOf(node, node.value(1), 'input 1');
  const place = node.has(2) ? placeOf(node, 2, items.length, items.length) : items.length;
  assignItems(node, [...items.slice(0, place), added, ...items.slice(place)]);
}

function erase(node: EvaluationContext): void {
  const { items } = sequenceOf(node, 0);
  if (items.length === 0) node.fail('an empty sequence has nothing to erase');
  const place = node.has(1) ? placeOf(node, 1, items.length, items.length - 1) : items.length - 1;
  assignItems(node, [...items.slice(0, place), ...items.slice(place + 1)]);
}

function at(node: EvaluationContext): void {
  const { items } = sequenceOf(node, 0);
  node.assign(0, items[placeOf(node, 1, items.length, items.length - 1)]!);
}

function length(node: EvaluationContext): void {
  node.assign(0, int64Scalar(node, sequenceOf(node, 0).items.length));
}

export const SEQUENCES: readonly Operator[] = [
  { opType: 'SequenceConstruct', domain: '', acceptsHalf: true, evaluate: construct },
  { opType: 'SequenceEmpty', domain: '', acceptsHalf: true, evaluate: empty },
  { opType: 'SequenceInsert', domain: '', acceptsHalf: true, evaluate: insert },
  { opType: 'SequenceErase', domain: '', acceptsHalf: true, evaluate: erase },
  { opType: 'SequenceAt', domain: '', acceptsHalf: true, evaluate: at },
  { opType: 'SequenceLength', domain: '', acceptsHalf: true, evaluate: length },
  { opType: 'SplitToSequence', domain: '', acceptsHalf: true, evaluate: evaluateSplit },
  { opType: 'ConcatFromSequence', domain: '', acceptsHalf: true, evaluate: evaluateConcat },
];
