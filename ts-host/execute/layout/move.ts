// Moving the channels of a value between the second place and the last: a Transpose, or nothing where the bytes are
// the same in both orders.

import { intsAttribute } from '../../ir/attributes.js';
import type { Node } from '../../ir/model.js';
import { Constant } from '../constant.js';
import { type Known, typeOf } from '../known.js';
import { bytesOf, type TensorType } from '../value.js';
import { UNNAMED, type Walk } from '../walk.js';
import { isFreeMove, permuted, toChannelsLast, toNatural } from './spatial.js';

/** `known` with its dims in the order `to`; it is in the other one. */
export async function moveChannels(
  walk: Walk,
  known: Known,
  to: 'natural' | 'channels last',
): Promise<Known> {
  const type = typeOf(known);
  if (type === undefined || type.dims.length < 3) return known;
  const rank = type.dims.length;
  const perm = to === 'natural' ? toNatural(rank) : toChannelsLast(rank);
  const moved = { dtype: type.dtype, dims: permuted(type.dims, perm) };
  const natural = to === 'natural' ? moved.dims : type.dims;
  if (isFreeMove(natural)) return withDims(walk, known, moved);
  return walk.convert(transposeNode(perm), 'layout', known);
}

/** A Transpose of one input. */
export function transposeNode(perm: readonly number[]): Node {
  const attributes = new Map([['perm', intsAttribute(perm)]]);
  return { name: '', opType: 'Transpose', domain: '', inputs: ['x'], outputs: [UNNAMED], attributes };
}

/** The same bytes under other dims. */
export function withDims(walk: Walk, known: Known, type: TensorType): Known {
  if (known.kind === 'tensor') return { kind: 'tensor', type, place: known.place };
  if (known.kind !== 'constant') return known;
  const { constant } = known;
  if (constant.elements !== undefined) {
    return { kind: 'constant', constant: new Constant(type, { kind: 'given', elements: constant.elements }) };
  }
  const { heap } = walk.engine;
  const compute = (at: number, context: Walk['context']): Promise<void> =>
    walk.constants.borrow(constant, context, (from) => {
      heap.bytes.copyWithin(at, from, from + byteLength);
    });
  const byteLength = bytesOf(type);
  return { kind: 'constant', constant: new Constant(type, { kind: 'computed', compute }) };
}
