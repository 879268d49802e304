// The chunks of a PNG file: header, palette, orientation, and the compressed data, gathered in the engine's memory.
//
//   | signature | length, type, bytes, check sum | … | IEND |

import { OctavoError } from '../../../errors.js';
import { crc32 } from '../../../wasm/kernels/images/png.js';
import { orientationOf } from '../exif.js';
import { checkSize } from '../limits.js';
import type { Work } from '../work.js';

export interface PngFile {
  readonly width: number;
  readonly height: number;
  /** PNG's number: 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGB and alpha. */
  readonly color: number;
  readonly depth: number;
  /** Bits a pixel. */
  readonly bits: number;
  readonly interlaced: boolean;
  /** 256 colours of 3 bytes; those that the file has not are black. */
  readonly palette: Uint8Array;
  readonly orientation: number;
  /** Address and length of the compressed data. */
  readonly data: number;
  readonly dataBytes: number;
}

const SIGNATURE_BYTES = 8;
/** Length, type, check sum. */
const CHUNK_BYTES = 12;
const MOST_SIDE = 2 ** 31 - 1;
/** Bytes summed between two looks at the signal. */
const BYTES_A_STEP = 2 ** 20;

/** Channels and allowed depths by colour type. */
const COLORS: Readonly<Record<number, { readonly channels: number; readonly depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

interface Chunk {
  readonly type: string;
  /** Of its bytes. */
  readonly at: number;
  readonly length: number;
}

/** Reads everything but the pixels. @throws OctavoError as decodePng */
export async function readPngFile(work: Work, file: Uint8Array, mostPixels: number): Promise<PngFile> {
  const reader = new PngReader(work, file, await work.copyFileIn(file), mostPixels);
  for (let chunk = await reader.next(); chunk.type !== 'IEND'; chunk = await reader.next()) {
    reader.read(chunk);
  }
  return reader.finish();
}

type Header = Pick<PngFile, 'width' | 'height' | 'color' | 'depth' | 'bits' | 'interlaced'>;

class PngReader {
  readonly #work: Work;
  readonly #file: Uint8Array;
  readonly #view: DataView;
  readonly #mostPixels: number;
  /** Address of the file; the compressed data is moved together in its place. */
  readonly #base: number;
  readonly #palette = new Uint8Array(768);
  #hasPalette = false;
  #at = SIGNATURE_BYTES;
  #header: Header | undefined;
  #dataBytes = 0;
  #isBehindData = false;
  #orientation = 1;

  /** @param base - address of the file */
  constructor(work: Work, file: Uint8Array, base: number, mostPixels: number) {
    this.#work = work;
    this.#file = file;
    this.#view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    this.#mostPixels = mostPixels;
    this.#base = base;
  }

  /** The next chunk; its check sum is right. */
  async next(): Promise<Chunk> {
    const at = this.#at;
    if (at + CHUNK_BYTES > this.#file.length) this.#fail('TRUNCATED', 'the file ends inside the image');
    const length = this.#view.getUint32(at);
    const type = String.fromCharCode(...this.#file.subarray(at + 4, at + 8));
    if (at + CHUNK_BYTES + length > this.#file.length) {
      this.#fail('TRUNCATED', `the file ends inside a chunk of ${length} bytes`);
    }
    // Bytes of the file below `at` may have been moved over; the others are still in place.
    const sum = await this.#sum(at + 4, length + 4);
    if (sum !== this.#view.getUint32(at + 8 + length)) {
      this.#fail('MALFORMED', `the check sum of a chunk ${JSON.stringify(type)} is wrong`);
    }
    this.#at = at + CHUNK_BYTES + length;
    return { type, at: at + 8, length };
  }

  async #sum(at: number, length: number): Promise<number> {
    let sum = 0;
    for (let done = 0; done < length; done += BYTES_A_STEP) {
      const some = Math.min(BYTES_A_STEP, length - done);
      sum = crc32(this.#work.engine, this.#base + at + done, some, sum);
      await this.#work.turn();
    }
    return sum;
  }

  read(chunk: Chunk): void {
    if ((this.#header === undefined) !== (chunk.type === 'IHDR')) {
      this.#fail('MALFORMED', 'the header is not the first chunk');
    }
    if (chunk.type !== 'IDAT' && this.#dataBytes > 0) this.#isBehindData = true;
    if (chunk.type === 'IHDR') this.#header = this.#readHeader(chunk);
    else if (chunk.type === 'PLTE') this.#readPalette(chunk);
    else if (chunk.type === 'IDAT') this.#gather(chunk);
    else if (chunk.type === 'eXIf') {
      this.#orientation = orientationOf(this.#file.subarray(chunk.at, chunk.at + chunk.length));
    } else if (/^[A-Z]/.test(chunk.type)) {
      this.#fail('IMAGE_UNSUPPORTED', `a PNG with a chunk ${chunk.type} that must be understood`);
    }
  }

  finish(): PngFile {
    const header = this.#header ?? this.#fail('MALFORMED', 'there is no header');
    if (this.#dataBytes === 0) this.#fail('TRUNCATED', 'there is no image data');
    if (header.color === 3 && !this.#hasPalette) this.#fail('MALFORMED', 'there is no palette');
    const data = { data: this.#base, dataBytes: this.#dataBytes };
    return { ...header, ...data, palette: this.#palette, orientation: this.#orientation };
  }

  #readHeader({ at, length }: Chunk): Header {
    if (length !== 13) this.#fail('MALFORMED', `a header of ${length} bytes`);
    const [width, height] = [this.#view.getUint32(at), this.#view.getUint32(at + 4)];
    const [depth, color, compression, filter, interlace] = this.#file.subarray(at + 8, at + 13);
    if (width < 1 || height < 1 || width > MOST_SIDE || height > MOST_SIDE) {
      this.#fail('MALFORMED', `${width} x ${height} pixels`);
    }
    checkSize(width, height, this.#mostPixels, this.#work.name, at);
    const kind = COLORS[color!];
    if (!kind?.depths.includes(depth!)) {
      this.#fail('MALFORMED', `there is no colour type ${color} of ${depth} bits`);
    }
    if (compression !== 0 || filter !== 0 || interlace! > 1) {
      this.#fail('IMAGE_UNSUPPORTED', `a PNG of compression ${compression}, filter ${filter}, ${interlace}`);
    }
    const bits = kind!.channels * depth!;
    return { width, height, color: color!, depth: depth!, bits, interlaced: interlace === 1 };
  }

  #readPalette({ at, length }: Chunk): void {
    if (length % 3 !== 0 || length > 768 || length === 0) {
      this.#fail('MALFORMED', `a palette of ${length} bytes`);
    }
    this.#palette.set(this.#file.subarray(at, at + length));
    this.#hasPalette = true;
  }

  #gather({ at, length }: Chunk): void {
    if (this.#isBehindData) this.#fail('MALFORMED', 'image data in two places');
    const { bytes } = this.#work.engine.heap;
    bytes.copyWithin(this.#base + this.#dataBytes, this.#base + at, this.#base + at + length);
    this.#dataBytes += length;
  }

  #fail(code: 'MALFORMED' | 'TRUNCATED' | 'IMAGE_UNSUPPORTED', message: string): never {
    throw new OctavoError(code, message, { file: this.#work.name, offset: this.#at });
  }
}
