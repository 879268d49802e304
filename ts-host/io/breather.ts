// Long work takes a breath now and then: others have a turn, and an abort is noticed within 50 ms. All that one
// operation does shares one breather, however many short pieces it is made of.

import type { RunContext } from '../context.js';

/** Longest work without letting others run: with a step of 30 ms behind it, still below 50 ms. */
const BREATH_MS = 12;
/** Bytes that the host moves without a breath: some milliseconds. */
const MOVE_BYTES = 1 << 23;

const breathers = new WeakMap<RunContext, Breather>();

export class Breather {
  readonly #context: RunContext;
  #last = performance.now();

  private constructor(context: RunContext) {
    this.#context = context;
  }

  /** The breather of an operation. */
  static of(context: RunContext): Breather {
    let breather = breathers.get(context);
    if (breather === undefined) breathers.set(context, (breather = new Breather(context)));
    return breather;
  }

  /** Whether anybody listens: without a signal and a callback nothing is interrupted. */
  get isNeeded(): boolean {
    return this.#context.isObserved;
  }

  /** Whether it is time for a breath. */
  get isDue(): boolean {
    return this.isNeeded && performance.now() - this.#last > BREATH_MS;
  }

  /** Lets other work happen, if it is time.
   *  @throws OctavoError `ABORTED` */
  async breathe(): Promise<void> {
    if (!this.isDue) return;
    await nextTurn();
    this.#last = performance.now();
    this.#context.throwIfAborted();
  }

  /** Runs steps in order.
   *  @throws OctavoError `ABORTED` */
  async run(steps: Iterable<() => void>): Promise<void> {
    for (const step of steps) {
      step();
      if (this.isDue) await this.breathe();
    }
  }

  /** Does something to `length` bytes, piece by piece.
   *  @throws OctavoError `ABORTED` */
  async move(length: number, piece: (start: number, end: number) => void): Promise<void> {
    for (let start = 0; start < length; start += MOVE_BYTES) {
      piece(start, Math.min(length, start + MOVE_BYTES));
      if (this.isDue) await this.breathe();
    }
  }
}

/** Resolves when timers and events had their turn. */
function nextTurn(): Promise<void> {
  const { setImmediate: soon } = globalThis as { setImmediate?: (callback: () => void) => void };
  if (soon !== undefined) return new Promise((resolve) => soon(resolve));
  if (typeof MessageChannel === 'undefined') return new Promise((resolve) => setTimeout(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
