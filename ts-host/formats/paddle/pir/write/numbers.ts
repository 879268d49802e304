// ValueNumbers: which number a variable has while a program is written. A variable keeps the number that it had in the file as
// long as who made it is there, or another operator makes it instead; what is new gets numbers above all that were there.

import { OctavoError } from '../../../../errors.js';
import type { PirOrigin } from '../origin.js';

export class ValueNumbers {
  /** Numbers at reading. Of several values of one variable (written in place) the first. */
  readonly #read = new Map<string, number>();
  /** Variables that a new operator has written anew, though the value of the file is there too. */
  readonly #rewritten = new Map<string, number>();
  readonly #defined = new Set<number>();
  readonly #isTaken: (id: number) => boolean;
  #last: number;

  /** @param isTaken - whether an operator of the file that is written makes the value */
  constructor({ values, ops }: PirOrigin, isTaken: (id: number) => boolean) {
    for (const [id, value] of values) {
      if (value.kind !== 'variable' && value.kind !== 'constant') continue;
      if (!this.#read.has(value.name)) this.#read.set(value.name, id);
    }
    this.#isTaken = isTaken;
    this.#last = ops.reduce((most, { results }) => results.reduce((a, b) => Math.max(a, b), most), 0);
  }

  fresh(): number {
    this.#last++;
    return this.#last;
  }

  isDefined(id: number): boolean {
    return this.#defined.has(id);
  }

  /** Says that an operator which was written makes the value.
   *  @throws OctavoError `GRAPH_INVALID` where another does already */
  define(id: number, node: string): void {
    if (this.#defined.has(id))
      throw new OctavoError('GRAPH_INVALID', `makes the value ${id} again`, { node });
    this.#defined.add(id);
  }

  /** The number of the value that a variable has now.
   *  @throws OctavoError `GRAPH_INVALID` where nothing before has made it */
  of(name: string, node: string): number {
    const id = this.#rewritten.get(name) ?? this.#read.get(name);
    if (id !== undefined && this.#defined.has(id)) return id;
    throw new OctavoError('GRAPH_INVALID', 'is read before anything makes it', { node, tensor: name });
  }

  /** Whether the variable has another value now than the one of the file. */
  isRewritten(name: string): boolean {
    return this.#rewritten.has(name);
  }

  /** The number of what a new operator writes into a variable. */
  forWriting(name: string): number {
    const read = this.#read.get(name);
    if (read !== undefined && !this.#isTaken(read) && !this.#defined.has(read)) return read;
    const id = this.fresh();
    // A variable that the file does not have is called so from now on; one that it has is only for those who read it next.
    if (read === undefined) this.#read.set(name, id);
    else this.#rewritten.set(name, id);
    return id;
  }
}
