// ProgramWriter: goes through the block and writes operators of the file, in between new ones. Operators that the block does not show
// (parameters, constants, lists) come when what follows them in the file does.

import { OctavoError } from '../../../../errors.js';
import type { PaddleBlock, PaddleOp, PaddleProgram, PaddleVar } from '../../program.js';
import { parameterVars } from '../../readParameters.js';
import { PARAMETER } from '../names.js';
import { type PirOrigin, type PirSource, pirOpOrigin } from '../origin.js';
import { Edits } from './edits.js';
import { Entries } from './entries.js';
import { opText, parameterText, tensorType } from './json.js';
import { keptText } from './keptText.js';
import { combined, makeOp, type OpSink, type Result } from './makeOp.js';
import { ValueNumbers } from './numbers.js';

/** Operators whose values the older ones take as attributes, or as lists. */
const AIDS = new Set([
  'pd_op.full',
  'pd_op.full_int_array',
  'builtin.combine',
  'builtin.split',
  'builtin.slice',
]);

export class ProgramWriter implements OpSink {
  readonly #origin: PirOrigin;
  readonly #program: PaddleProgram;
  readonly #block: PaddleBlock;
  readonly #edits: Edits;
  readonly #numbers: ValueNumbers;
  readonly #entries: Entries;
  /** Aids in front of this place of the file are written. */
  #next = 0;
  /** What is being written, for errors. */
  #node = '';

  constructor(origin: PirOrigin, program: PaddleProgram) {
    this.#origin = origin;
    this.#program = program;
    this.#block = program.blocks[0]!;
    this.#edits = new Edits(this.#block.ops);
    const made = origin.ops.flatMap(({ results }, index) => results.map((id) => [id, index] as const));
    const makers = new Map(made);
    this.#numbers = new ValueNumbers(origin, (id) => {
      const maker = makers.get(id);
      return maker !== undefined && this.#stays(maker);
    });
    this.#entries = new Entries(this.#numbers);
  }

  /** The operators of the file to be.
   *  @throws OctavoError as pirProgramBytes */
  opTexts(): string[] {
    for (const variable of parameterVars(this.#program)) this.#addParameter(variable);
    for (const [at, op] of this.#block.ops.entries()) {
      this.#node = `${op.type}#${at}`;
      this.#take(op);
    }
    this.#addAids(this.#origin.ops.length);
    return this.#entries.finish(this.#origin.ops);
  }

  variable(name: string): PaddleVar {
    const variable = this.#block.vars.get(name);
    if (variable !== undefined) return variable;
    throw new OctavoError('GRAPH_INVALID', 'is no variable of the program', {
      node: this.#node,
      tensor: name,
    });
  }

  value(name: string): number {
    return this.#numbers.of(name, this.#node);
  }

  add(
    name: string,
    attributes: readonly string[],
    operands: readonly number[],
    results: readonly Result[],
  ): number[] {
    const made = results.map((result) =>
      'type' in result
        ? { id: this.#numbers.fresh(), type: result.type }
        : { type: tensorType(this.variable(result.variable)), id: this.#numbers.forWriting(result.variable) },
    );
    const text = opText(name, attributes, operands, made, this.#origin.hasValueAttributes);
    const ids = made.map(({ id }) => id);
    this.#entries.add({ text, operands, results: ids, isAid: false }, this.#node);
    return ids;
  }

  /** A parameter that the file does not have. */
  #addParameter(variable: PaddleVar): void {
    if (this.#origin.vars.get(variable.name)?.persistable === true) return;
    const id = this.#numbers.forWriting(variable.name);
    const text = parameterText(variable, id, this.#origin.hasValueAttributes);
    this.#entries.add({ text, operands: [], results: [id], isAid: false }, variable.name);
  }

  #take(op: PaddleOp): void {
    const origin = pirOpOrigin(op);
    if (origin === undefined) {
      makeOp(this, op, this.#node);
      return;
    }
    // What only prepares another operator is in the text of that.
    if (origin.isPart) return;
    this.#addAids(origin.index);
    const source = this.#origin.ops[origin.index]!;
    if (AIDS.has(source.name)) this.#addAids(origin.index + 1);
    else this.#addKept(source, origin.index, false);
  }

  /** Writes what the block does not show of the file up to a place. An aid goes with the operator whose value it takes. */
  #addAids(end: number): void {
    for (; this.#next < end; this.#next++) {
      const source = this.#origin.ops[this.#next]!;
      const isAid = AIDS.has(source.name);
      if (!this.#stays(this.#next) || (source.isShown && !isAid)) continue;
      const isMade = source.operands.every((id) => !this.#isValue(id) || this.#numbers.isDefined(id));
      if (isMade) this.#addKept(source, this.#next, isAid || this.#isBuffer(source));
    }
  }

  #addKept(source: PirSource, index: number, isAid: boolean): void {
    const edit = this.#edits.of(index);
    const operands = source.operands.map((id, place) => this.#operand(id, edit.operands.get(place)));
    const text = keptText(this.#origin, source, edit, operands, this.#block.vars);
    const results = source.results.filter((each) => this.#isValue(each));
    this.#entries.add({ text, operands, results, isAid }, this.#node);
  }

  /** Whether a number is that of a value: what leaves the program has one that stands for none. */
  #isValue(id: number): boolean {
    return this.#origin.values.has(id);
  }

  /** The value that an operand of the file is now.
   *  @param names - the variables that it is, where they are not those of the file */
  #operand(id: number, names: readonly string[] | undefined): number {
    const value = this.#origin.values.get(id);
    if (value?.kind === 'list') {
      const held = value.items.flatMap((item) => ('name' in item ? [item.name] : []));
      const isSame = names === undefined && !held.some((name) => this.#numbers.isRewritten(name));
      if (!isSame) return combined(this, names ?? held);
    } else if (names !== undefined) {
      if (names.length > 1) return combined(this, names);
      return names.length === 0 ? 0 : this.value(names[0]!);
    } else if (value !== undefined && 'name' in value && this.#numbers.isRewritten(value.name)) {
      return this.value(value.name);
    }
    // What nothing in the file makes is an operand that nobody looks at.
    if (id === 0 || value === undefined || this.#numbers.isDefined(id)) return id;
    const place = { node: this.#node };
    throw new OctavoError('GRAPH_INVALID', `takes the value ${id} before anything makes it`, place);
  }

  /** Whether an operator of the file is written: it, or the parameter that it is, is still there. */
  #stays(index: number): boolean {
    const source = this.#origin.ops[index]!;
    if (source.name === PARAMETER && !this.#isBuffer(source)) {
      return this.#block.vars.get(this.#nameOf(source))?.persistable === true;
    }
    return !source.isShown || AIDS.has(source.name) || this.#edits.has(index);
  }

  /** A parameter without a record, which only training fills. */
  #isBuffer(source: PirSource): boolean {
    return source.name === PARAMETER && this.#origin.vars.get(this.#nameOf(source))?.persistable !== true;
  }

  #nameOf({ results }: PirSource): string {
    const value = this.#origin.values.get(results[0]!);
    return value !== undefined && 'name' in value ? value.name : '';
  }
}
