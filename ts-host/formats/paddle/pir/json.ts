// Checked access to parsed JSON that nobody vouches for: each step says where it stands, and what is not as it should be ends
// the reading with that place.

import { OctavoError } from '../../../errors.js';

export type Json = unknown;

/** A value and the road to it from the root of the file (`program.regions[0].blocks[0].ops[7]`). */
export class JsonPlace {
  readonly value: Json;
  readonly path: string;

  constructor(value: Json, path: string) {
    this.value = value;
    this.path = path;
  }

  /** A member; undefined where the value is no object or has none of that name. */
  optional(name: string): JsonPlace | undefined {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    if (!Object.hasOwn(value, name)) return undefined;
    const path = this.path === '' ? name : `${this.path}.${name}`;
    return new JsonPlace((value as Record<string, Json>)[name], path);
  }

  /** @throws OctavoError `MALFORMED`, as every method below. */
  member(name: string): JsonPlace {
    const found = this.optional(name);
    if (found === undefined) throw this.fail(`has no ${name}`);
    return found;
  }

  list(): JsonPlace[] {
    const { value } = this;
    if (!Array.isArray(value)) throw this.fail('is not a list');
    return value.map((each: Json, index) => new JsonPlace(each, `${this.path}[${index}]`));
  }

  /** A list, or the one that stands for a list of one. */
  oneOrMore(): JsonPlace[] {
    return Array.isArray(this.value) ? this.list() : [this];
  }

  text(): string {
    if (typeof this.value !== 'string') throw this.fail('is not a text');
    return this.value;
  }

  number(): number {
    if (typeof this.value !== 'number') throw this.fail('is not a number');
    return this.value;
  }

  whole(): number {
    const number = this.number();
    if (!Number.isInteger(number)) throw this.fail('is not a whole number');
    return number;
  }

  /** A number of a value: whole, not negative, and exact. */
  id(): number {
    const number = this.whole();
    if (number < 0 || !Number.isSafeInteger(number)) throw this.fail('is not the number of a value');
    return number;
  }

  bool(): boolean {
    if (typeof this.value === 'boolean') return this.value;
    if (this.value === 0 || this.value === 1) return this.value === 1;
    throw this.fail('is not a bool');
  }

  fail(what: string): OctavoError {
    const place = this.path === '' ? 'the file' : this.path;
    return new OctavoError('MALFORMED', `Paddle's JSON program is broken: ${place} ${what}`);
  }
}
