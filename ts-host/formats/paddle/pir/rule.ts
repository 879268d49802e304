// How a PIR operator becomes a legacy one: names of its operands and results by position, names of attributes, and which
// operands are attributes there. The families of operators in `operators/` are lists of such rules.

import type { PaddleAttribute } from '../program.js';

/** An operand that is an attribute in the legacy operator where its value is a constant, and an input where it is not. */
export interface AttributeOperand {
  readonly attribute: string;
  readonly as: 'ints' | 'int' | 'float';
  /** The input for a tensor that is computed. */
  readonly tensor?: string;
  /** The input for a list of tensors, one a number. */
  readonly list?: string;
}

/** The name of an input; '' for an operand that means nothing when a model is only run. */
export type Operand = string | AttributeOperand;

export type Attributes = Map<string, PaddleAttribute>;

export interface Rule {
  /** The legacy operator. */
  readonly type: string;
  readonly operands: readonly Operand[];
  /** Names of outputs by position; results beyond them are not made. */
  readonly results: readonly string[];
  /** Attributes that have another name there. */
  readonly renamed?: ReadonlyMap<string, string>;
  /** Attributes that the newer operator has fixed. */
  readonly fixed?: Readonly<Record<string, PaddleAttribute>>;
  /** Outputs that must be the variable of an input: that input, by output. */
  readonly inPlace?: Readonly<Record<string, string>>;
  /** What names alone do not tell. `dtypeOf` gives Paddle's number of the element type of an input, where it is known. */
  readonly finish?: (attributes: Attributes, dtypeOf: (input: string) => number | undefined) => void;
}

/** Rules by the name of the PIR operator, without its dialect. */
export type Rules = Readonly<Record<string, Rule>>;

type Extras = Omit<Rule, 'type' | 'operands' | 'results' | 'renamed'> & {
  readonly renamed?: Readonly<Record<string, string>>;
};

export function rule(
  type: string,
  operands: readonly Operand[],
  results: readonly string[] = ['Out'],
  { renamed, ...extras }: Extras = {},
): Rule {
  const names = renamed === undefined ? {} : { renamed: new Map(Object.entries(renamed)) };
  return { type, operands, results, ...extras, ...names };
}

/** Operators of one input and one output that changed nothing. */
export function sameNames(names: readonly string[], operands: readonly Operand[]): Rules {
  return Object.fromEntries(names.map((name) => [name, rule(name, operands)]));
}

/** Operators of the same operands whose names changed. */
export function renamed(
  names: Readonly<Record<string, string>>,
  operands: readonly Operand[],
  extras: Extras = {},
): Rules {
  return Object.fromEntries(
    Object.entries(names).map(([name, type]) => [name, rule(type, operands, ['Out'], extras)]),
  );
}

export function ints(attribute: string, tensor?: string, list?: string): AttributeOperand {
  return {
    attribute,
    as: 'ints',
    ...(tensor === undefined ? {} : { tensor }),
    ...(list === undefined ? {} : { list }),
  };
}

export function int(attribute: string, tensor?: string): AttributeOperand {
  return { attribute, as: 'int', ...(tensor === undefined ? {} : { tensor }) };
}

export function float(attribute: string, tensor?: string): AttributeOperand {
  return { attribute, as: 'float', ...(tensor === undefined ? {} : { tensor }) };
}
