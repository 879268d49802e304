// An attribute of an operator as its message: the kind it has is the kind it is stored as.

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { PaddleAttribute, PaddleScalar } from '../program.js';
import { type OpAttr, OpAttrSchema, type ScalarSchema } from '../proto/framework_pb.js';
import { ATTRIBUTE_TYPE } from '../readAttribute.js';

/** The message of an attribute. One that no kind fits is written as it was read. */
export function attributeMessage(name: string, attribute: PaddleAttribute): OpAttr {
  if (attribute.kind === 'opaque') return attribute.origin as OpAttr;
  return create(OpAttrSchema, { name, type: ATTRIBUTE_TYPE[attribute.kind], ...fieldOf(attribute) });
}

type Known = Exclude<PaddleAttribute, { kind: 'opaque' }>;

/** The one field that holds the value. */
function fieldOf(attribute: Known): MessageInitShape<typeof OpAttrSchema> {
  switch (attribute.kind) {
    case 'int':
      return { i: attribute.value };
    case 'float':
      return { f: attribute.value };
    case 'string':
      return { s: attribute.value };
    case 'bool':
      return { b: attribute.value };
    case 'long':
      return { l: attribute.value };
    case 'float64':
      return { float64: attribute.value };
    case 'block':
      return { blockIdx: attribute.value };
    case 'var':
      return { varName: attribute.value };
    case 'scalar':
      return { scalar: scalarOf(attribute.value) };
    default:
      return listFieldOf(attribute);
  }
}

function listFieldOf(attribute: Extract<Known, { value: readonly unknown[] }>) {
  switch (attribute.kind) {
    case 'ints':
      return { ints: [...attribute.value] };
    case 'longs':
      return { longs: [...attribute.value] };
    case 'floats':
      return { floats: [...attribute.value] };
    case 'float64s':
      return { float64s: [...attribute.value] };
    case 'bools':
      return { bools: [...attribute.value] };
    case 'strings':
      return { strings: [...attribute.value] };
    case 'blocks':
      return { blocksIdx: [...attribute.value] };
    case 'vars':
      return { varsName: [...attribute.value] };
    case 'scalars':
      return { scalars: attribute.value.map(scalarOf) };
  }
}

/** Paddle's Scalar: 1 is a bool, 2 a whole number, 3 a real one. */
function scalarOf(value: PaddleScalar): MessageInitShape<typeof ScalarSchema> {
  if (typeof value === 'boolean') return { type: 1, b: value };
  return typeof value === 'bigint' ? { type: 2, i: value } : { type: 3, r: value };
}
