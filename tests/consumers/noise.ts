// Seeded numbers for the engines' inputs. Its own generator: what the engines are fed must not change when a
// test's generator does.

/** 32-bit Weyl sequence through a mixing function (Murmur3's finalizer). */
export class Noise {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e3779b1) >>> 0;
  }

  uint32(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  }

  /** In [0, 1). */
  float(): number {
    return this.uint32() / 4294967296;
  }

  /** Integer in [0, count). */
  below(count: number): number {
    return Math.floor(this.float() * count);
  }
}
