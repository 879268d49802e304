// Items that are left out because they are broken: named, with the reason.

import { type ErrorCode, OctavoError } from '../errors.js';

/** An item that was left out. */
export interface SkippedSample {
  readonly name: string;
  /** In the whole set, from 0. */
  readonly number: number;
  readonly reason: OctavoError;
}

export interface SkipOptions {
  /** Ends with the error of the first broken item instead of leaving it out. Default: false. */
  readonly strict?: boolean | undefined;
  /** Called for each item that is left out. */
  readonly onSkip?: ((skipped: SkippedSample) => void) | undefined;
}

/** What is wrong with one file, and says nothing about the others. */
const OF_ONE_ITEM: readonly ErrorCode[] = [
  'MALFORMED',
  'TRUNCATED',
  'IMAGE_UNSUPPORTED',
  'LIMIT_EXCEEDED',
  'UNSUPPORTED_DTYPE',
  'IO_FAILED',
];

/** Counts good and broken items of one pass. */
export class Skips {
  readonly #options: SkipOptions;
  #first: SkippedSample | undefined;
  #count = 0;
  #good = 0;

  constructor(options: SkipOptions) {
    this.#options = options;
  }

  /** The item, or undefined if it is broken and was reported.
   *  @throws what `make` throws, when strict or when it is not about this item alone */
  async try<T>(name: string, number: number, make: () => Promise<T>): Promise<T | undefined> {
    try {
      const made = await make();
      this.#good++;
      return made;
    } catch (error) {
      if (!(error instanceof OctavoError)) throw error;
      const reason = error.place.file === undefined ? error.within({ sample: name }) : error;
      if (this.#options.strict === true || !OF_ONE_ITEM.includes(error.code)) throw reason;
      const skipped = { name, number, reason };
      this.#first ??= skipped;
      this.#count++;
      this.#options.onSkip?.(skipped);
      return undefined;
    }
  }

  /** @throws OctavoError `SAMPLES_MISSING` if there were items and all of them broken */
  end(): void {
    if (this.#good > 0 || this.#first === undefined) return;
    const message = `none of ${this.#count} samples can be used; the first is broken: ${this.#first.reason.message}`;
    throw new OctavoError('SAMPLES_MISSING', message, {}, { cause: this.#first.reason });
  }
}
