// What every long operation takes and hands down: the caller's signal, progress callback and memory limit.
// RunOptions is the public shape; RunContext is its checked form, made once at the border of the API.

import { OctavoError } from './errors.js';

/** What an operation is doing now. `done` and `total` count bytes of the phase's input; steps in phases `run` and `recover`,
 *  samples in phases `calibrate` and `compare`, runs in phase `measure`. */
export interface Progress {
  readonly phase: 'read' | 'analyse' | 'write' | 'run' | 'calibrate' | 'compare' | 'recover' | 'measure';
  readonly done: number;
  /** 0 where samples do not tell how many they are. */
  readonly total: number;
}

/** Options of every long operation. */
export interface RunOptions {
  /** Aborts the operation with code `ABORTED` within 50 ms; nothing partial stays behind. */
  readonly signal?: AbortSignal | undefined;
  /** Called at most once a chunk, or every few milliseconds of a run. What it throws aborts the operation. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Most bytes Octavo may hold at once in buffers of its own. Default: no limit. */
  readonly memoryLimit?: number | undefined;
}

/** Counts the bytes held by one operation against its limit. */
export class MemoryBudget {
  #held = 0;
  #peak = 0;
  readonly limit: number;

  constructor(limit: number = Number.POSITIVE_INFINITY) {
    if (!(limit > 0))
      throw new OctavoError('INVALID_ARGUMENT', 'memoryLimit must be > 0', { field: 'memoryLimit' });
    this.limit = limit;
  }

  /** Most bytes held at one time so far. */
  get peak(): number {
    return this.#peak;
  }

  /** Bytes held now. */
  get held(): number {
    return this.#held;
  }

  /** Counts `bytes` as held. Call before allocating.
   *  @throws OctavoError `MEMORY_LIMIT` when the limit would be passed; then nothing is counted. */
  reserve(bytes: number, what: string): void {
    if (this.#held + bytes > this.limit) {
      throw new OctavoError(
        'MEMORY_LIMIT',
        `${what} needs ${bytes} bytes, but only ${this.limit - this.#held} of memoryLimit ${this.limit} are free`,
      );
    }
    this.#held += bytes;
    if (this.#held > this.#peak) this.#peak = this.#held;
  }

  /** Gives back what {@link reserve} counted. */
  release(bytes: number): void {
    this.#held -= bytes;
  }
}

/** The checked, internal form of {@link RunOptions}. */
export class RunContext {
  readonly signal: AbortSignal | undefined;
  readonly budget: MemoryBudget;
  readonly #onProgress: ((progress: Progress) => void) | undefined;

  /** @param budget - of the operation that this one is a part of */
  constructor(options: RunOptions = {}, budget = new MemoryBudget(options.memoryLimit)) {
    this.signal = options.signal;
    this.budget = budget;
    this.#onProgress = options.onProgress;
    this.throwIfAborted();
  }

  /** @throws OctavoError `ABORTED` when the caller's signal has fired. */
  throwIfAborted(): void {
    if (this.signal?.aborted) {
      throw new OctavoError('ABORTED', 'aborted by the caller', {}, { cause: this.signal.reason });
    }
  }

  /** Whether anybody wants to stop the operation or to see it go on. */
  get isObserved(): boolean {
    return this.signal !== undefined || this.#onProgress !== undefined;
  }

  report(phase: Progress['phase'], done: number, total: number): void {
    this.throwIfAborted();
    this.#onProgress?.({ phase, done, total });
  }
}
