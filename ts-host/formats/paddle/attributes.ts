// Typed access to the attributes of an operator. Versions of Paddle store the same attribute as int, long or scalar, or a
// list where another has one number; here they are one.

import { type ErrorCode, OctavoError } from '../../errors.js';
import type { PaddleAttribute, PaddleOp } from './program.js';

/** Reads attributes of one operator; `id` is what errors call it. Without a default an attribute must be there. */
export class PaddleAttributes {
  readonly #op: PaddleOp;
  readonly #id: string;

  constructor(op: PaddleOp, id: string) {
    this.#op = op;
    this.#id = id;
  }

  has(name: string): boolean {
    return this.#op.attributes.has(name);
  }

  /** A whole number: int, long, bool or scalar.
   *  @throws OctavoError as all the others: `MALFORMED` for an attribute of another kind, one that is missing, or a long beyond
   *  2^53; `UNSUPPORTED_OP` for one whose value is a variable. */
  int(name: string, fallback?: number): number {
    return this.#number(name, fallback, true);
  }

  float(name: string, fallback?: number): number {
    return this.#number(name, fallback, false);
  }

  bool(name: string, fallback?: boolean): boolean {
    const found = this.#find(name, fallback);
    if (found === undefined) return fallback!;
    if (found.kind !== 'bool' && found.kind !== 'int') throw this.#wrong(name, found, 'a bool');
    return Boolean(found.value);
  }

  string(name: string, fallback?: string): string {
    const found = this.#find(name, fallback);
    if (found === undefined) return fallback!;
    if (found.kind !== 'string') throw this.#wrong(name, found, 'a text');
    return found.value;
  }

  /** Whole numbers; one number is a list of one. */
  ints(name: string, fallback?: readonly number[]): readonly number[] {
    return this.#numbers(name, fallback, true);
  }

  floats(name: string, fallback?: readonly number[]): readonly number[] {
    return this.#numbers(name, fallback, false);
  }

  strings(name: string, fallback?: readonly string[]): readonly string[] {
    const found = this.#find(name, fallback);
    if (found === undefined) return fallback!;
    if (isList(found) && found.value.length === 0) return [];
    if (found.kind !== 'strings') throw this.#wrong(name, found, 'a list of texts');
    return found.value;
  }

  #number(name: string, fallback: number | undefined, whole: boolean): number {
    const found = this.#find(name, fallback);
    if (found === undefined) return fallback!;
    const value = isList(found) || found.kind === 'opaque' ? undefined : asNumber(found.value, whole);
    if (value === undefined) throw this.#wrong(name, found, whole ? 'a whole number' : 'a number');
    return value;
  }

  #numbers(name: string, fallback: readonly number[] | undefined, whole: boolean): readonly number[] {
    const found = this.#find(name, fallback);
    if (found === undefined) return fallback!;
    const held: readonly unknown[] = isList(found)
      ? found.value
      : [found.kind === 'opaque' ? undefined : found.value];
    return held.map((each) => {
      const value = asNumber(each, whole);
      if (value === undefined) throw this.#wrong(name, found, whole ? 'whole numbers' : 'numbers');
      return value;
    });
  }

  #find(name: string, fallback: unknown): PaddleAttribute | undefined {
    const found = this.#op.attributes.get(name);
    if (found === undefined && fallback === undefined) {
      throw this.#error('MALFORMED', `the attribute ${name} is missing`);
    }
    if (found?.kind === 'var' || found?.kind === 'vars') {
      throw this.#error(
        'UNSUPPORTED_OP',
        `the attribute ${name} is the variable ${String(found.value)}, not a value`,
      );
    }
    return found;
  }

  #wrong(name: string, { kind }: PaddleAttribute, wanted: string): OctavoError {
    return this.#error('MALFORMED', `the attribute ${name} is not ${wanted} but of kind ${kind}`);
  }

  #error(code: ErrorCode, message: string): OctavoError {
    return new OctavoError(code, message, { node: this.#id });
  }
}

/** A whole number of an operator, for those who ask for one attribute only.
 *  @throws OctavoError as {@link PaddleAttributes} */
export function wholeNumber(op: PaddleOp, name: string, fallback: number): number {
  return new PaddleAttributes(op, op.type).int(name, fallback);
}

type ListAttribute = Extract<PaddleAttribute, { value: readonly unknown[] }>;

function isList(attribute: PaddleAttribute): attribute is ListAttribute {
  return 'value' in attribute && Array.isArray(attribute.value);
}

/** The number that a value is; undefined where it is none, or not whole though it should be. */
function asNumber(value: unknown, whole: boolean): number | undefined {
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
  if (typeof value !== 'number') return undefined;
  return whole && !Number.isInteger(value) ? undefined : value;
}
