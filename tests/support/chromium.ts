// Chromium over its DevTools protocol, by a pipe: messages are JSON ended by a NUL, to the browser on its descriptor 3, from it on 4.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--remote-debugging-pipe',
];

/** Told last. */
const ENDED = 'ended';

export interface ProtocolEvent {
  readonly method: string;
  readonly params: Record<string, unknown>;
}

interface Reply {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

type Waiting = (reply: Reply) => void;

/** How long a browser may take to answer before it counts as ended. */
const LIMIT_MS = 120_000;

/** One page of a browser of its own. */
export class ChromiumPage {
  /** What the page told of, in order. */
  readonly events: ProtocolEvent[] = [];
  readonly #write: Writable;
  readonly #replies = new Map<number, Waiting>();
  readonly #waiting = new Set<() => void>();
  readonly #close: () => Promise<void>;
  #session: string | undefined;
  #count = 0;

  private constructor(write: Writable, read: Readable, close: () => Promise<void>) {
    this.#write = write;
    this.#close = close;
    let pending = '';
    read.setEncoding('utf8').on('data', (text: string) => {
      const messages = (pending + text).split('\0');
      pending = messages.pop()!;
      for (const message of messages) this.#take(JSON.parse(message) as Reply);
    });
  }

  static async open(executable: string): Promise<ChromiumPage> {
    const profile = mkdtempSync(join(tmpdir(), 'octavo-chromium-'));
    const stdio = ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] as const;
    const browser = spawn(executable, [...FLAGS, `--user-data-dir=${profile}`], { stdio: [...stdio] });
    const ended = once(browser, 'exit');
    const timer = setTimeout(() => browser.kill('SIGKILL'), LIMIT_MS);
    const close = async (): Promise<void> => {
      clearTimeout(timer);
      browser.kill('SIGKILL');
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    };
    const page = new ChromiumPage(browser.stdio[3] as Writable, browser.stdio[4] as Readable, close);
    void ended.then(() => page.#end());
    const { targetId } = await page.call('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await page.call('Target.attachToTarget', { targetId, flatten: true });
    page.#session = sessionId as string;
    return page;
  }

  /** @throws Error with what the browser complains about */
  async call(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const id = ++this.#count;
    const session = this.#session === undefined ? {} : { sessionId: this.#session };
    const reply = new Promise<Reply>((resolve) => this.#replies.set(id, resolve));
    this.#write.write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    const { result, error } = await reply;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result!;
  }

  /** Waits until an event of this name is among {@link events}, from the place `from` on. */
  async told(method: string, from: number): Promise<void> {
    while (!this.events.slice(from).some((event) => event.method === method)) {
      if (this.events.at(-1)?.method === ENDED) throw new Error(`the browser has ended before ${method}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** The value of an expression in the page, as JSON. */
  async evaluate(expression: string): Promise<unknown> {
    const { result } = await this.call('Runtime.evaluate', { expression, returnByValue: true });
    return (result as { readonly value?: unknown }).value;
  }

  close(): Promise<void> {
    return this.#close();
  }

  #take({ id, method, params, ...reply }: Reply): void {
    if (id !== undefined) {
      this.#replies.get(id)?.(reply);
      this.#replies.delete(id);
      return;
    }
    this.#tell({ method: method!, params: params ?? {} });
  }

  #tell(event: ProtocolEvent): void {
    this.events.push(event);
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  /** Who waits gets an error. */
  #end(): void {
    const error = { message: 'the browser has ended' };
    for (const resolve of this.#replies.values()) resolve({ error });
    this.#replies.clear();
    this.#tell({ method: ENDED, params: {} });
  }
}
