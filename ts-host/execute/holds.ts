// What one program keeps of the constants: given back together when the program goes.

import type { RunContext } from '../context.js';
import type { Constant, Constants, Hold } from './constant.js';
import type { Pack } from './operator.js';
import type { Address } from './value.js';

export class Holds {
  readonly #constants: Constants;
  readonly #holds: Hold[] = [];
  readonly #known = new Map<Constant, Map<string | undefined, Address>>();

  constructor(constants: Constants) {
    this.#constants = constants;
  }

  /** Address of a constant's bytes, there as long as the program. */
  hold(constant: Constant, context: RunContext): Promise<Address> {
    return this.#once(constant, undefined, () => this.#constants.hold(constant, context));
  }

  /** Address of a constant packed for a kernel, there as long as the program. */
  holdPack(constant: Constant, pack: Pack, node: string, context: RunContext): Promise<Address> {
    return this.#once(constant, pack.key, () => this.#constants.holdPack(constant, pack, node, context));
  }

  release(): void {
    for (const hold of this.#holds.splice(0)) this.#constants.release(hold);
    this.#known.clear();
  }

  async #once(constant: Constant, key: string | undefined, take: () => Promise<Address>): Promise<Address> {
    let known = this.#known.get(constant);
    if (known === undefined) this.#known.set(constant, (known = new Map()));
    const before = known.get(key);
    if (before !== undefined) return before;
    const address = await take();
    known.set(key, address);
    this.#holds.push({ constant, key });
    return address;
  }
}
