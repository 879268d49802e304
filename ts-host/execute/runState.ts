// One run: who may stop it, and how far it is.

import type { RunContext } from '../context.js';
import { Breather } from '../io/breather.js';
import type { Step } from './operator.js';

export class RunState {
  readonly context: RunContext;
  readonly #breather: Breather;
  /** Only the outermost program, which runs first, tells how far it is. */
  #reports = true;

  constructor(context: RunContext) {
    this.context = context;
    this.#breather = Breather.of(context);
  }

  /** Runs steps in order, without a pause when nobody listens.
   *  @throws OctavoError `ABORTED` */
  async run(steps: readonly Step[]): Promise<void> {
    if (!this.#breather.isNeeded) {
      for (const step of steps) step();
      return;
    }
    const reports = this.#reports;
    this.#reports = false;
    for (const [index, step] of steps.entries()) {
      step();
      if (!this.#breather.isDue) continue;
      if (reports) this.context.report('run', index + 1, steps.length);
      await this.#breather.breathe();
    }
    if (reports) this.context.report('run', steps.length, steps.length);
  }

  /** Lets other work happen, if it is time. */
  breathe(): Promise<void> {
    return this.#breather.breathe();
  }
}
