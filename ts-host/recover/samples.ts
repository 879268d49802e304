// The samples of a recovery: some to learn from, others to judge by. Of every four that follow one another a hash picks one
// to judge by, so that neither order nor repetition in a folder decides; the same samples are split the same way everywhere.

import type { MemoryBudget, RunContext } from '../context.js';
import { type CheckedSample, readSamples } from '../data/readSamples.js';
import type { Samples } from '../data/sample.js';
import { asBytes, asElements } from '../execute/elements.js';
import type { HostTensor } from '../execute/executor.js';
import type { ValueInfo } from '../ir/model.js';

/** A batch in memory, and which of its items count. */
export interface HeldSample {
  readonly name: string;
  readonly feeds: ReadonlyMap<string, HostTensor>;
  /** Indices of the items that count. */
  readonly items: readonly number[];
  /** Items that the batch is long. */
  readonly length: number;
}

export interface SplitSamples {
  readonly learning: readonly HeldSample[];
  readonly heldOut: readonly HeldSample[];
  /** Bytes counted against the memory limit. */
  readonly bytes: number;
}

/** Items of either kind at most. */
const MOST_ITEMS = 24;
/** Feeds held at most, of both kinds together. */
const MOST_BYTES = 192 * 2 ** 20;
/** Of four items, one is held out. */
const PERIOD = 4;
/** What the split is seeded with: the odd number next to 2^32 divided by the golden ratio. */
const SEED = 2654435769;

/** Fewer items than these say nothing about a model. */
export const LEAST = { learning: 3, heldOut: 1 } as const;

/** Whether an item is one to judge by. */
export function isHeldOut(number: number): boolean {
  const block = Math.floor(number / PERIOD);
  return Math.imul(block + 1, SEED) >>> 30 === number % PERIOD;
}

/** Goes through the samples once and keeps as many as serve, spread over all of them. Their bytes stay counted until
 *  {@link releaseSamples}. */
export async function splitSamples(
  samples: Samples,
  inputs: readonly ValueInfo[],
  context: RunContext,
): Promise<SplitSamples> {
  const { budget } = context;
  const most = Math.min(MOST_BYTES, (budget.limit - budget.held) / 4) / 2;
  const lists = { learning: new Thinned(budget, most), heldOut: new Thinned(budget, most) };
  const listOf = (number: number): Thinned => (isHeldOut(number) ? lists.heldOut : lists.learning);
  try {
    const wants = (number: number): boolean => listOf(number).wants(number);
    for await (const sample of readSamples(samples, inputs, context, wants)) {
      const feeds = copied(sample);
      for (const list of [lists.learning, lists.heldOut]) {
        const items = sample.numbers.flatMap((number, item) =>
          listOf(number) === list && list.wants(number) ? [{ number, item }] : [],
        );
        if (items.length > 0) list.add(sample, feeds, items);
      }
    }
  } catch (error) {
    for (const list of [lists.learning, lists.heldOut]) list.release();
    throw error;
  }
  const [learning, heldOut] = [lists.learning.samples(), lists.heldOut.samples()];
  return { learning, heldOut, bytes: lists.learning.bytes + lists.heldOut.bytes };
}

export function releaseSamples({ bytes }: SplitSamples, { budget }: RunContext): void {
  budget.release(bytes);
}

/** Items that count, all batches together. */
export const itemsOf = (list: readonly HeldSample[]): number =>
  list.reduce((sum, { items }) => sum + items.length, 0);

/** Batches spread over the list, of at most `most` items together, but one in any case. */
export function someItems(list: readonly HeldSample[], most: number): readonly HeldSample[] {
  const stride = Math.ceil(itemsOf(list) / most);
  return list.filter((_, at) => at % Math.max(1, stride) === 0);
}

type Feeds = ReadonlyMap<string, HostTensor>;

interface NumberedItem {
  readonly number: number;
  readonly item: number;
}

/** Every item of a stream while there is room, then every second, every fourth, ...: those whose blocks of four have a number
 *  that is a multiple of the stride. */
class Thinned {
  bytes = 0;
  readonly #budget: MemoryBudget;
  readonly #most: number;
  #stride = 1;
  #list: { name: string; length: number; feeds: Feeds; bytes: number; items: readonly NumberedItem[] }[] = [];

  /** @param most - bytes of feeds, but for one batch */
  constructor(budget: MemoryBudget, most: number) {
    this.#budget = budget;
    this.#most = most;
  }

  wants(number: number): boolean {
    return Math.floor(number / PERIOD) % this.#stride === 0;
  }

  add({ name, length }: CheckedSample, feeds: Feeds, items: readonly NumberedItem[]): void {
    const bytes = [...feeds.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    this.#budget.reserve(bytes, 'keeping samples to judge a recovery by');
    this.bytes += bytes;
    this.#list.push({ name, length, feeds, bytes, items });
    while (this.#list.length > 1 && (this.#count() > MOST_ITEMS || this.bytes > this.#most)) this.#thin();
  }

  samples(): HeldSample[] {
    return this.#list.map(({ name, length, feeds, items }) => ({
      name,
      length,
      feeds,
      items: items.map(({ item }) => item),
    }));
  }

  release(): void {
    this.#budget.release(this.bytes);
    this.bytes = 0;
    this.#list = [];
  }

  #count(): number {
    return this.#list.reduce((sum, { items }) => sum + items.length, 0);
  }

  #thin(): void {
    this.#stride *= 2;
    const kept = this.#list.map((each) => ({
      ...each,
      items: each.items.filter(({ number }) => this.wants(number)),
    }));
    this.#list = kept.filter(({ items }, at) => items.length > 0 || at === 0);
    const bytes = this.#list.reduce((sum, each) => sum + each.bytes, 0);
    this.#budget.release(this.bytes - bytes);
    this.bytes = bytes;
  }
}

/** What a caller lends for one step is kept for many. */
function copied({ feeds }: CheckedSample): Feeds {
  return new Map(
    [...feeds].map(([name, { dtype, dims, data }]): [string, HostTensor] => [
      name,
      { dtype, dims, data: asElements(dtype, asBytes(data).slice()) },
    ]),
  );
}
