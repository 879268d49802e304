// Reads single options: of the type they must have, one of the words they may be, or their default.

import { OctavoError } from '../../errors.js';
import { nearestName } from '../../ir/nearest.js';

/** Options by name, each asked for with what it must be. null is what Python calls None: not given. */
export class OptionReader {
  readonly #given: Readonly<Record<string, unknown>>;

  constructor(given: Readonly<Record<string, unknown>>) {
    this.#given = given;
  }

  /** @throws OctavoError `INVALID_ARGUMENT`, as all others */
  bool(name: string, fallback: boolean): boolean {
    const value = this.#given[name] ?? fallback;
    if (typeof value !== 'boolean') throw this.#wrong(name, 'true or false');
    return value;
  }

  text(name: string): string | undefined {
    const value = this.#given[name] ?? undefined;
    if (value !== undefined && (typeof value !== 'string' || value === '')) throw this.#wrong(name, 'a text');
    return value;
  }

  /** A number within [least, most]. */
  number(name: string, fallback: number, least: number, most: number): number {
    const value = this.#given[name] ?? fallback;
    if (typeof value !== 'number' || !(value >= least && value <= most)) {
      throw this.#wrong(name, `a number in [${least}, ${most}]`);
    }
    return value;
  }

  /** A whole number above 0; undefined where it is not given. */
  count(name: string): number | undefined {
    const value = this.#given[name] ?? undefined;
    if (value === undefined) return undefined;
    if (!Number.isSafeInteger(value) || (value as number) < 1)
      throw this.#wrong(name, 'a whole number above 0');
    return value as number;
  }

  /** One of some words or numbers. */
  oneOf<T extends string | number>(name: string, fallback: T, known: readonly T[]): T {
    const value = (this.#given[name] ?? fallback) as T;
    if (known.includes(value)) return value;
    throw this.#notOneOf(name, value, known);
  }

  /** A list of words, each of which is known. */
  words(name: string, fallback: readonly string[], known?: readonly string[]): readonly string[] {
    const given = this.#given[name] ?? fallback;
    const list: unknown = typeof given === 'string' ? [given] : given;
    if (!Array.isArray(list) || !list.every((each) => typeof each === 'string')) {
      throw this.#wrong(name, 'a list of names');
    }
    const strange = known && list.find((each) => !known.includes(each));
    if (strange !== undefined) throw this.#notOneOf(name, strange, known!);
    return list;
  }

  #wrong(name: string, wanted: string): OctavoError {
    const shown = JSON.stringify(this.#given[name]) ?? String(this.#given[name]);
    return new OctavoError('INVALID_ARGUMENT', `${name} is ${wanted}, not ${shown}`, { field: name });
  }

  #notOneOf(name: string, value: unknown, known: readonly (string | number)[]): OctavoError {
    const nearest = typeof value === 'string' ? nearestName(value, known.map(String)) : undefined;
    const hint = nearest === undefined ? `one of ${known.join(', ')}` : `did you mean ${nearest}?`;
    return new OctavoError('INVALID_ARGUMENT', `${name} cannot be ${JSON.stringify(value)}: ${hint}`, {
      field: name,
    });
  }
}
