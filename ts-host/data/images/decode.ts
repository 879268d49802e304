// From the bytes of a file to upright RGB pixels.

import { OctavoError } from '../../errors.js';
import { orientPixels } from '../../wasm/kernels/images/image.js';
import { decodeJpeg } from './jpeg/decode.js';
import { decodePng } from './png/decode.js';
import type { Pixels, Work } from './work.js';

/** Pixels turned between two looks at the signal. */
const PIXELS_A_STEP = 2 ** 16;

/** What images begin with. */
const SIGNATURES: readonly (readonly [kind: string, ...bytes: readonly (number | undefined)[]])[] = [
  ['JPEG', 0xff, 0xd8, 0xff],
  ['PNG', 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  ['GIF', 0x47, 0x49, 0x46, 0x38],
  ['WebP', 0x52, 0x49, 0x46, 0x46, undefined, undefined, undefined, undefined, 0x57, 0x45, 0x42, 0x50],
  ['BMP', 0x42, 0x4d],
  ['TIFF', 0x49, 0x49, 0x2a, 0],
  ['TIFF', 0x4d, 0x4d, 0, 0x2a],
  ['HEIF or AVIF', undefined, undefined, undefined, undefined, 0x66, 0x74, 0x79, 0x70],
];

/** JPEG, PNG, or another kind that is known by its first bytes. */
export function imageKind(file: Uint8Array): string | undefined {
  return SIGNATURES.find(([, ...bytes]) =>
    bytes.every((byte, i) => byte === undefined || byte === file[i]),
  )?.[0];
}

export interface DecodeLimits {
  readonly maxPixels: number;
}

/** Decodes a JPEG or PNG file and turns it upright. The pixels are a block of `work`; everything else is free again.
 *  @throws OctavoError `MALFORMED`, `TRUNCATED` with the byte offset; `IMAGE_UNSUPPORTED`; `LIMIT_EXCEEDED`; `MEMORY_LIMIT`;
 *  `ABORTED` */
export async function decodePixels(
  work: Work,
  file: Uint8Array,
  { maxPixels }: DecodeLimits,
): Promise<Pixels> {
  const kind = imageKind(file);
  if (kind !== 'JPEG' && kind !== 'PNG') {
    const found =
      file.byteLength === 0 ? 'an empty file' : kind === undefined ? 'no image' : `a ${kind} image`;
    throw new OctavoError('IMAGE_UNSUPPORTED', `this is ${found}; JPEG and PNG are decoded`, {
      file: work.name,
    });
  }
  const decode = kind === 'JPEG' ? decodeJpeg : decodePng;
  return upright(work, await decode(work, file, maxPixels));
}

async function upright(
  work: Work,
  { at, width, height, orientation }: Pixels & { readonly orientation: number },
): Promise<Pixels> {
  if (orientation === 1) return { at, width, height };
  const turned = work.alloc(width * height * 3, 'pixels of an image');
  const step = Math.ceil(PIXELS_A_STEP / width);
  for (let from = 0; from < height; from += step) {
    const to = Math.min(height, from + step);
    orientPixels(work.engine, at, width, height, orientation, turned, from, to);
    await work.turn();
  }
  work.free(at);
  return orientation < 5 ? { at: turned, width, height } : { at: turned, width: height, height: width };
}
