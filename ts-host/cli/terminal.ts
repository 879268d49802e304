// stdout and stderr: results on the one, everything else on the other. Colours and progress are for terminals only.

import type { Progress } from '../context.js';
import { ioError } from '../io/wait.js';
import { UsageError } from './errors.js';
import { ProgressLine } from './progress.js';

const DRAW_EVERY_MS = 60;

export interface TerminalOptions {
  readonly json: boolean;
  readonly verbose: boolean;
}

export class Terminal {
  /** One JSON document on stdout, errors included. */
  readonly json: boolean;
  /** Lists in full. */
  readonly verbose: boolean;
  readonly #progress = new ProgressLine((text) => paint('dim', text, process.stderr));
  #drawn = '';
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor({ json, verbose }: TerminalOptions) {
    this.json = json;
    this.verbose = verbose;
    // A reader that goes away is an error of the write that finds out, or of nobody; never one without a listener.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  }

  /** Writes results to stdout and waits until they are taken.
   *  @throws OctavoError `IO_FAILED`, for instance when a pipe was closed. */
  async print(data: string | Uint8Array): Promise<void> {
    this.endProgress();
    await new Promise<void>((resolve, reject) => {
      const fail = (error: Error): void => reject(ioError(error, 'writing to standard output'));
      process.stdout.once('error', fail);
      process.stdout.write(data, (error) => {
        if (error) return fail(error);
        process.stdout.off('error', fail);
        resolve();
      });
    });
  }

  /** A line that is no result: a hint, a warning. */
  note(text: string): void {
    this.endProgress();
    process.stderr.write(text);
  }

  complain(message: string, hintAtHelp: boolean): void {
    const hint = hintAtHelp
      ? `${paint('dim', 'octavo --help shows every command and option.', process.stderr)}\n`
      : '';
    this.note(`${paint('red', 'octavo:', process.stderr)} ${message}\n${hint}`);
  }

  /** Draws progress, if stderr is a terminal. */
  readonly onProgress = (progress: Progress): void => {
    if (!process.stderr.isTTY || process.env.TERM === 'dumb') return;
    const now = performance.now();
    if (now - this.#drawnAt < DRAW_EVERY_MS) return;
    this.#drawnAt = now;
    const line = this.#progress.text(progress, now / 1000);
    if (line === this.#drawn) return;
    process.stderr.write(`\r\x1b[K${line}`);
    this.#drawn = line;
  };

  endProgress(): void {
    if (this.#drawn === '') return;
    process.stderr.write('\r\x1b[K');
    this.#drawn = '';
  }
}

/** What every command is given beside its arguments. */
export interface Environment {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

const STYLES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const;

/** `text` in a style, where the stream is a terminal that wants it (NO_COLOR, TERM=dumb). */
export function paint(
  style: keyof typeof STYLES,
  text: string,
  stream: { isTTY?: boolean } = process.stdout,
): string {
  const plain = !stream.isTTY || process.env.TERM === 'dumb' || (process.env.NO_COLOR ?? '') !== '';
  const [on, off] = STYLES[style];
  return plain || text === '' ? text : `\x1b[${on}m${text}\x1b[${off}m`;
}

/** @throws UsageError when stdout shows what is written to it. */
export function refuseTerminal(what = 'a model'): void {
  if (!process.stdout.isTTY) return;
  throw new UsageError(`${what} is not for the screen: send standard output to a file or pipe`, '-o');
}
