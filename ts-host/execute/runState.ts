// One run: who may stop it, and when it last let others work.

import type { RunContext } from '../context.js';
import type { Step } from './operator.js';

/** Longest work without letting others run: an abort is noticed within 50 ms, a page stays alive. */
const BREATH_MS = 12;

export class RunState {
  readonly context: RunContext;
  /** Without anybody who listens a run is not interrupted. */
  readonly #breathes: boolean;
  /** Only the outermost program, which runs first, tells how far it is. */
  #reports = true;
  #last = performance.now();

  constructor(context: RunContext) {
    this.context = context;
    this.#breathes = context.isObserved;
  }

  /** Runs steps in order. Returns a promise only when it has to wait in between.
   *  @throws OctavoError `ABORTED` */
  async run(steps: readonly Step[]): Promise<void> {
    if (!this.#breathes) {
      for (const step of steps) step();
      return;
    }
    const reports = this.#reports;
    this.#reports = false;
    for (const [index, step] of steps.entries()) {
      step();
      if (performance.now() - this.#last <= BREATH_MS) continue;
      if (reports) this.context.report('run', index + 1, steps.length);
      await this.breathe();
    }
    if (reports) this.context.report('run', steps.length, steps.length);
  }

  /** Lets other work happen, if it is time. */
  async breathe(): Promise<void> {
    if (!this.#breathes || performance.now() - this.#last <= BREATH_MS) return;
    await nextTurn();
    this.#last = performance.now();
    this.context.throwIfAborted();
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
