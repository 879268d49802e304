// The extremes of the last KEPT_SAMPLES samples by their numbers, whatever the order in which they are seen. 16 bytes a sample,
// as a stats file has them: there are some for every value of a model.
//
//   sample f64 | min f32 | max f32

import { KEPT_SAMPLES, type SampleExtremes } from './stats.js';

export const EXTREMES_BYTES = 16;
const LITTLE = true;

export class Extremes implements Iterable<SampleExtremes> {
  #bytes: Uint8Array<ArrayBufferLike>;
  #view: DataView;
  #length: number;

  /** @param bytes - records in the order of samples, taken over */
  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#length = bytes.byteLength / EXTREMES_BYTES;
  }

  get length(): number {
    return this.#length;
  }

  /** The records, in memory of their own. */
  bytes(): Uint8Array {
    return this.#bytes.slice(0, EXTREMES_BYTES * this.#length);
  }

  copy(): Extremes {
    return new Extremes(this.bytes());
  }

  *[Symbol.iterator](): Iterator<SampleExtremes> {
    for (let at = 0; at < this.#length; at++) yield this.at(at);
  }

  at(index: number): SampleExtremes {
    const at = EXTREMES_BYTES * index;
    return {
      sample: this.#view.getFloat64(at, LITTLE),
      min: this.#view.getFloat32(at + 8, LITTLE),
      max: this.#view.getFloat32(at + 12, LITTLE),
    };
  }

  /** Adds a sample in its place; one that is there already is widened, of too many the first goes. */
  add(seen: SampleExtremes): void {
    let at = this.#length;
    while (at > 0 && this.#sampleAt(at - 1) > seen.sample) at--;
    const before = at > 0 ? this.at(at - 1) : undefined;
    if (before?.sample === seen.sample) this.#put(at - 1, widened(before, seen));
    else if (this.#length < KEPT_SAMPLES) {
      this.#grow(this.#length + 1);
      this.#move(at, this.#length - 1, at + 1);
      this.#put(at, seen);
    } else if (at > 0) {
      this.#move(1, at, 0);
      this.#put(at - 1, seen);
    }
  }

  /** Of both together. */
  merge(other: Extremes): Extremes {
    const all = new Extremes();
    all.#grow(this.#length + other.#length);
    all.#length = 0;
    let [a, b] = [0, 0];
    while (a < this.#length || b < other.#length) {
      const [mine, theirs] = [this.#sampleAt(a), other.#sampleAt(b)];
      if (mine === theirs) all.#put(all.#length++, widened(this.at(a++), other.at(b++)));
      else all.#put(all.#length++, mine < theirs ? this.at(a++) : other.at(b++));
    }
    const first = EXTREMES_BYTES * Math.max(0, all.#length - KEPT_SAMPLES);
    return new Extremes(all.#bytes.slice(first, EXTREMES_BYTES * all.#length));
  }

  /** Infinity behind the last. */
  #sampleAt(index: number): number {
    return index < this.#length ? this.#view.getFloat64(EXTREMES_BYTES * index, LITTLE) : Infinity;
  }

  #put(index: number, { sample, min, max }: SampleExtremes): void {
    const at = EXTREMES_BYTES * index;
    this.#view.setFloat64(at, sample, LITTLE);
    this.#view.setFloat32(at + 8, min, LITTLE);
    this.#view.setFloat32(at + 12, max, LITTLE);
  }

  /** Records [from, to) to begin at `target`. */
  #move(from: number, to: number, target: number): void {
    this.#bytes.copyWithin(EXTREMES_BYTES * target, EXTREMES_BYTES * from, EXTREMES_BYTES * to);
  }

  #grow(length: number): void {
    this.#length = length;
    const needed = EXTREMES_BYTES * length;
    if (needed <= this.#bytes.byteLength) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.byteLength));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

const widened = (a: SampleExtremes, b: SampleExtremes): SampleExtremes => ({
  sample: a.sample,
  min: Math.min(a.min, b.min),
  max: Math.max(a.max, b.max),
});
