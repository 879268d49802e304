// The line that says how far an operation is: a bar where the whole is known; for samples also their rate and the time
// that is left.

import type { Progress } from '../context.js';

const BAR_WIDTH = 24;
const PHASES: Readonly<Record<Progress['phase'], string>> = {
  read: 'reading',
  analyse: 'choosing scales',
  write: 'writing',
  run: 'running',
  calibrate: 'calibrating',
  compare: 'comparing',
  recover: 'recovering',
  measure: 'measuring',
};

const OF_SAMPLES: ReadonlySet<Progress['phase']> = new Set(['calibrate', 'compare']);

/** Rates are told when this much has passed: the first samples wait for the model to be made ready. */
const SETTLED_SECONDS = 0.5;

export class ProgressLine {
  readonly #dim: (text: string) => string;
  #phase: Progress['phase'] | undefined;
  #from = { seconds: 0, done: 0 };

  /** @param dim - how the part of the bar that is to come is painted */
  constructor(dim: (text: string) => string) {
    this.#dim = dim;
  }

  /** @param seconds - now, on any clock */
  text({ phase, done, total }: Progress, seconds: number): string {
    if (phase !== this.#phase) {
      this.#phase = phase;
      this.#from = { seconds, done };
    }
    const name = PHASES[phase];
    if (!OF_SAMPLES.has(phase)) return `${this.#bar(total > 0 ? done / total : 1)}  ${name}`;
    const facts = [
      `${name} ${total > 0 ? `${done} of ${total}` : done}`,
      ...this.#pace(done, total, seconds),
    ];
    return [...(total > 0 ? [this.#bar(done / total)] : []), facts.join(', ')].join('  ');
  }

  #bar(share: number): string {
    const shown = Math.min(1, share);
    const filled = Math.floor(shown * BAR_WIDTH);
    const percent = String(Math.floor(100 * shown)).padStart(3);
    return `${'━'.repeat(filled)}${this.#dim('━'.repeat(BAR_WIDTH - filled))} ${percent} %`;
  }

  /** `12.3/s`, `7 s left` */
  #pace(done: number, total: number, seconds: number): string[] {
    const passed = seconds - this.#from.seconds;
    const rate = (done - this.#from.done) / passed;
    if (passed < SETTLED_SECONDS || rate === 0) return [];
    const pace = `${rate < 9.95 ? rate.toFixed(1) : rate.toFixed(0)}/s`;
    return total > done ? [pace, `${duration((total - done) / rate)} left`] : [pace];
  }
}

/** `7 s`, `2 min 5 s`, `3 h 20 min` */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
