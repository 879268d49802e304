// Making operators of a program, and changing them: operators are values, a changed one is a new one.

import type { PaddleAttribute, PaddleOp } from '../../formats/paddle/program.js';

export const intAttribute = (value: number): PaddleAttribute => ({ kind: 'int', value });
export const floatAttribute = (value: number): PaddleAttribute => ({
  kind: 'float',
  value: Math.fround(value),
});
export const floatsAttribute = (values: readonly number[]): PaddleAttribute => ({
  kind: 'floats',
  value: values.map(Math.fround),
});
export const intsAttribute = (value: readonly number[]): PaddleAttribute => ({ kind: 'ints', value });
export const boolAttribute = (value: boolean): PaddleAttribute => ({ kind: 'bool', value });
export const stringAttribute = (value: string): PaddleAttribute => ({ kind: 'string', value });

type Arguments = Readonly<Record<string, string | readonly string[]>>;

/** A new operator. It plays a part in inference alone, which Paddle writes as op_role 0. */
export function makeOp(
  type: string,
  inputs: Arguments,
  outputs: Arguments,
  attributes: Readonly<Record<string, PaddleAttribute>> = {},
): PaddleOp {
  return {
    type,
    inputs: lists(inputs),
    outputs: lists(outputs),
    attributes: new Map([...Object.entries(attributes), ['op_role', intAttribute(0)]]),
  };
}

function lists(named: Arguments): Map<string, readonly string[]> {
  return new Map(
    Object.entries(named).map(([name, held]) => [name, typeof held === 'string' ? [held] : held]),
  );
}

export function withAttributes(
  op: PaddleOp,
  attributes: Readonly<Record<string, PaddleAttribute>>,
): PaddleOp {
  return { ...op, attributes: new Map([...op.attributes, ...Object.entries(attributes)]) };
}

/** The operator with other variables as its inputs.
 *  @param names - new name by old one; the others stay
 *  @param among - arguments that are changed; default all */
export function withInputs(
  op: PaddleOp,
  names: ReadonlyMap<string, string>,
  among: readonly string[] = [...op.inputs.keys()],
): PaddleOp {
  const inputs = new Map(
    [...op.inputs].map(([argument, held]) => [
      argument,
      among.includes(argument) ? held.map((name) => names.get(name) ?? name) : held,
    ]),
  );
  return { ...op, inputs };
}

export const withOutput = (op: PaddleOp, argument: string, name: string): PaddleOp => ({
  ...op,
  outputs: new Map([...op.outputs, [argument, [name]]]),
});

/** Variables of some arguments, in their order. */
export function variablesOf(
  held: ReadonlyMap<string, readonly string[]>,
  among: Iterable<string> = held.keys(),
): string[] {
  return [...among]
    .flatMap((argument) => held.get(argument) ?? [])
    .filter((name) => name !== '' && name !== '@EMPTY@');
}
