// A tensor cut into a sequence along an axis, and a sequence joined into a tensor.

import type { EvaluationContext } from '../operator.js';
import { describeType, type TensorValue } from '../value.js';
import { placePiece, productOf, takePiece } from './alongAxis.js';
import { sequenceOf, tensorOf } from './evaluated.js';

export function evaluateSplit(node: EvaluationContext): void {
  const { dtype, dims, address } = tensorOf(node, node.value(0), 'input 0');
  const axis = node.axis(node.int('axis', 0), dims.length);
  const total = dims[axis]!;
  const lengths = node.has(1) ? givenLengths(node, total) : Array<number>(total).fill(1);
  const squeezes = !node.has(1) && !node.flag('keepdims', true);
  const [outer, inner] = [productOf(dims.slice(0, axis)), productOf(dims.slice(axis + 1))];
  const items: TensorValue[] = [];
  let at = 0;
  for (const length of lengths) {
    const rest = dims.slice(axis + 1);
    const kept = [...dims.slice(0, axis), ...(squeezes ? [] : [length]), ...rest];
    const item = node.temporary({ dtype, dims: kept });
    takePiece(node, dtype, { outer, inner, total, at, length }, address, item.address);
    items.push(item);
    at += length;
  }
  node.assign(0, { kind: 'sequence', items });
}

/** Lengths of the pieces: as listed, or all equal but for a last one that is shorter. */
function givenLengths(node: EvaluationContext, total: number): number[] {
  const listed = node.ints(1);
  if (node.input(1).dims.length === 0) {
    const [each] = listed as [number];
    if (each < 1) node.fail(`pieces of length ${each}`);
    const count = Math.ceil(total / each);
    return Array.from({ length: count }, (_, i) => Math.min(each, total - i * each));
  }
  const sum = listed.reduce((a, b) => a + b, 0);
  if (listed.some((length) => length < 0) || sum !== total) {
    node.fail(`pieces of ${listed.join(', ')} do not make up ${total}`);
  }
  return listed;
}

export function evaluateConcat(node: EvaluationContext): void {
  const { items } = sequenceOf(node, 0);
  const [first] = items;
  if (first === undefined) node.fail('an empty sequence makes no tensor');
  const isNew = node.flag('new_axis');
  const { dtype, dims } = first;
  const axis = node.axis(node.int('axis'), dims.length + (isNew ? 1 : 0));
  const rest = (item: TensorValue): string =>
    describeType({ dtype: item.dtype, dims: item.dims.map((dim, i) => (!isNew && i === axis ? -1 : dim)) });
  for (const item of items) {
    if (rest(item) !== rest(first)) {
      node.fail(`${describeType(item)} does not join ${describeType(first)} along axis ${axis}`);
    }
  }
  const lengths = items.map((item) => (isNew ? 1 : item.dims[axis]!));
  const total = lengths.reduce((a, b) => a + b, 0);
  const behind = dims.slice(isNew ? axis : axis + 1);
  const out = node.allocate(0, { dtype, dims: [...dims.slice(0, axis), total, ...behind] });
  const [outer, inner] = [productOf(dims.slice(0, axis)), productOf(behind)];
  let at = 0;
  for (const [i, item] of items.entries()) {
    const length = lengths[i]!;
    placePiece(node, dtype, { outer, inner, total, at, length }, item.address, out);
    at += length;
  }
}
