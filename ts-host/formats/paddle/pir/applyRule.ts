// A PIR operator as a legacy one, by its rule; or, without a rule, as it is.

import { OctavoError } from '../../../errors.js';
import { narrowed } from './narrow.js';
import type { PirOp } from './parse.js';
import type { AttributeOperand, Attributes, Rule } from './rule.js';
import type { Translator } from './translator.js';
import { constantInts, constantNumber, type Value } from './values.js';

type Inputs = Record<string, string[]>;

/** @throws OctavoError `UNSUPPORTED_OP` where an operand is computed that the legacy operator wants as an attribute */
export function applyRule(translator: Translator, op: PirOp, rule: Rule): void {
  const attributes: Attributes = new Map(Object.entries(rule.fixed ?? {}));
  for (const [name, value] of op.attributes) attributes.set(rule.renamed?.get(name) ?? name, narrowed(value));
  const inputs: Inputs = {};
  const operands: Record<string, number> = {};
  for (const [index, operand] of rule.operands.entries()) {
    const value = translator.operand(op, index);
    if (value === undefined || operand === '') continue;
    const argument =
      typeof operand === 'string' ? operand : takeAttribute(translator, op, operand, value, attributes);
    if (argument === undefined) continue;
    inputs[argument] = translator.builder.names(value);
    operands[argument] = index;
  }
  rule.finish?.(attributes, (input) => translator.builder.dtype(inputs[input]?.[0] ?? ''));
  const outputs = outputsOf(translator, op, rule, inputs);
  translator.builder.op(rule.type, inputs, outputs, attributes, { operands });
}

/** Sets the attribute that an operand is. Returns the input for what is computed. */
function takeAttribute(
  translator: Translator,
  op: PirOp,
  { attribute, as, tensor, list }: AttributeOperand,
  value: Value,
  attributes: Attributes,
): string | undefined {
  if (as === 'ints') {
    const numbers = constantInts(value);
    if (numbers !== undefined) {
      attributes.set(attribute, { kind: 'ints', value: numbers });
      return undefined;
    }
  } else {
    const number = constantNumber(value);
    if (number !== undefined) {
      const whole = as === 'int';
      attributes.set(
        attribute,
        whole ? { kind: 'int', value: Math.trunc(number) } : { kind: 'float', value: number },
      );
      return undefined;
    }
  }
  const input = isListOfNumbers(translator, value) ? list : tensor;
  if (input === undefined) {
    const message = `${op.name} with a computed ${attribute} is not converted (${op.place.path})`;
    throw new OctavoError('UNSUPPORTED_OP', message, { node: op.name });
  }
  return input;
}

/** Tensors of one number each. A list of one tensor may as well hold all numbers itself. */
function isListOfNumbers({ builder }: Translator, value: Value): boolean {
  if (value.kind !== 'list') return false;
  const [first, ...others] = value.items;
  if (others.length > 0 || first?.kind !== 'variable') return true;
  return builder.dims(first.name)?.every((dim) => dim === 1) ?? true;
}

function outputsOf(
  translator: Translator,
  op: PirOp,
  { results, inPlace = {} }: Pick<Rule, 'results' | 'inPlace'>,
  inputs: Inputs,
): Record<string, string[]> {
  const outputs: Record<string, string[]> = {};
  for (const [index, result] of op.results.entries()) {
    const argument = results[index];
    const [same] = inputs[inPlace[argument ?? ''] ?? ''] ?? [];
    if (same !== undefined) translator.define(op, result.id, { kind: 'variable', name: same });
    const names = same === undefined ? translator.make(op, result) : [same];
    if (argument !== undefined && names.length > 0) outputs[argument] = names;
  }
  return outputs;
}

/** An operator without a rule keeps its name; its operands and results are named by position. */
export function keepOperator(translator: Translator, op: PirOp): void {
  const inputs: Inputs = {};
  const operands: Record<string, number> = {};
  for (const index of op.operands.keys()) {
    const value = translator.operand(op, index);
    if (value === undefined) continue;
    inputs[`operand_${index}`] = translator.builder.names(value);
    operands[`operand_${index}`] = index;
  }
  const results = op.results.map((_, index) => `result_${index}`);
  const outputs = outputsOf(translator, op, { results }, {});
  translator.builder.op(op.name, inputs, outputs, op.attributes, { operands });
}
