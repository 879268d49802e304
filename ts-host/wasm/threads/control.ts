// How threads share calls: a block of shared memory with three counters that only grow (modulo 2^32), and a ring of calls.
//
//   NEXT   the next call to be taken        a thread takes call n by moving NEXT from n to n + 1, while n is below LIMIT
//   LIMIT  end of the calls that are there  raised when their arguments are written; idle threads sleep on it
//   DONE   calls that were made             equal to LIMIT when all are
//
// Calls n lie in slot n mod SLOTS and are written only when all calls before were made, so a thread that comes late
// finds either its call or nothing.

import type { KernelCalls } from '../calls.js';
import type { KernelExports } from '../kernel-exports.js';

const NEXT = 0;
const LIMIT = 16;
const DONE = 32;
/** Not 0 when the threads are to end. */
const STOP = 48;
/** Not 0 when a call trapped. */
const TRAPPED = 49;
const COUNTER_BYTES = 256;

/** Calls that are there at once. */
export const SLOTS = 128;
/** Numbers of a call: the kernel's number, scratch argument (-1: none), its stride, how many arguments, arguments. */
const SLOT_NUMBERS = 32;
const HEAD = 4;
/** Looks at a counter before a thread sleeps: about 0.2 ms, more than is between two nodes. */
const LOOKS = 10_000;

export type Kernel = KernelExports[string];

/** All exports of modules by their numbers: the same in every thread that has the same modules. */
export function kernelsOf(instances: readonly KernelExports[]): Kernel[] {
  return instances.flatMap((exports) => Object.values(exports));
}

export class Control {
  /** What another thread needs to see the same block. */
  readonly buffer: SharedArrayBuffer;
  readonly #counters: Int32Array<SharedArrayBuffer>;
  readonly #slots: Float64Array<SharedArrayBuffer>;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(COUNTER_BYTES + SLOTS * SLOT_NUMBERS * 8)) {
    this.buffer = buffer;
    this.#counters = new Int32Array(buffer, 0, COUNTER_BYTES / 4);
    this.#slots = new Float64Array(buffer, COUNTER_BYTES);
  }

  /** Puts at most {@link SLOTS} calls from `first` on there, all before having been made.
   *  @param kernel - its number, see {@link kernelsOf} */
  publish(kernel: number, { calls, scratch }: KernelCalls, first: number): void {
    const limit = Atomics.load(this.#counters, LIMIT);
    const end = Math.min(calls.length, first + SLOTS);
    for (let index = first; index < end; index++) {
      const call = calls[index]!;
      if (call.length > SLOT_NUMBERS - HEAD) throw new Error(`a call has ${call.length} arguments`);
      const at = this.#slotOf(limit + index - first);
      this.#slots[at] = kernel;
      this.#slots[at + 1] = scratch?.argument ?? -1;
      this.#slots[at + 2] = scratch?.stride ?? 0;
      this.#slots[at + 3] = call.length;
      this.#slots.set(call, at + HEAD);
    }
    Atomics.store(this.#counters, LIMIT, limit + end - first);
    Atomics.notify(this.#counters, LIMIT);
  }

  /** Makes calls until none is left to take. What a call throws is given to `trapped`. */
  work(kernels: readonly Kernel[], thread: number, trapped: (error: unknown) => void): void {
    for (let ticket = this.#take(); ticket !== undefined; ticket = this.#take()) {
      try {
        this.#call(kernels, thread, ticket);
      } catch (error) {
        Atomics.store(this.#counters, TRAPPED, 1);
        trapped(error);
      }
      const done = Atomics.add(this.#counters, DONE, 1) + 1;
      if ((done | 0) === Atomics.load(this.#counters, LIMIT)) Atomics.notify(this.#counters, DONE);
    }
  }

  /** Waits until all calls are made.
   *  @param sleep - whether this thread may sleep
   *  @param patience - milliseconds without any call made after which it gives up
   *  @returns false if it gave up */
  finish(sleep: boolean, patience: number): boolean {
    const counters = this.#counters;
    const limit = Atomics.load(counters, LIMIT);
    for (let look = 0; look < LOOKS; look++) if (Atomics.load(counters, DONE) === limit) return true;
    let seen = Atomics.load(counters, DONE);
    let since = performance.now();
    while (seen !== limit) {
      if (sleep) Atomics.wait(counters, DONE, seen, 20);
      const now = Atomics.load(counters, DONE);
      if (now !== seen) since = performance.now();
      else if (performance.now() - since > patience) return false;
      seen = now;
    }
    return true;
  }

  /** Serves calls until {@link stop}. */
  serve(kernels: readonly Kernel[], thread: number, trapped: (error: unknown) => void): void {
    const counters = this.#counters;
    while (Atomics.load(counters, STOP) === 0) {
      const limit = Atomics.load(counters, LIMIT);
      this.work(kernels, thread, trapped);
      let look = 0;
      while (look < LOOKS && Atomics.load(counters, LIMIT) === limit) look++;
      if (look === LOOKS) Atomics.wait(counters, LIMIT, limit, 1000);
    }
  }

  /** Ends threads that serve. */
  stop(): void {
    Atomics.store(this.#counters, STOP, 1);
    Atomics.notify(this.#counters, LIMIT);
  }

  /** Whether any call trapped. */
  get hasTrapped(): boolean {
    return Atomics.load(this.#counters, TRAPPED) !== 0;
  }

  /** The number of a call that is now this thread's to make. */
  #take(): number | undefined {
    const counters = this.#counters;
    for (;;) {
      const next = Atomics.load(counters, NEXT);
      // Differences of counters that wrap.
      if (((Atomics.load(counters, LIMIT) - next) | 0) <= 0) return undefined;
      if (Atomics.compareExchange(counters, NEXT, next, next + 1) === next) return next;
    }
  }

  #call(kernels: readonly Kernel[], thread: number, ticket: number): void {
    const at = this.#slotOf(ticket);
    const args = Array.from(this.#slots.subarray(at + HEAD, at + HEAD + this.#slots[at + 3]!));
    const scratch = this.#slots[at + 1]!;
    if (scratch >= 0) args[scratch]! += thread * this.#slots[at + 2]!;
    kernels[this.#slots[at]!]!(...args);
  }

  #slotOf(ticket: number): number {
    return (ticket & (SLOTS - 1)) * SLOT_NUMBERS;
  }
}
