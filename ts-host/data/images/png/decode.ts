// PNG (W3C, third edition): every colour type and depth, interlaced or not; of an animation the picture that is shown
// without animating. Alpha goes, of 16 bits the upper 8 stay, as Pillow and OpenCV do; gamma and profiles are not applied.

import { OctavoError } from '../../../errors.js';
import {
  adler32,
  beginInflate,
  expandRow,
  inflateBytes,
  inflateMore,
  inflatePosition,
  unfilter,
} from '../../../wasm/kernels/images/png.js';
import type { Pixels, Work } from '../work.js';
import { type PngFile, readPngFile } from './chunks.js';

/** Bytes inflated between two looks at the signal. */
const BYTES_A_STEP = 2 ** 19;

export interface DecodedPng extends Pixels {
  /** 1 to 8, as in EXIF. */
  readonly orientation: number;
}

/** What of the picture a pass holds: pixels (x, y) + (i · xStep, j · yStep). */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly xStep: number;
  readonly yStep: number;
  readonly width: number;
  readonly height: number;
}

const WHOLE = [[0, 0, 1, 1]] as const;
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Decodes a PNG file. The pixels are a block of `work`.
 *  @throws OctavoError `MALFORMED`, `TRUNCATED` with the byte offset; `IMAGE_UNSUPPORTED`; `LIMIT_EXCEEDED` above
 *  `mostPixels`; `MEMORY_LIMIT`; `ABORTED` */
export async function decodePng(work: Work, file: Uint8Array, mostPixels: number): Promise<DecodedPng> {
  const png = await readPngFile(work, file, mostPixels);
  const { width, height, orientation } = png;
  const rows = await inflateRows(work, png);
  const out = work.alloc(width * height * 3, 'pixels of an image');
  const palette = work.copyIn(png.palette, 'a palette');
  let at = rows;
  for (const pass of passesOf(png)) at = await expandPass(work, png, pass, at, palette, out);
  work.free(rows);
  work.free(palette);
  return { at: out, width, height, orientation };
}

function passesOf({ width, height, interlaced }: PngFile): Pass[] {
  const found = (interlaced ? ADAM7 : WHOLE).map(([x, y, xStep, yStep]) => {
    const [across, down] = [Math.ceil((width - x) / xStep), Math.ceil((height - y) / yStep)];
    return { x, y, xStep, yStep, width: across, height: down };
  });
  return found.filter((pass) => pass.width > 0 && pass.height > 0);
}

function rowBytes({ bits }: PngFile, pass: Pass): number {
  return Math.ceil((pass.width * bits) / 8);
}

/** The rows of all passes, each with its filter byte, as they were compressed. */
async function inflateRows(work: Work, png: PngFile): Promise<number> {
  const { engine, name } = work;
  const bytes = passesOf(png).reduce((sum, pass) => sum + pass.height * (1 + rowBytes(png, pass)), 0);
  const fail = (code: 'MALFORMED' | 'TRUNCATED', message: string): never => {
    throw new OctavoError(code, message, { file: name });
  };
  // Deflate makes at most 1032 bytes of one: what cannot be a whole picture gets no memory.
  if (bytes > png.dataBytes * 1032) {
    fail('TRUNCATED', `${png.dataBytes} bytes of data cannot hold ${png.width} x ${png.height} pixels`);
  }
  const state = work.alloc(inflateBytes(engine), 'inflating');
  // One byte more: a stream that does not end with the picture is told by it.
  const rows = work.alloc(bytes + 1, 'rows of an image');
  checkZlibHeader(work, png, fail);
  const end = png.data + png.dataBytes;
  beginInflate(engine, state, { at: png.data + 2, end }, { at: rows, end: rows + bytes + 1 });
  let sum = 1;
  let done = 0;
  for (let status = 'goes on'; status === 'goes on'; ) {
    status = inflateMore(engine, state, BYTES_A_STEP);
    if (status === 'broken') fail('MALFORMED', 'the compressed data makes no sense');
    if (status === 'cut') fail('TRUNCATED', 'the compressed data ends inside the image');
    const made = inflatePosition(engine, state).to - rows - done;
    sum = adler32(engine, rows + done, made, sum);
    done += made;
    if (status === 'done' && done < bytes) {
      fail('TRUNCATED', 'the compressed data holds less than the image');
    }
    await work.turn();
  }
  if (done === bytes) checkSum(work, png, inflatePosition(engine, state).from, sum, fail);
  work.free(state);
  work.free(png.data);
  return rows;
}

type Fail = (code: 'MALFORMED' | 'TRUNCATED', message: string) => never;

function checkZlibHeader({ engine }: Work, { data, dataBytes }: PngFile, fail: Fail): void {
  if (dataBytes < 2) fail('TRUNCATED', 'there is no image data');
  const [method, flags] = engine.heap.bytes.subarray(data, data + 2);
  const isZlib = (method! & 15) === 8 && method! >> 4 <= 7 && ((method! << 8) | flags!) % 31 === 0;
  if (!isZlib || (flags! & 32) !== 0) fail('MALFORMED', 'the image data is no zlib stream');
}

/** Behind a stream that ended where the picture does is the sum of its bytes. */
function checkSum({ engine }: Work, { data, dataBytes }: PngFile, at: number, sum: number, fail: Fail): void {
  if (at + 4 > data + dataBytes) return;
  const view = new DataView(engine.heap.memory.buffer, at, 4);
  if (view.getUint32(0) !== sum) fail('MALFORMED', 'the check sum of the image data is wrong');
}

/** Undoes the filters of a pass and puts its pixels where they belong.
 *  @returns where the next pass begins */
async function expandPass(
  work: Work,
  png: PngFile,
  pass: Pass,
  rows: number,
  palette: number,
  out: number,
): Promise<number> {
  const { engine } = work;
  const bytes = rowBytes(png, pass);
  const kind = { color: png.color, depth: png.depth, palette };
  const step = Math.max(1, Math.floor(BYTES_A_STEP / (pass.width * 3 + bytes)));
  for (let from = 0; from < pass.height; from += step) {
    const to = Math.min(pass.height, from + step);
    const at = rows + from * (1 + bytes);
    const above = from === 0 ? 0 : at - bytes;
    if (!unfilter(engine, at, to - from, bytes, Math.max(1, png.bits >> 3), above)) {
      throw new OctavoError('MALFORMED', 'a row has a filter that there is not', { file: work.name });
    }
    for (let y = from; y < to; y++) {
      const place = (pass.y + y * pass.yStep) * png.width + pass.x;
      expandRow(engine, rows + y * (1 + bytes) + 1, pass.width, kind, out + place * 3, pass.xStep * 3);
    }
    await work.turn();
  }
  return rows + pass.height * (1 + bytes);
}
