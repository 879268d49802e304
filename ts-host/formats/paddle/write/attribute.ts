// An attribute of an operator as its message: the kind it has is the kind it is stored as.

import { create, isMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { OctavoError } from '../../../errors.js';
import type { PaddleAttribute, PaddleScalar } from '../program.js';
import { type OpAttr, OpAttrSchema, type ScalarSchema } from '../proto/framework_pb.js';
import { ATTRIBUTE_TYPE } from '../readAttribute.js';

/** The message of an attribute. One that no kind fits is written as it was read.
 *  @throws OctavoError `UNSUPPORTED_OP` where a ProgramDesc has no place for what was read from PIR */
export function attributeMessage(name: string, attribute: PaddleAttribute): OpAttr {
  if (attribute.kind === 'opaque') {
    if (isMessage(attribute.origin, OpAttrSchema)) return attribute.origin;
    throw refused('is of a kind that a ProgramDesc has not', name);
  }
  if (!fits(attribute)) throw refused('holds a number above the 32 bits that a ProgramDesc has', name);
  return create(OpAttrSchema, { name, type: ATTRIBUTE_TYPE[attribute.kind], ...fieldOf(attribute) });
}

const refused = (message: string, field: string): OctavoError =>
  new OctavoError('UNSUPPORTED_OP', `an attribute ${message}`, { field });

/** Whether the numbers are those of 32 bits, where they are stored in 32: JSON's may be any. */
function fits(attribute: Known): boolean {
  switch (attribute.kind) {
    case 'int':
      return isInt32(attribute.value);
    case 'ints':
      return attribute.value.every(isInt32);
    case 'float':
      return isFloat32(attribute.value);
    case 'floats':
      return attribute.value.every(isFloat32);
    default:
      return true;
  }
}

const isInt32 = (value: number): boolean => (value | 0) === value;

/** Not beyond what float32 reaches to; NaN and infinities are values of it. */
const isFloat32 = (value: number): boolean => !(Math.abs(value) > FLOAT32_MAX) || !Number.isFinite(value);

const FLOAT32_MAX = 3.4028234663852886e38;

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
