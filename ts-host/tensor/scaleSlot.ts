// Keeps the scales of one weight at a time. A block-quantized weight is three tensors in the file, written one behind
// the other, and each needs the same scales: the search runs for the first and the others find it done. Another weight
// takes the slot over, so what is held stays small whatever the model.

import type { Scales } from './scales.js';

/** Scales that are kept, at most: 8 bytes each. */
const MOST_SCALES = 1 << 21;

export class ScaleSlot {
  #owner: object | undefined;
  #count = 0;
  readonly #pieces = new Map<string, Scales>();

  /** The scales of a piece of `owner`'s weight, computed unless they are still here. */
  async take(owner: object, piece: string, compute: () => Promise<Scales>): Promise<Scales> {
    const known = this.#owner === owner ? this.#pieces.get(piece) : undefined;
    if (known !== undefined) return known;
    const scales = await compute();
    if (this.#owner !== owner) {
      this.#owner = owner;
      this.#pieces.clear();
      this.#count = 0;
    }
    if (this.#count + scales.scale.length <= MOST_SCALES) {
      this.#pieces.set(piece, scales);
      this.#count += scales.scale.length;
    }
    return scales;
  }
}
