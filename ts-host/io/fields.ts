// Small binary files of Octavo's own, field by field: little-endian numbers, and bytes and text with their length in front.

import { OctavoError } from '../errors.js';

const LITTLE = true;
const FIRST_BYTES = 1024;

/** Writes fields one after another into bytes that grow. */
export class FieldWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get byteLength(): number {
    return this.#length;
  }

  u8(value: number): this {
    const at = this.#claim(1);
    this.#view.setUint8(at, value);
    return this;
  }

  u32(value: number): this {
    const at = this.#claim(4);
    this.#view.setUint32(at, value, LITTLE);
    return this;
  }

  i64(value: bigint): this {
    const at = this.#claim(8);
    this.#view.setBigInt64(at, value, LITTLE);
    return this;
  }

  /** Every NaN is written as the same one. */
  f64(value: number): this {
    if (Number.isNaN(value)) return this.i64(0x7ff8000000000000n);
    const at = this.#claim(8);
    this.#view.setFloat64(at, value, LITTLE);
    return this;
  }

  /** The bytes alone. */
  raw(bytes: Uint8Array): this {
    const at = this.#claim(bytes.byteLength);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** Length, then the bytes. */
  bytes(bytes: Uint8Array): this {
    return this.u32(bytes.byteLength).raw(bytes);
  }

  text(text: string): this {
    return this.bytes(new TextEncoder().encode(text));
  }

  /** Hands over what was written and begins again. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = new Uint8Array(FIRST_BYTES);
    this.#view = new DataView(this.#bytes.buffer);
    this.#length = 0;
    return taken;
  }

  #claim(byteLength: number): number {
    const at = this.#length;
    this.#length += byteLength;
    if (this.#length > this.#bytes.byteLength) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.byteLength));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

/** Reads what {@link FieldWriter} wrote; never beyond the end. */
export class FieldReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #fail: (problem: string, offset: number) => OctavoError;
  #at = 0;

  /** @param fail - makes the error for bytes that end early or do not fit */
  constructor(bytes: Uint8Array, fail: (problem: string, offset: number) => OctavoError) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#fail = fail;
  }

  u8(what: string): number {
    return this.#view.getUint8(this.#take(1, what));
  }

  u32(what: string): number {
    return this.#view.getUint32(this.#take(4, what), LITTLE);
  }

  i64(what: string): bigint {
    return this.#view.getBigInt64(this.#take(8, what), LITTLE);
  }

  f64(what: string): number {
    return this.#view.getFloat64(this.#take(8, what), LITTLE);
  }

  /** A whole number from 0 to 2^53 - 1, written as float64. */
  whole(what: string): number {
    const at = this.#take(8, what);
    const value = this.#view.getFloat64(at, LITTLE);
    if (Number.isSafeInteger(value) && value >= 0) return value;
    throw this.#fail(`${what} is no whole number`, at);
  }

  /** A view of `byteLength` bytes. */
  raw(byteLength: number, what: string): Uint8Array {
    const at = this.#take(byteLength, what);
    return this.#bytes.subarray(at, at + byteLength);
  }

  bytes(what: string): Uint8Array {
    return this.raw(this.u32(what), what);
  }

  text(what: string): string {
    const at = this.#at;
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.bytes(what));
    } catch (error) {
      throw error instanceof OctavoError ? error : this.#fail(`${what} is no text`, at);
    }
  }

  /** @throws what `fail` makes, unless everything was read */
  end(): void {
    if (this.#at !== this.#bytes.byteLength) throw this.#fail('bytes follow behind the end', this.#at);
  }

  /** An error at what comes next. */
  error(problem: string): OctavoError {
    return this.#fail(problem, this.#at);
  }

  #take(byteLength: number, what: string): number {
    const at = this.#at;
    if (byteLength > this.#bytes.byteLength - at) throw this.#fail(`it ends inside ${what}`, at);
    this.#at += byteLength;
    return at;
  }
}
