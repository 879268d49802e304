// Entries: the list of operators that a file is written of, as it grows: text, and the values that each takes and makes. At the end
// those go that only prepare a value which nothing takes any more.

import type { PirSource } from '../origin.js';
import type { ValueNumbers } from './numbers.js';

export interface Entry {
  readonly text: string;
  readonly operands: readonly number[];
  readonly results: readonly number[];
  /** Of a constant, a list or a member of one: what the older operators do not show. It stays while somebody takes its value. */
  readonly isAid: boolean;
}

export class Entries {
  readonly #list: Entry[] = [];
  readonly #numbers: ValueNumbers;

  constructor(numbers: ValueNumbers) {
    this.#numbers = numbers;
  }

  /** @throws OctavoError `GRAPH_INVALID` for a value that is made again */
  add(entry: Entry, node: string): void {
    this.#list.push(entry);
    for (const id of entry.results) this.#numbers.define(id, node);
  }

  /** The texts.
   *  @param sources - the operators of the file: an aid that nobody used there stays as it was */
  finish(sources: readonly PirSource[]): string[] {
    const usedBefore = new Set(sources.flatMap(({ operands }) => operands));
    const used = new Set<number>();
    const kept: string[] = [];
    for (const { text, operands, results, isAid } of this.#list.toReversed()) {
      const isLost = isAid && results.some((id) => usedBefore.has(id)) && !results.some((id) => used.has(id));
      if (isLost) continue;
      for (const id of operands) used.add(id);
      kept.push(text);
    }
    return kept.reverse();
  }
}
