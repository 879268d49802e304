// JPEG: baseline, extended sequential and progressive, Huffman coded, 8 bits a sample; gray, YCbCr, RGB, CMYK, YCCK. Pixels
// equal libjpeg's at its defaults, with which Pillow, OpenCV and most training pipelines decode.
//
// A file that ends too early or whose data makes no sense is refused: half an image would be calibrated on otherwise.

import { OctavoError } from '../../../errors.js';
import {
  beginScan,
  decodeUnits,
  describePlanes,
  IMAGE_BYTES,
  planeRowBytes,
  planesToRows,
  SCAN_BYTES,
  type ScanComponent,
  scanPosition,
  setFirstRow,
} from '../../../wasm/kernels/images/jpeg.js';
import { orientationOf } from '../exif.js';
import { checkSize } from '../limits.js';
import type { Pixels, Work } from '../work.js';
import { colorOf, type Frame, readFrame, readScan, type ScanHeader, Segment } from './header.js';
import { JpegPlanes } from './planes.js';
import { JpegTables } from './tables.js';

/** Scans of a file at most: real ones have about ten. */
const MOST_SCANS = 100;
/** Blocks decoded between two looks at the signal. */
const BLOCKS_A_STEP = 4096;
/** Pixels converted between two looks at the signal. */
const PIXELS_A_STEP = 2 ** 18;

const SOI = 0xd8;
const EOI = 0xd9;

/** Frames that are known and not decoded. */
const OTHER_FRAMES: Readonly<Record<number, string>> = {
  195: 'lossless',
  197: 'hierarchical',
  198: 'hierarchical',
  199: 'hierarchical',
  201: 'arithmetic coded',
  202: 'arithmetic coded',
  203: 'arithmetic coded',
  205: 'arithmetic coded',
  206: 'arithmetic coded',
  207: 'arithmetic coded',
};

export interface DecodedJpeg extends Pixels {
  /** 1 to 8, as in EXIF. */
  readonly orientation: number;
}

/** Decodes a JPEG file. The pixels are a block of `work`.
 *  @throws OctavoError `MALFORMED`, `TRUNCATED` with the byte offset; `IMAGE_UNSUPPORTED`; `LIMIT_EXCEEDED` above
 *  `mostPixels`; `MEMORY_LIMIT`; `ABORTED` */
export async function decodeJpeg(work: Work, file: Uint8Array, mostPixels: number): Promise<DecodedJpeg> {
  return new JpegDecoder(work, file, await work.copyFileIn(file), mostPixels).decode();
}

class JpegDecoder {
  readonly #work: Work;
  readonly #file: Uint8Array;
  readonly #mostPixels: number;
  readonly #tables: JpegTables;
  readonly #state: number;
  readonly #base: number;
  #at = 0;
  #frame: Frame | undefined;
  #planes: JpegPlanes | undefined;
  #interval = 0;
  #scans = 0;
  #isJfif = false;
  #adobe: number | undefined;
  #orientation = 1;
  /** Samples are made already: baseline, one scan. */
  #isFinished = false;

  /** @param base - address of the file */
  constructor(work: Work, file: Uint8Array, base: number, mostPixels: number) {
    this.#work = work;
    this.#file = file;
    this.#mostPixels = mostPixels;
    this.#base = base;
    this.#tables = new JpegTables(work);
    this.#state = work.alloc(SCAN_BYTES, 'a scan');
  }

  async decode(): Promise<DecodedJpeg> {
    for (let marker = this.#nextMarker(); marker !== EOI; marker = this.#nextMarker()) {
      if (marker === 0xda) await this.#scan(this.#segment());
      else if (marker >= 0xd0 && marker <= SOI) continue;
      else this.#read(marker, this.#segment());
      // One scan with everything needs no end marker.
      if (this.#isFinished && this.#at >= this.#file.length) break;
    }
    const [frame, planes] = [this.#frame, this.#planes];
    if (frame === undefined || planes === undefined) return this.#fail('MALFORMED', 'there is no image data');
    if (planes.components.some(({ steps }) => steps === undefined)) {
      this.#fail('TRUNCATED', 'a component has no data');
    }
    if (!this.#isFinished) await planes.finish();
    planes.freeCoefficients();
    const at = await this.#rows(frame, planes);
    planes.freeSamples();
    return { at, width: frame.width, height: frame.height, orientation: this.#orientation };
  }

  #fail(code: 'MALFORMED' | 'TRUNCATED' | 'IMAGE_UNSUPPORTED' | 'LIMIT_EXCEEDED', message: string): never {
    throw new OctavoError(code, message, { file: this.#work.name, offset: this.#at });
  }

  /** Goes behind the next marker. Bytes in front of it are passed over, as every decoder does. */
  #nextMarker(): number {
    const file = this.#file;
    for (;;) {
      const found = file.indexOf(0xff, this.#at);
      this.#at = found < 0 ? file.length : found;
      while (file[this.#at] === 0xff) this.#at++;
      if (this.#at >= file.length) {
        if (this.#isFinished) return EOI;
        this.#fail('TRUNCATED', 'the file ends inside the image');
      }
      const marker = file[this.#at++]!;
      if (marker !== 0) return marker;
    }
  }

  /** The segment behind a marker; goes behind it. */
  #segment(): Segment {
    const { name } = this.#work;
    const [high, low] = [this.#file[this.#at], this.#file[this.#at + 1]];
    if (low === undefined) this.#fail('TRUNCATED', 'the file ends inside a segment');
    const length = (high! << 8) | low;
    if (length < 2) this.#fail('MALFORMED', `a segment of ${length} bytes`);
    const from = this.#at + 2;
    this.#at += length;
    if (this.#at > this.#file.length) this.#fail('TRUNCATED', 'the file ends inside a segment');
    return new Segment(this.#file, from, this.#at, name);
  }

  #read(marker: number, segment: Segment): void {
    if (marker === 0xc4) this.#tables.readCodes(segment);
    else if (marker === 0xdb) this.#tables.readSteps(segment);
    else if (marker === 0xdd) this.#interval = segment.u16();
    else if (marker >= 0xc0 && marker <= 0xc2) this.#readFrame(segment, marker === 0xc2);
    else if (marker === 0xe0) this.#isJfif ||= isNamed(segment, 'JFIF\0');
    else if (marker === 0xe1) this.#readExif(segment);
    else if (marker === 0xee) this.#readAdobe(segment);
    else if (OTHER_FRAMES[marker] !== undefined) segment.refuse(`a JPEG that is ${OTHER_FRAMES[marker]}`);
  }

  #readFrame(segment: Segment, progressive: boolean): void {
    if (this.#frame !== undefined) segment.fail('a second frame');
    const frame = readFrame(segment, progressive);
    checkSize(frame.width, frame.height, this.#mostPixels, this.#work.name, segment.at);
    // A block takes a bit at least: what cannot be a whole image gets no memory.
    if (JpegPlanes.blocks(frame) > this.#file.length * 8) {
      const message = `${this.#file.length} bytes cannot hold ${frame.width} x ${frame.height} pixels`;
      this.#fail('TRUNCATED', message);
    }
    this.#frame = frame;
  }

  #readExif(segment: Segment): void {
    if (isNamed(segment, 'Exif\0\0')) this.#orientation = orientationOf(segment.take(segment.left));
  }

  #readAdobe(segment: Segment): void {
    if (!isNamed(segment, 'Adobe') || segment.left < 7) return;
    segment.take(6);
    this.#adobe = segment.u8();
  }

  async #scan(segment: Segment): Promise<void> {
    const frame = this.#frame ?? segment.fail('a scan before the frame');
    const header = readScan(segment, frame);
    if (++this.#scans > MOST_SCANS) this.#fail('LIMIT_EXCEEDED', `more than ${MOST_SCANS} scans`);
    const isWhole = frame.progressive || header.components.length < frame.components.length;
    if (this.#isFinished) this.#fail('MALFORMED', 'a scan behind the last one');
    const isFirst = this.#planes === undefined;
    this.#planes ??= new JpegPlanes(this.#work, frame, isWhole);
    const planes = this.#planes;
    if (isFirst && isWhole) await planes.clear();
    const isOnly = !isWhole && this.#scans === 1;
    for (const { index } of header.components) {
      const number = frame.components[index]!.steps;
      planes.components[index]!.steps ??=
        this.#tables.steps(number) ?? segment.fail(`there is no quantization table ${number}`);
    }
    const units = this.#begin(header, frame, planes, segment);
    if (isOnly) await this.#decodeRows(planes);
    else await this.#decode(units.across * units.down, units.blocks);
    this.#at = scanPosition(this.#work.engine, this.#state) - this.#base;
    this.#isFinished = isOnly;
  }

  /** Writes the state of a scan.
   *  @returns how many units it has, and blocks in each */
  #begin(header: ScanHeader, frame: Frame, planes: JpegPlanes, segment: Segment) {
    const isLone = header.components.length === 1;
    const needs = { dc: header.first === 0 && header.high === 0, ac: header.last > 0 };
    const tableOf = (kind: 'dc' | 'ac', number: number): number => {
      if (!needs[kind]) return 0;
      return this.#tables.codes(kind, number) ?? segment.fail(`there is no Huffman table ${kind} ${number}`);
    };
    const components = header.components.map(({ index, dc, ac }): ScanComponent => {
      const { coefficients, blocksPerRow, across, down } = planes.components[index]!;
      return {
        blocks: coefficients,
        blocksPerRow,
        across: isLone ? 1 : across,
        down: isLone ? 1 : down,
        dcTable: tableOf('dc', dc),
        acTable: tableOf('ac', ac),
      };
    });
    const lone = planes.components[header.components[0]!.index]!;
    const across = isLone ? Math.ceil(lone.width / 8) : planes.unitsPerRow;
    beginScan(this.#work.engine, this.#state, {
      ...header,
      at: this.#base + this.#at,
      end: this.#base + this.#file.length,
      interval: this.#interval,
      unitsPerRow: across,
      progressive: frame.progressive,
      components,
    });
    const blocks = components.reduce((sum, component) => sum + component.across * component.down, 0);
    return { across, down: isLone ? Math.ceil(lone.height / 8) : planes.unitRows, blocks };
  }

  /** One scan with everything: a row of units, its samples, the next row. */
  async #decodeRows(planes: JpegPlanes): Promise<void> {
    for (let row = 0; row < planes.unitRows; row++) {
      setFirstRow(this.#work.engine, this.#state, row);
      this.#units(planes.unitsPerRow);
      planes.finishRow(row);
      await this.#work.turn();
    }
  }

  async #decode(units: number, blocks: number): Promise<void> {
    const step = Math.ceil(BLOCKS_A_STEP / blocks);
    for (let done = 0; done < units; done += step) {
      this.#units(Math.min(step, units - done));
      await this.#work.turn();
    }
  }

  #units(count: number): void {
    const { engine } = this.#work;
    const failure = decodeUnits(engine, this.#state, count);
    if (failure === undefined) return;
    this.#at = Math.min(scanPosition(engine, this.#state) - this.#base, this.#file.length);
    if (failure === 'cut') this.#fail('TRUNCATED', 'the file ends inside the image');
    if (failure === 'interrupted') this.#fail('MALFORMED', 'the compressed data ends before the image does');
    if (failure === 'no restart') this.#fail('MALFORMED', 'a restart marker is missing');
    this.#fail('MALFORMED', 'the compressed data makes no sense');
  }

  async #rows(frame: Frame, planes: JpegPlanes): Promise<number> {
    const { engine } = this.#work;
    const { width, height, components } = frame;
    const out = this.#work.alloc(width * height * 3, 'pixels of an image');
    const image = this.#work.alloc(IMAGE_BYTES, 'planes');
    const rows = this.#work.alloc(planeRowBytes(engine, width, components.length), 'rows of planes');
    const color = colorOf(components, { isJfif: this.#isJfif, adobe: this.#adobe });
    describePlanes(engine, image, width, color, rows, planes.planes());
    const step = Math.ceil(PIXELS_A_STEP / width);
    for (let from = 0; from < height; from += step) {
      const to = Math.min(height, from + step);
      planesToRows(engine, image, from, to, out + from * width * 3);
      await this.#work.turn();
    }
    this.#work.free(image);
    this.#work.free(rows);
    return out;
  }
}

/** Whether the segment begins with a name; goes behind it then. */
function isNamed(segment: Segment, name: string): boolean {
  if (segment.left < name.length) return false;
  const found = String.fromCharCode(...segment.take(name.length));
  return found === name;
}
