// Operators that have no converter are kept: nodes of the domain `paddle`, inputs and outputs in the order of the file. The model
// can be looked at, and whoever runs it is told which operators are missing.

import type { Attribute } from '../../../ir/model.js';
import type { PaddleAttribute } from '../program.js';
import { PADDLE_DOMAIN } from './graphBuilder.js';
import type { OpScope } from './opScope.js';

/** Keeps an operator as it is. */
export function keepOperator(op: OpScope): void {
  const inputs = [...op.op.inputs.keys()].flatMap((argument) => op.inputs(argument));
  const outputs = [...op.op.outputs.keys()].flatMap((argument) => op.outputs(argument));
  const attributes = [...op.op.attributes].map(([name, each]) => [name, attributeOf(each)] as const);
  op.emitMany(op.type, inputs, outputs, Object.fromEntries(attributes), PADDLE_DOMAIN);
}

function attributeOf(attribute: PaddleAttribute): Attribute {
  switch (attribute.kind) {
    case 'int':
    case 'long':
    case 'bool':
    case 'block':
      return { kind: 'int', value: BigInt(attribute.value) };
    case 'ints':
    case 'longs':
    case 'bools':
    case 'blocks':
      return { kind: 'ints', value: attribute.value.map((each) => BigInt(each)) };
    case 'float':
    case 'float64':
      return { kind: 'float', value: attribute.value };
    case 'floats':
    case 'float64s':
      return { kind: 'floats', value: attribute.value };
    case 'string':
    case 'var':
      return { kind: 'string', value: utf8(attribute.value) };
    case 'strings':
    case 'vars':
      return { kind: 'strings', value: attribute.value.map(utf8) };
    case 'scalar':
      return { kind: 'float', value: Number(attribute.value) };
    case 'scalars':
      return { kind: 'floats', value: attribute.value.map(Number) };
    case 'opaque':
      return { kind: 'string', value: utf8('an attribute of a kind that is not known') };
  }
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
