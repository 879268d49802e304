// The threads of one engine: this one and workers, which make calls together. When one fails the rest end and this one goes
// on alone: results do not depend on who makes which call.

import { OctavoError } from '../../errors.js';
import type { KernelCalls, Threads } from '../calls.js';
import type { ExecutionEngine } from '../execution.js';
import { Control, type Kernel, kernelsOf, SLOTS } from './control.js';
import type { ThreadHandle, ThreadHost } from './host.js';
import type { ThreadStart } from './worker.js';

/** A thread that makes no call for so long is taken for dead: a call takes milliseconds. */
const PATIENCE_MS = 10_000;

/** What may be called now, and all that there is. */
type Kernels = Pick<ExecutionEngine, 'kernels' | 'instances'>;

export class Pool implements Threads {
  readonly count: number;
  readonly #engine: Kernels;
  /** Of the instances that the engine has now. */
  #all: readonly Kernel[] = [];
  #numbers: ReadonlyMap<Kernel, number> = new Map();
  readonly #control = new Control();
  readonly #sleeps = maySleep();
  #others: ThreadHandle[] = [];
  #failure: string | undefined;
  #closed = false;

  private constructor(engine: Kernels, count: number) {
    this.#engine = engine;
    this.count = count;
  }

  /** Starts `owns.length` threads beside this one.
   *  @param owns - the address of each one's own bytes
   *  @throws OctavoError `THREADS_FAILED`; none is left then */
  static async start(
    host: ThreadHost,
    engine: Kernels,
    owns: readonly number[],
    shared: Pick<ThreadStart, 'memory' | 'modules'>,
  ): Promise<Pool> {
    const pool = new Pool(engine, owns.length + 1);
    const { buffer: control } = pool.#control;
    const starting = owns.map(async (own, index) => {
      const start = { ...shared, control, thread: index + 1, own };
      pool.#others.push(await host.start(start, (reason) => pool.#fail(reason)));
    });
    const failed = (await Promise.allSettled(starting)).find(({ status }) => status === 'rejected');
    if (failed !== undefined) {
      pool.close();
      throw (failed as PromiseRejectedResult).reason;
    }
    return pool;
  }

  get used(): number {
    return this.#others.length + 1;
  }

  get reason(): string | undefined {
    return this.#failure;
  }

  run(given: KernelCalls): void {
    const { kernel, calls } = given;
    const own = this.#engine.kernels[kernel]!;
    if (calls.length < 2 || this.#others.length === 0) {
      for (const call of calls) own(...call);
      return;
    }
    const number = this.#numberOf(own);
    for (let first = 0; first < calls.length; first += SLOTS) this.#round(number, given, first);
  }

  close(): void {
    this.#closed = true;
    this.#end();
  }

  #round(kernel: number, calls: KernelCalls, first: number): void {
    let thrown: unknown;
    this.#control.publish(kernel, calls, first);
    this.#control.work(this.#all, 0, (error) => (thrown ??= error));
    if (!this.#control.finish(this.#sleeps, PATIENCE_MS)) {
      this.#stopWith(`a thread made no call for ${PATIENCE_MS} ms`, thrown);
    }
    if (this.#control.hasTrapped) this.#stopWith(`${calls.kernel} trapped`, thrown);
  }

  /** Which module serves a kernel may change until the first run. */
  #numberOf(kernel: Kernel): number {
    if (!this.#numbers.has(kernel)) {
      this.#all = kernelsOf(this.#engine.instances);
      this.#numbers = new Map(this.#all.map((each, number) => [each, number]));
    }
    const number = this.#numbers.get(kernel);
    if (number === undefined) throw new Error('a kernel of no module is called');
    return number;
  }

  #stopWith(reason: string, cause: unknown): never {
    this.#fail(reason);
    throw new OctavoError('THREADS_FAILED', reason, {}, { cause });
  }

  #fail(reason: string): void {
    if (this.#closed) return;
    this.#failure ??= reason;
    this.#end();
  }

  #end(): void {
    this.#control.stop();
    for (const thread of this.#others) thread.end();
    this.#others = [];
  }
}

/** The main thread of a page may not. */
function maySleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}
