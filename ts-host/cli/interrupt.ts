// Ctrl-C and its kin fire an AbortSignal, so that a command ends by its own clean-up. The same signal again kills.

import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interrupt {
  readonly signal: AbortSignal;
  /** 128 + the number of the signal that came, by the custom of shells. */
  readonly exitCode: number | undefined;
  /** Gives the signals back to the runtime. */
  stop(): void;
}

export function interruptible(): Interrupt {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const stop = (): void => {
    for (const name of SIGNALS) process.off(name, onSignal);
  };
  const onSignal = (name: (typeof SIGNALS)[number]): void => {
    exitCode = 128 + constants.signals[name];
    stop();
    controller.abort(new Error(name));
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    stop,
  };
}
