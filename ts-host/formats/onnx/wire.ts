// The protobuf wire format, read forward through a small window: tags and lengths are looked at, payloads are
// skipped. Nothing here knows ONNX. Reading waits only when the window must move and the source cannot read at once.

import type { RunContext } from '../../context.js';
import { type ErrorCode, OctavoError } from '../../errors.js';
import type { Source } from '../../io/source.js';

export const WIRE_VARINT = 0;
export const WIRE_FIXED64 = 1;
export const WIRE_BYTES = 2;
export const WIRE_FIXED32 = 5;

const WINDOW_BYTES = 256 * 1024;
/** Longest tag (5 bytes) and longest varint (10 bytes). */
const HEAD_BYTES = 15;

/** A part of the source in memory, moved forward as reading goes on. */
export class ByteWindow {
  readonly source: Source;
  readonly context: RunContext;
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;

  constructor(source: Source, context: RunContext) {
    this.source = source;
    this.context = context;
  }

  has(offset: number, length: number): boolean {
    return offset >= this.start && offset + length <= this.start + this.bytes.byteLength;
  }

  /** Moves the window so that it begins at `offset`. */
  async move(offset: number): Promise<void> {
    const { source, context } = this;
    context.report('read', offset, source.size);
    const length = Math.min(WINDOW_BYTES, source.size - offset);
    this.bytes = source.readSync?.(offset, length) ?? (await source.read(offset, length, context));
    this.start = offset;
  }

  /** A copy of a range, from the window where it lies inside. The caller has counted the bytes. */
  async copy(offset: number, length: number): Promise<Uint8Array> {
    if (this.has(offset, length)) return this.copyOf(offset, length);
    const { source, context } = this;
    return new Uint8Array(source.readSync?.(offset, length) ?? (await source.read(offset, length, context)));
  }

  /** A range inside the window, as it is. */
  view(offset: number, length: number): Uint8Array {
    const at = offset - this.start;
    return this.bytes.subarray(at, at + length);
  }

  /** A copy of a range inside the window. Not `slice`: that of a Node Buffer is no copy. */
  copyOf(offset: number, length: number): Uint8Array {
    return new Uint8Array(this.view(offset, length));
  }

  /** An error at a byte of this source. */
  error(code: ErrorCode, message: string, offset: number): OctavoError {
    const { name } = this.source;
    return new OctavoError(code, message, name === undefined ? { offset } : { file: name, offset });
  }
}

/** Walks the fields of one message, [start, end) of the source. The properties describe the current field. */
export class FieldCursor {
  readonly window: ByteWindow;
  readonly start: number;
  readonly end: number;
  /** Field number. */
  number = 0;
  wireType = 0;
  /** Where the tag begins. */
  tagAt = 0;
  /** Where the value begins: after tag and length. */
  valueAt = 0;
  /** Where the next field begins. */
  next: number;
  #at = 0;

  constructor(window: ByteWindow, start: number, end: number) {
    this.window = window;
    this.start = start;
    this.end = end;
    this.next = start;
  }

  /** Bytes of the value. */
  get length(): number {
    return this.next - this.valueAt;
  }

  /** Goes to the next field. False at the end of the message; a promise only where waiting is needed. */
  advance(): boolean | Promise<boolean> {
    if (this.next >= this.end) return false;
    if (this.window.has(this.next, Math.min(HEAD_BYTES, this.end - this.next))) return this.#parse();
    return this.window.move(this.next).then(() => this.#parse());
  }

  #parse(): boolean {
    this.tagAt = this.#at = this.next;
    const tag = this.#varint();
    this.number = Math.floor(tag / 8);
    this.wireType = tag % 8;
    if (this.number === 0 || this.number > 0x1fffffff) {
      throw this.window.error('MALFORMED', `field number ${this.number} does not exist`, this.tagAt);
    }
    this.next = this.#valueEnd();
    if (this.next > this.end) {
      const { source } = this.window;
      const cut = this.end === source.size;
      throw this.window.error(
        cut ? 'TRUNCATED' : 'MALFORMED',
        `field ${this.number} needs ${this.next - this.valueAt} bytes, its ${cut ? 'file' : 'message'} ends after ${this.end - this.valueAt}`,
        this.tagAt,
      );
    }
    return true;
  }

  #valueEnd(): number {
    if (this.wireType === WIRE_VARINT) {
      this.valueAt = this.#at;
      this.#varint();
      return this.#at;
    }
    const length = this.wireType === WIRE_BYTES ? this.#varint() : 0;
    this.valueAt = this.#at;
    if (this.wireType === WIRE_BYTES) return this.#at + length;
    if (this.wireType === WIRE_FIXED64) return this.#at + 8;
    if (this.wireType === WIRE_FIXED32) return this.#at + 4;
    const what = this.wireType === 3 || this.wireType === 4 ? 'groups, which ONNX does not use' : 'unknown';
    throw this.window.error('MALFORMED', `wire type ${this.wireType} (${what})`, this.tagAt);
  }

  /** The varint at #at, as a float64: exact below 2^53, and too large for any file above. */
  #varint(): number {
    const { bytes, start } = this.window;
    let value = 0;
    let unit = 1;
    const last = Math.min(this.end, this.#at + 10);
    for (let at = this.#at; at < last; at++) {
      const byte = bytes[at - start]!;
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) {
        this.#at = at + 1;
        return value;
      }
      unit *= 128;
    }
    if (last === this.#at + 10)
      throw this.window.error('MALFORMED', 'varint of more than 10 bytes', this.#at);
    const cut = this.end === this.window.source.size;
    throw this.window.error(cut ? 'TRUNCATED' : 'MALFORMED', 'the bytes end inside a varint', this.#at);
  }
}
