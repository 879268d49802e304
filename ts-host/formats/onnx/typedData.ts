// Typed lists of a TensorProto (float_data, int32_data ...) as plain little-endian bytes. The loops here walk the
// wire format, not tensor elements: a varint list has no elements to point at until it is decoded.

import type { RunContext } from '../../context.js';
import { OctavoError } from '../../errors.js';
import type { Source } from '../../io/source.js';
import { sliceData, type TensorData } from '../../ir/tensor.js';
import { breathe } from './breathe.js';

/** A stretch of one typed list. Packed: values one after another. Otherwise every value has its tag in front. */
export interface Segment {
  readonly packed: boolean;
  readonly fixed: boolean;
  readonly offset: number;
  length: number;
}

/** Bytes of input decoded at a time. */
const STEP = 256 * 1024;
/** A value takes at least one byte of input and becomes at most eight. */
const MOST_OUTPUT = STEP * 8;

/** Steps after which the event loop gets a turn: some 10 ms of decoding. */
const BREATH = 8;

async function* inputOf(source: Source, segments: readonly Segment[], context: RunContext) {
  let steps = 0;
  for (const segment of segments) {
    for (let at = 0; at < segment.length; at += STEP) {
      if (++steps % BREATH === 0) await breathe(context);
      const length = Math.min(STEP, segment.length - at);
      const offset = segment.offset + at;
      const bytes = source.readSync?.(offset, length) ?? (await source.read(offset, length, context));
      yield { segment, bytes, last: at + length === segment.length };
    }
  }
}

/** Number of values in the segments.
 *  @throws OctavoError `MALFORMED` when a stretch ends inside a value. */
export async function countValues(
  source: Source,
  segments: readonly Segment[],
  fixedBytes: number,
  context: RunContext,
): Promise<number> {
  let count = 0;
  for (const { packed, fixed, length, offset } of segments) {
    if (!fixed || !packed) continue;
    if (length % fixedBytes !== 0) throw cutValue(source, offset);
    count += length / fixedBytes;
  }
  const walked = segments.filter(({ packed, fixed }) => !fixed || !packed);
  const decoder = new ValueDecoder(fixedBytes, 0);
  for await (const { segment, bytes, last } of inputOf(source, walked, context)) {
    count += decoder.decode(bytes, segment, undefined);
    if (decoder.bad || (last && !decoder.done)) throw cutValue(source, segment.offset);
  }
  return count;
}

function cutValue(source: Source, offset: number): OctavoError {
  const file = source.name === undefined ? {} : { file: source.name };
  return new OctavoError('MALFORMED', 'a typed list has a broken or cut value', { ...file, offset });
}

/** The bytes of a typed list whose values {@link countValues} has counted. `entryBytes` of each value are kept. */
export function typedData(
  source: Source,
  segments: readonly Segment[],
  entryBytes: number,
  byteLength: number,
): TensorData {
  const [only] = segments;
  if (segments.length === 1 && only?.packed && only.fixed) return sliceData(source, only.offset, byteLength);
  return {
    byteLength,
    async *chunks(context) {
      const size = Math.min(byteLength, MOST_OUTPUT);
      context.budget.reserve(size, 'decoding a typed list');
      try {
        const output = new Uint8Array(size);
        const decoder = new ValueDecoder(entryBytes, entryBytes);
        for await (const { segment, bytes } of inputOf(source, segments, context)) {
          const count = decoder.decode(bytes, segment, output);
          if (count > 0) yield output.subarray(0, count * entryBytes);
        }
      } finally {
        context.budget.release(size);
      }
    },
  };
}

/** Decodes values that may be cut anywhere between two inputs. */
class ValueDecoder {
  /** False while inside a value. */
  done = true;
  /** A varint had more than ten bytes. */
  bad = false;
  readonly #fixedBytes: number;
  readonly #entryBytes: number;
  #inTag = false;
  #taken = 0;
  #low = 0;
  #high = 0;

  constructor(fixedBytes: number, entryBytes: number) {
    this.#fixedBytes = fixedBytes;
    this.#entryBytes = entryBytes;
  }

  /** Appends whole values to `output` from its start. Returns how many. */
  decode(bytes: Uint8Array, segment: Segment, output: Uint8Array | undefined): number {
    let count = 0;
    for (const byte of bytes) {
      if (this.done) {
        this.done = false;
        this.#inTag = !segment.packed;
        this.#taken = this.#low = this.#high = 0;
      }
      if (this.#inTag) {
        this.#inTag = byte >= 0x80;
        continue;
      }
      if (segment.fixed) this.#takeFixed(byte);
      else this.#takeVarint(byte);
      if (!this.done) continue;
      if (output !== undefined) this.#store(output, count * this.#entryBytes);
      count++;
    }
    return count;
  }

  #takeFixed(byte: number): void {
    if (this.#taken < 4) this.#low |= byte << (8 * this.#taken);
    else this.#high |= byte << (8 * (this.#taken - 4));
    this.done = ++this.#taken === this.#fixedBytes;
  }

  #takeVarint(byte: number): void {
    const shift = 7 * this.#taken++;
    const bits = byte & 0x7f;
    if (shift < 28) this.#low |= bits << shift;
    else if (shift === 28) {
      this.#low |= bits << 28;
      this.#high = bits >>> 4;
    } else if (shift < 64) this.#high |= bits << (shift - 32);
    else this.bad = true;
    this.done = byte < 0x80;
  }

  #store(output: Uint8Array, at: number): void {
    const half = Math.min(4, this.#entryBytes);
    for (let i = 0; i < half; i++) output[at + i] = this.#low >>> (8 * i);
    for (let i = 4; i < this.#entryBytes; i++) output[at + i] = this.#high >>> (8 * (i - 4));
  }
}
