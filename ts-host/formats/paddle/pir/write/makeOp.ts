// An operator that a quantizer added, as PIR's: operands and results in the order of the rule that reading goes by, absent ones as 0
// and NULL. Lists of operands are made by operators of their own, and so is a vector along an axis that is not the last:
//
//   elementwise_add(X [N, C, H, W], Y [C], axis 1)  ─►  full_int_array [1, C, 1, 1] ─► reshape(Y) ─► add

import { OctavoError } from '../../../../errors.js';
import { PaddleAttributes, wholeNumber } from '../../attributes.js';
import { paddleDType } from '../../dtypes.js';
import type { PaddleOp, PaddleVar } from '../../program.js';
import { ruleOf } from '../operators/index.js';
import {
  attributeText,
  attributeTexts,
  dtypeText,
  listType,
  NO_TYPE,
  namedText,
  tensorType,
  textOf,
} from './json.js';
import { type NewOp, newAttributes, newOpOf } from './newOps.js';

/** Where new operators go, and what they are told of the program. */
export interface OpSink {
  variable(name: string): PaddleVar;
  /** The value of a variable. */
  value(name: string): number;
  /** Writes an operator. Returns the numbers of its results. */
  add(
    name: string,
    attributes: readonly string[],
    operands: readonly number[],
    results: readonly Result[],
  ): number[];
}

/** What a result is: the variable that it becomes, or a type alone. */
export type Result = { readonly variable: string } | { readonly type: string };

/** @throws OctavoError `UNSUPPORTED_OP` for an operator, or a kind of attribute, that there is no way to write */
export function makeOp(sink: OpSink, op: PaddleOp, node: string): void {
  const known = newOpOf(op.type);
  if (known === undefined) {
    const message = `${op.type} is not written into a program of PIR: it was not in the file`;
    throw new OctavoError('UNSUPPORTED_OP', message, { node });
  }
  // These rules have no operands that are attributes.
  const rule = ruleOf(known.name)!;
  const operands = rule.operands.map((argument) => operandOf(sink, op, known, argument as string));
  if (op.type === 'elementwise_add') operands[1] = aligned(sink, op, operands[1]!, node);
  const results = rule.results.map((argument): Result => {
    const [name] = op.outputs.get(argument) ?? [];
    return name === undefined ? { type: NO_TYPE } : { variable: name };
  });
  sink.add(`pd_op.${known.name}`, attributesOf(op, known, node), operands, results);
}

function operandOf(sink: OpSink, op: PaddleOp, { lists = [] }: NewOp, argument: string): number {
  const names = op.inputs.get(argument) ?? [];
  if (lists.includes(argument)) return combined(sink, names);
  const [name] = names;
  return name === undefined ? 0 : sink.value(name);
}

/** A list of the values of variables. */
export function combined(sink: OpSink, names: readonly string[]): number {
  const type = listType(names.map((name) => tensorType(sink.variable(name))));
  return sink.add(
    'builtin.combine',
    [],
    names.map((name) => sink.value(name)),
    [{ type }],
  )[0]!;
}

function attributesOf(op: PaddleOp, known: NewOp, node: string): string[] {
  const attributes = attributeTexts(newAttributes(op, known), node);
  if (op.type !== 'cast') return attributes;
  const dtype = paddleDType(new PaddleAttributes(op, node).int('out_dtype'))!;
  return [namedText('dtype', dtypeText(dtype)), ...attributes];
}

/** What is added, with its dims in front of those of 1 that make them end where the other's do.
 *  @param vector - the number of its value
 *  @throws OctavoError `SHAPE_MISMATCH` where its dims do not lie within the other's */
function aligned(sink: OpSink, op: PaddleOp, vector: number, node: string): number {
  const [x, y] = ['X', 'Y'].map((argument) => sink.variable(op.inputs.get(argument)![0]!));
  const axis = wholeNumber(op, 'axis', -1);
  const dims = y!.dims ?? [];
  const behind = axis < 0 ? 0 : (x!.dims?.length ?? 0) - axis - dims.length;
  if (behind === 0) return vector;
  if (behind < 0) {
    const message = `[${dims.join(', ')}] from dim ${axis} on are not dims of ${x!.name}`;
    throw new OctavoError('SHAPE_MISMATCH', message, { node, tensor: y!.name });
  }
  const shape = [...Array<number>(axis).fill(1), ...dims, ...Array<number>(behind).fill(1)];
  const [size] = sink.add(
    'pd_op.full_int_array',
    shapeAttributes(shape),
    [],
    [{ type: tensorType({ ...y!, dtype: 'int64', dims: [shape.length] }) }],
  );
  const type = tensorType({ ...y!, dims: shape });
  return sink.add('pd_op.reshape', [], [vector, size!], [{ type }])[0]!;
}

function shapeAttributes(shape: readonly number[]): string[] {
  const value = attributeText({ kind: 'longs', value: shape.map(BigInt) })!;
  // The place of a tensor that is read while operators are prepared: memory of the CPU.
  const place = textOf('pd_op.a_place', '[1,0,""]');
  return [namedText('value', value), namedText('dtype', dtypeText('int64')), namedText('place', place)];
}
