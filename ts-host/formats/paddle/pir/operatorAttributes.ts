// Attributes that an operator must have, as plain values.

import type { PaddleAttribute } from '../program.js';
import type { PirOp } from './parse.js';

/** @throws OctavoError `MALFORMED`, as all of these */
export function textOf(op: PirOp, name: string): string {
  const attribute = op.attributes.get(name);
  if (attribute?.kind !== 'string') throw op.place.fail(`(${op.name}) has no ${name}`);
  return attribute.value;
}

function attributeOf(op: PirOp, name: string): PaddleAttribute {
  const attribute = op.attributes.get(name);
  if (attribute === undefined) throw op.place.fail(`(${op.name}) has no ${name}`);
  return attribute;
}

export function boolOf(op: PirOp, name: string): boolean {
  const attribute = attributeOf(op, name);
  if (attribute.kind !== 'bool') throw op.place.fail(`(${op.name}) has a ${name} that is no bool`);
  return attribute.value;
}

export function numberOf(op: PirOp, name: string): number | bigint {
  const attribute = attributeOf(op, name);
  if ('value' in attribute) {
    const { value } = attribute;
    if (typeof value === 'number' || typeof value === 'bigint') return value;
    if (typeof value === 'boolean') return Number(value);
  }
  throw op.place.fail(`(${op.name}) has a ${name} that is no number`);
}

export function numbersOf(op: PirOp, name: string): readonly (number | bigint)[] {
  const attribute = attributeOf(op, name);
  if (attribute.kind === 'ints' || attribute.kind === 'longs') return attribute.value;
  throw op.place.fail(`(${op.name}) has a ${name} that is no list of whole numbers`);
}
