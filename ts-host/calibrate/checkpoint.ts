// Checkpoints: now and then the statistics so far go to a store, as a stats file. A calibration that is begun with the same
// store goes on behind them: statistics tell which samples they are of.

import { OctavoError } from '../errors.js';
import { abortable } from '../io/wait.js';
import { CalibrationStats } from './stats.js';

/** Keeps the last checkpoint. `checkpointFile` of `octavo/node` is one. */
export interface CheckpointStore {
  /** For messages. */
  readonly name?: string | undefined;
  /** The last checkpoint, or undefined if there is none. */
  load(): Promise<Uint8Array | undefined>;
  /** Replaces it: when this fails, or the machine stops meanwhile, the one before is still there. */
  save(bytes: Uint8Array): Promise<void>;
}

export interface CheckpointOptions {
  readonly store: CheckpointStore;
  /** Seconds between checkpoints. Default 30, or none where `everySamples` is given. */
  readonly everySeconds?: number | undefined;
  /** Samples between checkpoints. */
  readonly everySamples?: number | undefined;
}

const DEFAULT_SECONDS = 30;

export class Checkpoints {
  readonly #store: CheckpointStore;
  readonly #signal: AbortSignal | undefined;
  readonly #milliseconds: number;
  readonly #samples: number;
  #savedAt = performance.now();
  #savedCount = 0;

  /** @throws OctavoError `INVALID_ARGUMENT` */
  constructor({ store, everySamples, everySeconds }: CheckpointOptions, signal: AbortSignal | undefined) {
    requirePositive('everySamples', everySamples);
    requirePositive('everySeconds', everySeconds);
    this.#store = store;
    this.#signal = signal;
    this.#samples = everySamples ?? Number.POSITIVE_INFINITY;
    const unasked = everySamples === undefined ? DEFAULT_SECONDS : Number.POSITIVE_INFINITY;
    this.#milliseconds = 1000 * (everySeconds ?? unasked);
  }

  /** The statistics to go on from.
   *  @throws OctavoError `STATS_INVALID`, `STATS_VERSION`, what the store throws */
  async load(): Promise<CalibrationStats | undefined> {
    const bytes = await abortable(this.#store.load(), this.#signal);
    if (bytes === undefined) return undefined;
    const stats = await CalibrationStats.fromBytes(bytes, this.#store.name);
    this.#savedCount = stats.sampleCount;
    return stats;
  }

  /** Call between samples: saves what `stats` gives, if it is time. */
  async saveIfDue(sampleCount: number, stats: () => CalibrationStats): Promise<void> {
    const isDue =
      sampleCount - this.#savedCount >= this.#samples ||
      performance.now() - this.#savedAt >= this.#milliseconds;
    if (!isDue || sampleCount === this.#savedCount) return;
    await abortable(this.#store.save(await stats().bytes()), this.#signal);
    this.#savedAt = performance.now();
    this.#savedCount = sampleCount;
  }
}

function requirePositive(field: string, value: number | undefined): void {
  if (value === undefined || value > 0) return;
  throw new OctavoError('INVALID_ARGUMENT', `${field} must be > 0, not ${value}`, { field });
}
