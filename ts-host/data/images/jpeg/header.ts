// What the markers of a JPEG file say (ITU-T T.81, annex B), without touching its compressed data.

import { OctavoError } from '../../../errors.js';
import type { JpegColor } from '../../../wasm/kernels/images/jpeg.js';

export interface FrameComponent {
  readonly id: number;
  /** Sampling factors. */
  readonly across: number;
  readonly down: number;
  /** Number of its table of steps. */
  readonly steps: number;
}

/** The frame header. */
export interface Frame {
  readonly progressive: boolean;
  readonly width: number;
  readonly height: number;
  readonly components: readonly FrameComponent[];
}

/** A scan header. */
export interface ScanHeader {
  /** Index in the frame, and numbers of the tables of codes. */
  readonly components: readonly { readonly index: number; readonly dc: number; readonly ac: number }[];
  readonly first: number;
  readonly last: number;
  readonly high: number;
  readonly low: number;
}

/** Bytes of a segment, read in order. */
export class Segment {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #file: string;
  at: number;

  constructor(bytes: Uint8Array, at: number, end: number, file: string) {
    this.#bytes = bytes;
    this.#end = end;
    this.#file = file;
    this.at = at;
  }

  get left(): number {
    return this.#end - this.at;
  }

  u8(): number {
    if (this.left < 1) this.fail('a segment ends too early');
    return this.#bytes[this.at++]!;
  }

  u16(): number {
    return (this.u8() << 8) | this.u8();
  }

  take(count: number): Uint8Array {
    if (this.left < count) this.fail('a segment ends too early');
    this.at += count;
    return this.#bytes.subarray(this.at - count, this.at);
  }

  fail(message: string): never {
    throw new OctavoError('MALFORMED', message, { file: this.#file, offset: this.at });
  }

  refuse(message: string): never {
    throw new OctavoError('IMAGE_UNSUPPORTED', message, { file: this.#file, offset: this.at });
  }
}

/** Samples of a unit at most, in blocks. */
const MOST_BLOCKS = 10;

export function readFrame(segment: Segment, progressive: boolean): Frame {
  const precision = segment.u8();
  if (precision !== 8) segment.refuse(`a JPEG of ${precision} bits a sample; 8 are decoded`);
  const [height, width, count] = [segment.u16(), segment.u16(), segment.u8()];
  if (height === 0) segment.refuse('a JPEG whose height comes behind its data');
  if (width === 0) segment.fail('the image is 0 pixels wide');
  if (count !== 1 && count !== 3 && count !== 4) {
    segment.refuse(`a JPEG of ${count} components; 1, 3 and 4 are decoded`);
  }
  const components = Array.from({ length: count }, (): FrameComponent => {
    const [id, factors, steps] = [segment.u8(), segment.u8(), segment.u8()];
    const [across, down] = [factors >> 4, factors & 15];
    if (across < 1 || across > 4 || down < 1 || down > 4)
      segment.fail(`sampling factors ${across} x ${down}`);
    if (steps > 3) segment.fail(`there is no quantization table ${steps}`);
    // Of one component all blocks are full resolution, whatever it says.
    return count === 1 ? { id, across: 1, down: 1, steps } : { id, across, down, steps };
  });
  if (new Set(components.map(({ id }) => id)).size < count) segment.fail('two components have one number');
  const [mostAcross, mostDown] = mostFactors(components);
  for (const { across, down } of components) {
    if (mostAcross % across === 0 && mostDown % down === 0) continue;
    segment.refuse(`a JPEG with sampling factors ${across} of ${mostAcross}, ${down} of ${mostDown}`);
  }
  return { progressive, width, height, components };
}

/** The largest sampling factors, across and down. */
export function mostFactors(components: readonly FrameComponent[]): [across: number, down: number] {
  return [
    Math.max(...components.map(({ across }) => across)),
    Math.max(...components.map(({ down }) => down)),
  ];
}

export function readScan(segment: Segment, frame: Frame): ScanHeader {
  const count = segment.u8();
  if (count < 1 || count > frame.components.length) segment.fail(`a scan of ${count} components`);
  const components = Array.from({ length: count }, () => {
    const [id, tables] = [segment.u8(), segment.u8()];
    const index = frame.components.findIndex((component) => component.id === id);
    if (index < 0) segment.fail(`the frame has no component ${id}`);
    const [dc, ac] = [tables >> 4, tables & 15];
    if (dc > 3 || ac > 3) segment.fail(`there are no Huffman tables ${dc} and ${ac}`);
    return { index, dc, ac };
  });
  if (new Set(components.map(({ index }) => index)).size < count) segment.fail('a component is there twice');
  const blocks = components.reduce((sum, { index }) => {
    return sum + frame.components[index]!.across * frame.components[index]!.down;
  }, 0);
  if (count > 1 && blocks > MOST_BLOCKS) segment.fail(`a unit of ${blocks} blocks; at most 10 are allowed`);
  const [first, last, approximation] = [segment.u8(), segment.u8(), segment.u8()];
  const [high, low] = [approximation >> 4, approximation & 15];
  if (!frame.progressive) return { components, first: 0, last: 63, high: 0, low: 0 };
  const isDc = first === 0 && last === 0;
  const isAc = first >= 1 && last >= first && last <= 63 && count === 1;
  if ((!isDc && !isAc) || low > 13 || (high !== 0 && high !== low + 1)) {
    segment.fail(`a scan of coefficients ${first} to ${last}, bits ${high} to ${low}`);
  }
  return { components, first, last, high, low };
}

/** What the application segments say about colours. */
export interface ColorNotes {
  readonly isJfif: boolean;
  /** Adobe's number of the transform, if there is such a segment. */
  readonly adobe: number | undefined;
}

/** As libjpeg decides: JFIF first, then Adobe's segment, then the numbers of the components. */
export function colorOf(components: readonly FrameComponent[], { isJfif, adobe }: ColorNotes): JpegColor {
  if (components.length === 1) return 'gray';
  if (components.length === 4) return adobe === undefined || adobe === 0 ? 'cmyk' : 'ycck';
  if (isJfif) return 'ycc';
  if (adobe !== undefined) return adobe === 0 ? 'rgb' : 'ycc';
  return components.map(({ id }) => String.fromCharCode(id)).join('') === 'RGB' ? 'rgb' : 'ycc';
}
