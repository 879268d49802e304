// Runs programs of node:test, each in a process, and turns the events into an outcome.

import { relative } from 'node:path';
import { run } from 'node:test';
import { inLanes } from '../lanes.js';
import type { TestProgram } from './bundle.js';
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

/** node:test hands the options of this process on to those it starts. They need no loader, which would cost each 0.3 s;
 *  with source maps, failures name the lines of the sources. */
const PROGRAM_OPTIONS = ['--enable-source-maps'];

/** Runs `tests`, in order as far as they do not run at once. */
export async function runNodeTests(
  tests: readonly TestProgram[],
  options: NodeTestOptions,
): Promise<Outcome> {
  process.execArgv = PROGRAM_OPTIONS;
  return sum(await inLanes(options.concurrency, tests, (test) => runTest(test, options)));
}

async function runTest(
  { source, program }: TestProgram,
  { root, onLine, fileLimitMs = FILE_LIMIT_MS }: NodeTestOptions,
): Promise<Outcome> {
  const start = performance.now();
  const tally = new Tally(program, relative(root, source));
  const said: string[] = [];
  const stream = run({ files: [program], timeout: fileLimitMs });
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
  readonly #program: string;
  #passed = 0;
  readonly #failures: string[] = [];
  readonly #skips: Skip[] = [];

  constructor(program: string, file: string) {
    this.#program = program;
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
    if (details.type !== 'suite' && name !== this.#program) this.#passed++;
  }

  fail({ name, details: { error } }: TestEvent): void {
    if (error?.failureType === 'subtestsFailed') return; // counted already
    if (name === this.#program)
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
