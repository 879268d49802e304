// Memory that is used again and again: what one sample after the other, one weight after the other is read into. What is left
// to the collector of the runtime is collected late, for buffers weigh little in its eyes, and processes grow meanwhile.

import type { RunContext } from '../context.js';

/** Gives memory of any content to read into. */
export type Take = (byteLength: number) => Uint8Array<ArrayBuffer>;

export class Buffers {
  /** Never more than were in use at one time. */
  readonly #free: ArrayBuffer[] = [];

  /** Bytes of any content, at the beginning of a buffer: the smallest free one that is large enough, or a new one. */
  take(byteLength: number): Uint8Array<ArrayBuffer> {
    this.#free.sort((a, b) => a.byteLength - b.byteLength);
    const fits = this.#free.findIndex((buffer) => buffer.byteLength >= byteLength);
    // A new one takes the place of the one that comes nearest.
    const [found] = this.#free.splice(fits, 1);
    const buffer = fits < 0 || found === undefined ? new ArrayBuffer(byteLength) : found;
    return new Uint8Array(buffer, 0, byteLength);
  }

  /** Takes back what {@link take} gave, once: nobody reads it any more. */
  give({ buffer }: Uint8Array<ArrayBuffer>): void {
    this.#free.push(buffer);
  }
}

/** What one user of buffers has taken. */
export class Lent {
  readonly #buffers: Buffers;
  readonly #taken: Uint8Array<ArrayBuffer>[] = [];

  constructor(buffers: Buffers) {
    this.#buffers = buffers;
  }

  readonly take: Take = (byteLength) => {
    const bytes = this.#buffers.take(byteLength);
    this.#taken.push(bytes);
    return bytes;
  };

  /** Gives all of it back. */
  readonly release = (): void => {
    for (const bytes of this.#taken.splice(0)) this.#buffers.give(bytes);
  };
}

const buffersOf = new WeakMap<RunContext, Buffers>();

/** Buffers of an operation, which go when it does. */
export function lentBy(context: RunContext): Lent {
  let buffers = buffersOf.get(context);
  if (buffers === undefined) buffersOf.set(context, (buffers = new Buffers()));
  return new Lent(buffers);
}
