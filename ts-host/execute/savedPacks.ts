// Packed weights of an earlier session of the same model: what is found here is copied instead of packed. A pack is known by
// the node, its input and the key of the pack, which holds all that decides its bytes but the weight's own.

import type { Pack } from './operator.js';

/** Bytes by name. */
export type PackedWeights = ReadonlyMap<string, Uint8Array>;

export class SavedPacks {
  #packs: PackedWeights = new Map();
  readonly #used = new Set<string>();

  /** They may come after the executor was made, but before it runs. */
  load(packs: PackedWeights): void {
    this.#packs = packs;
  }

  /** How many served so far. */
  get used(): number {
    return this.#used.size;
  }

  /** undefined where there is none, or none of this size. */
  find(node: string, pack: Pack): Uint8Array | undefined {
    const name = packName(node, pack);
    const bytes = this.#packs.get(name);
    if (bytes?.byteLength !== pack.byteLength) return undefined;
    this.#used.add(name);
    return bytes;
  }
}

export function packName(node: string, { input, key }: Pack): string {
  return JSON.stringify([node, input, key]);
}
