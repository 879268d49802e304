// Seeded random numbers (xorshift128 over 32-bit words): the same tests everywhere, every time.

export class Rng {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed = 1) {
    this.#a = seed | 0;
    this.#b = 0x9e3779b9 ^ seed;
    this.#c = 0x243f6a88;
    this.#d = 0xb7e15162;
    for (let i = 0; i < 16; i++) this.uint32();
  }

  uint32(): number {
    let t = this.#a ^ (this.#a << 11);
    t ^= t >>> 8;
    this.#a = this.#b;
    this.#b = this.#c;
    this.#c = this.#d;
    this.#d = this.#d ^ (this.#d >>> 19) ^ t;
    return this.#d >>> 0;
  }

  /** In [0, 1). */
  float(): number {
    return this.uint32() / 4294967296;
  }

  /** Integer in [low, high]. */
  int(low: number, high: number): number {
    return low + Math.floor(this.float() * (high - low + 1));
  }

  /** `count` floats, roughly normal with the given standard deviation. */
  normal(count: number, deviation = 1): Float32Array {
    return Float32Array.from({ length: count }, () => {
      const sum = this.float() + this.float() + this.float() + this.float() - 2;
      return sum * 1.732 * deviation;
    });
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.uint32() & 255);
  }
}
