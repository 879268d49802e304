// Runs files of node:test, a process a file, and turns the events into an outcome.

import { relative } from 'node:path';
import { run } from 'node:test';
import type { Outcome, Skip } from './outcome.js';

/** A file that takes longer hangs. */
const FILE_LIMIT_MS = 600_000;

/** What the events of node:test say; node's own types leave half of it out. */
interface TestEvent {
  readonly name: string;
  readonly file?: string;
  readonly nesting: number;
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
  /** Called with a line for each file when it is done, and with what tests say of themselves. */
  readonly onLine: (line: string) => void;
}

/** Runs `files` (absolute paths). */
export async function runNodeTests(files: readonly string[], options: NodeTestOptions): Promise<Outcome> {
  const tally = new Tally(options);
  const stream = run({ files: [...files], concurrency: options.concurrency, timeout: FILE_LIMIT_MS });
  for await (const { type, data } of stream as AsyncIterable<{ type: string; data: TestEvent }>) {
    if (type === 'test:pass') tally.pass(data);
    else if (type === 'test:fail') tally.fail(data);
    else if (type === 'test:diagnostic' && data.nesting > 0) tally.say(data);
  }
  tally.endFile();
  const missing = files.filter((file) => !tally.files.has(file));
  for (const file of missing) tally.failures.push(`${relative(options.root, file)}: ran no test`);
  return { passed: tally.passed, failures: tally.failures, skips: tally.skips };
}

class Tally {
  passed = 0;
  readonly failures: string[] = [];
  readonly skips: Skip[] = [];
  readonly files = new Set<string>();
  readonly #options: NodeTestOptions;
  #file = '';
  #before = { passed: 0, failed: 0, skipped: 0 };
  #start = performance.now();

  constructor(options: NodeTestOptions) {
    this.#options = options;
  }

  pass(event: TestEvent): void {
    this.#enter(event);
    if (event.details.type === 'suite') return;
    const reason = event.skip ?? event.todo;
    if (reason === undefined || reason === false) this.passed++;
    else
      this.skips.push({
        name: this.#nameOf(event),
        reason: typeof reason === 'string' ? reason : 'no reason given',
      });
  }

  /** A suite fails with its tests, which are counted; by itself only when a hook of it does. */
  fail(event: TestEvent): void {
    this.#enter(event);
    const { error, type } = event.details;
    if (error?.failureType === 'subtestsFailed' && (type === 'suite' || event.file === undefined)) return;
    this.failures.push(`${this.#nameOf(event)}\n${describe(error)}`);
  }

  say(event: TestEvent & { readonly message?: string }): void {
    if (event.message !== undefined) this.#options.onLine(`    ${event.message}`);
  }

  /** Prints the line of the file that is done. */
  endFile(): void {
    if (this.#file === '') return;
    const passed = this.passed - this.#before.passed;
    const failed = this.failures.length - this.#before.failed;
    const skipped = this.skips.length - this.#before.skipped;
    const extra = `${failed > 0 ? `, ${failed} FAILED` : ''}${skipped > 0 ? `, ${skipped} skipped` : ''}`;
    this.#options.onLine(`  ${relative(this.#options.root, this.#file)}: ${passed} passed${extra}`);
  }

  // Events come file by file, whatever ran at once.
  #enter({ file, name }: TestEvent): void {
    const current = file ?? name;
    this.files.add(current);
    if (current === this.#file) return;
    this.endFile();
    this.#file = current;
    this.#before = { passed: this.passed, failed: this.failures.length, skipped: this.skips.length };
  }

  #nameOf({ file, name }: TestEvent): string {
    return file === undefined || file === name
      ? relative(this.#options.root, name)
      : `${relative(this.#options.root, file)}: ${name}`;
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
