// What every task needs to know of the set-up.

import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Scratch } from './setup/scratch.js';
import type { MatrixServer } from './setup/server.js';

export interface Stage {
  readonly scratch: Scratch;
  readonly server: MatrixServer;
  /** '' or why npm's runtimes could not be installed. */
  readonly npmProblem: string;
  /** '' or why the browsers could not be installed. */
  readonly browserProblem: string;
}

/** What one start of a workload may take on a busy machine; each needs a fraction of it. */
export const TASK_LIMIT_MS = 120_000;

/** The folder of launch scripts. */
export const launchFolder = `${dirname(fileURLToPath(import.meta.url))}/launch`;
