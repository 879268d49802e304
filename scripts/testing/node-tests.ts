// Runs files of node:test, a process a file, and turns the events into an outcome.

import { relative } from 'node:path';
import { run } from 'node:test';
import { counts, failed, type Outcome, type Skip, sum } from './outcome.js';

const FILE_LIMIT_MS = 600_000;

/** What the events of node:test say; node's own types leave half of it out. */
interface TestEvent {
  readonly name: string;
  readonly nesting: number;
  /** Of a diagnostic and of stderr. */
  readonly message?: string;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
  readonly details: {
    readonly type?: 'suite' | 'test';
    readonly error?: Error & { readonly failureType?: string };
  };
}

export interface NodeTestOptions {
  readonly root: string;
  /** Files at once. */
  readonly concurrency: number;
  /** Most milliseconds for a file; one that takes longer hangs. */
  readonly fileLimitMs?: number;
  /** Called with a line for each file when it is done, and with what its tests say of themselves. */
  readonly onLine: (line: string) => void;
}

/** Runs `files` (absolute paths), in order as far as they do not run at once. */
export async function runNodeTests(files: readonly string[], options: NodeTestOptions): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < files.length; index = next++) {
      outcomes[index] = await runFile(files[index]!, options);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, lane));
  return sum(outcomes);
}

async function runFile(
  file: string,
  { root, onLine, fileLimitMs = FILE_LIMIT_MS }: NodeTestOptions,
): Promise<Outcome> {
  const start = performance.now();
  const tally = new Tally(file, relative(root, file));
  const said: string[] = [];
  const stream = run({ files: [file], timeout: fileLimitMs });
  for await (const { type, data } of stream as AsyncIterable<{ type: string; data: TestEvent }>) {
    if (type === 'test:pass') tally.pass(data);
    else if (type === 'test:fail') tally.fail(data);
    else if (type === 'test:stderr') tally.stderr += data.message ?? '';
    else if (type === 'test:diagnostic' && data.nesting > 0) said.push(`    ${data.message}`);
  }
  const outcome = tally.outcome();
  onLine(`  ${tally.file}: ${counts(outcome)}, ${((performance.now() - start) / 1000).toFixed(1)} s`);
  for (const line of said) onLine(line);
  return outcome;
}

class Tally {
  readonly file: string;
  stderr = '';
  readonly #path: string;
  #passed = 0;
  readonly #failures: string[] = [];
  readonly #skips: Skip[] = [];

  constructor(path: string, file: string) {
    this.#path = path;
    this.file = file;
  }

  pass({ name, skip, todo, details }: TestEvent): void {
    const reason = skip ?? todo ?? false;
    // A skipped suite hides its tests and is named in their place.
    if (reason !== false) {
      this.#skips.push({
        name: `${this.file}: ${name}`,
        reason: reason === true ? 'no reason given' : reason,
      });
      return;
    }
    // A file that registers no test counts as one test of its own name for node.
    if (details.type !== 'suite' && name !== this.#path) this.#passed++;
  }

  fail({ name, details: { error } }: TestEvent): void {
    if (error?.failureType === 'subtestsFailed') return; // counted already
    if (name === this.#path)
      this.#failures.push(`${this.file}: the process failed\n${this.stderr.slice(-3000)}`);
    else this.#failures.push(`${this.file}: ${name}\n${describe(error)}`);
  }

  outcome(): Outcome {
    const outcome = { passed: this.#passed, failures: this.#failures, skips: this.#skips };
    const count = outcome.passed + outcome.failures.length + outcome.skips.length;
    return count === 0 ? failed(`${this.file}: holds no test`) : outcome;
  }
}

function describe(error: (Error & { readonly cause?: unknown }) | undefined): string {
  const cause = error?.cause ?? error;
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  return text
    .split('\n')
    .filter((line) => !/^\s+at .*\(?node:/.test(line))
    .map((line) => `    ${line}`)
    .join('\n');
}
