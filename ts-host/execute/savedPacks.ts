// Packed weights of an earlier session of the same model: what is found here is copied instead of packed. A pack is known by
// the node, its input and the key of the pack, which holds all that decides its bytes but the weight's own.

import type { TensorData } from '../ir/tensor.js';
import type { Pack } from './operator.js';
import type { Address } from './value.js';

/** Bytes in the executor's memory. */
export interface PackedBytes {
  readonly address: Address;
  readonly byteLength: number;
}

export class SavedPacks {
  readonly #packs: ReadonlyMap<string, TensorData>;
  readonly #used = new Set<string>();

  /** @param packs - by {@link packName} */
  constructor(packs: ReadonlyMap<string, TensorData>) {
    this.#packs = packs;
  }

  /** How many served so far. */
  get used(): number {
    return this.#used.size;
  }

  /** undefined where there is none, or none that fits in. */
  find(node: string, pack: Pack): TensorData | undefined {
    const name = packName(node, pack);
    const data = this.#packs.get(name);
    if (data === undefined || data.byteLength > pack.byteLength) return undefined;
    this.#used.add(name);
    return data;
  }
}

export function packName(node: string, { input, key }: Pack): string {
  return JSON.stringify([node, input, key]);
}
