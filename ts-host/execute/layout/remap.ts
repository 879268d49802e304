// What layout rules change of a node: the dims that its attributes name, and inputs of lower rank.

import type { Attribute, Node } from '../../ir/model.js';
import { type Entry, type Known, typeOf } from '../known.js';
import { withDims } from './move.js';
import { rankOf } from './rank.js';
import type { LayoutRequest } from './rule.js';
import { axisInChannelsLast } from './spatial.js';

/** A value of up to `rank` dims, as one that broadcasts against a tensor with channels last. */
export async function broadcastLast(
  { walk }: LayoutRequest,
  entry: Entry,
  rank: number,
): Promise<Known | undefined> {
  const own = rankOf(entry);
  if (own === undefined || own > rank) return undefined;
  if (own === rank) return walk.channelsLast(entry);
  const known = await walk.natural(entry);
  const type = typeOf(known)!;
  if (type.dims.every((dim) => dim === 1)) return known;
  const dims = [...Array<number>(rank - own).fill(1), ...type.dims];
  return walk.channelsLast({ natural: withDims(walk, known, { dtype: type.dtype, dims }) });
}

export function withAttribute(node: Node, name: string, value: Attribute): Node {
  return { ...node, attributes: new Map([...node.attributes, [name, value]]) };
}

/** `axis` as a dim with channels last, or undefined if it is no dim. */
export function movedAxis(axis: number, rank: number): number | undefined {
  const natural = axis < 0 ? axis + rank : axis;
  return natural >= 0 && natural < rank ? axisInChannelsLast(natural, rank) : undefined;
}

export function intOf(node: Node, name: string, fallback: number): number {
  const found = node.attributes.get(name);
  return found?.kind === 'int' ? Number(found.value) : fallback;
}
