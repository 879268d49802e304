// Which samples statistics are of, by number: a bit each, so that a set has one form however it came about.

import { OctavoError } from '../errors.js';

/** Sample numbers lie below. */
const LIMIT = 2 ** 30;

export class SampleSet {
  #bits: Uint8Array;
  #count = 0;

  constructor(numbers: Iterable<number> = []) {
    this.#bits = new Uint8Array(16);
    for (const number of numbers) this.add(number);
  }

  /** @param bits - as {@link bytes} gives them
   *  @returns undefined for bytes that are no set's */
  static from(bits: Uint8Array): SampleSet | undefined {
    if (bits.byteLength > LIMIT / 8 || bits.at(-1) === 0) return undefined;
    const set = new SampleSet();
    set.#bits = bits.slice();
    set.#count = bits.reduce((sum, byte) => sum + ones(byte), 0);
    return set;
  }

  get count(): number {
    return this.#count;
  }

  has(number: number): boolean {
    return ((this.#bits[number >> 3] ?? 0) & (1 << (number & 7))) !== 0;
  }

  /** @throws OctavoError `LIMIT_EXCEEDED` */
  add(number: number): void {
    if (!Number.isInteger(number) || number < 0 || number >= LIMIT) {
      throw new OctavoError('LIMIT_EXCEEDED', `sample numbers lie below 2^30; ${number} does not`);
    }
    if (this.has(number)) return;
    const at = number >> 3;
    if (at >= this.#bits.byteLength) this.#grow(at + 1);
    this.#bits[at]! |= 1 << (number & 7);
    this.#count++;
  }

  /** The first number that both have. */
  firstCommon(other: SampleSet): number | undefined {
    const [a, b] = [this.#bits, other.#bits];
    for (let at = 0; at < Math.min(a.byteLength, b.byteLength); at++) {
      const common = a[at]! & b[at]!;
      if (common !== 0) return 8 * at + (31 - Math.clz32(common & -common));
    }
    return undefined;
  }

  /** The first number for which `holds`. */
  find(holds: (number: number) => boolean): number | undefined {
    for (let number = 0; number < 8 * this.#bits.byteLength; number++) {
      if (this.has(number) && holds(number)) return number;
    }
    return undefined;
  }

  /** Numbers of either. */
  union(other: SampleSet): SampleSet {
    const all = new SampleSet();
    all.#bits = new Uint8Array(Math.max(this.#bits.byteLength, other.#bits.byteLength));
    for (let at = 0; at < all.#bits.byteLength; at++) {
      const byte = (this.#bits[at] ?? 0) | (other.#bits[at] ?? 0);
      all.#bits[at] = byte;
      all.#count += ones(byte);
    }
    return all;
  }

  copy(): SampleSet {
    return this.union(new SampleSet());
  }

  /** Bit k & 7 of byte k >> 3 stands for number k; the last byte is not 0. */
  bytes(): Uint8Array {
    let end = this.#bits.byteLength;
    while (end > 0 && this.#bits[end - 1] === 0) end--;
    return this.#bits.slice(0, end);
  }

  #grow(byteLength: number): void {
    const larger = new Uint8Array(Math.max(byteLength, 2 * this.#bits.byteLength));
    larger.set(this.#bits);
    this.#bits = larger;
  }
}

function ones(byte: number): number {
  let count = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
}
