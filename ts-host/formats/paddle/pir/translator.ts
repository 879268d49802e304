// Translator: the values of a PIR program while its operators are carried over one by one: what each number stands for, and
// the names of the variables that are made.

import type { PaddleAttribute } from '../program.js';
import { BlockBuilder } from './blockBuilder.js';
import { PARAMETER } from './names.js';
import { boolOf, textOf } from './operatorAttributes.js';
import { PERSISTABLE, type PirOp, type PirResult } from './parse.js';
import type { PirTensorType } from './types.js';
import type { Value } from './values.js';

const FEED = 'feed';
export const FETCH = 'fetch';

export class Translator {
  readonly builder = new BlockBuilder();
  /** Names under which results leave the program, by value: what is computed is called so. */
  readonly #fetched = new Map<number, string>();
  readonly #outputs = new Set<string>();
  #fed = 0;

  constructor(ops: readonly PirOp[]) {
    const none: PirTensorType = { kind: 'tensor' };
    this.builder.variable(FEED, none, { kind: 'feed', persistable: true });
    this.builder.variable(FETCH, none, { kind: 'fetch', persistable: true });
    // All given names come first, so that none of ours takes one.
    for (const op of ops) if (op.name === PARAMETER || isFeed(op)) this.#given(op);
    for (const op of ops) if (op.name === 'pd_op.fetch') this.#nameOutput(op);
  }

  /** What an operand is; undefined where it is absent. */
  operand(op: PirOp, index: number): Value | undefined {
    const id = op.operands[index];
    if (id === undefined || id === 0) return undefined;
    const value = this.builder.value(id);
    if (value === undefined)
      throw op.place.fail(`(${op.name}) takes the value ${id}, which nothing before it makes`);
    return value;
  }

  needed(op: PirOp, index: number): Value {
    const value = this.operand(op, index);
    if (value === undefined) throw op.place.fail(`(${op.name}) lacks operand ${index}`);
    return value;
  }

  result(op: PirOp, index = 0): PirResult {
    const result = op.results[index];
    if (result === undefined) throw op.place.fail(`(${op.name}) lacks result ${index}`);
    return result;
  }

  define(op: PirOp, id: number, value: Value): void {
    if (id === 0 || this.builder.define(id, value)) return;
    throw op.place.fail(`(${op.name}) makes the value ${id}, which is made already`);
  }

  /** Makes the variables of a result. Returns their names. */
  make(op: PirOp, result: PirResult): string[] {
    const value = this.#variables(op, result);
    this.define(op, result.id, value);
    return this.builder.names(value);
  }

  /** The name that a result's variable is to have: that of the output it is, or one by operator and number. */
  nameOf(op: PirOp, id: number): string {
    const short = op.name.slice(op.name.indexOf('.') + 1);
    const output = this.#fetched.get(id);
    if (output !== undefined) return output;
    let name = this.builder.free(`${short}_${id}`);
    while (this.#outputs.has(name)) name = this.builder.free(`${name}_`);
    return name;
  }

  #variables(op: PirOp, { id, type }: PirResult): Value {
    if (type.kind === 'none') return { kind: 'none' };
    const name = this.nameOf(op, id);
    if (type.kind === 'tensor') return this.builder.variable(name, type);
    const items = type.items.map((item, index) =>
      this.builder.variable(this.builder.free(`${name}.${index}`), item),
    );
    return { kind: 'list', items };
  }

  #nameOutput(op: PirOp): void {
    const [id = 0] = op.operands;
    const name = textOf(op, 'name');
    if (name === '' || this.builder.has(name) || this.#fetched.has(id) || this.#outputs.has(name)) return;
    this.#fetched.set(id, name);
    this.#outputs.add(name);
  }

  #given(op: PirOp): void {
    const name = textOf(op, 'name');
    const { id, type } = this.result(op);
    if (type.kind !== 'tensor') throw op.place.fail(`(${op.name}) makes no tensor`);
    if (name === '' || this.builder.has(name))
      throw op.place.fail(`(${op.name}) has the name '${name}', empty or taken`);
    // A parameter that is not persistable is a buffer that only training fills.
    const persistable = op.name === PARAMETER && boolOf(op, PERSISTABLE);
    const variable = this.builder.variable(name, type, { persistable, isParameter: persistable });
    this.define(op, id, variable);
  }

  /** An input of the program. */
  feed(op: PirOp): void {
    const col: PaddleAttribute = { kind: 'int', value: this.#fed++ };
    this.builder.op('feed', { X: [FEED] }, { Out: [textOf(op, 'name')] }, [['col', col]]);
  }
}

export function isFeed({ name }: PirOp): boolean {
  return name === 'pd_op.data' || name === 'pd_op.feed';
}
