// A decoder that the caller brings: the platform's, or a package's. Its pixels are its own affair; they are checked.

import { OctavoError } from '../../errors.js';
import { expandRow } from '../../wasm/kernels/images/png.js';
import { checkSize } from './limits.js';
import type { DecodeImage } from './work.js';

/** A decoded image: RGB or RGBA in bytes, row by row. An `ImageData` is one. */
export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** Decodes a file, upright. What it throws leaves that file out. */
export type ImageDecoder = (file: Uint8Array, name: string) => DecodedImage | Promise<DecodedImage>;

const RGBA = { color: 6, depth: 8, palette: 0 };

/** @throws OctavoError `MALFORMED` with what the decoder threw, or for pixels that make no picture */
export function ownDecoder(decoder: ImageDecoder): DecodeImage {
  return async (work, file, { maxPixels }) => {
    const { width, height, data } = await decoded(decoder, file, work.name);
    work.context.throwIfAborted();
    const count = width * height;
    const isPicture = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
    if (!isPicture || (data?.length !== count * 3 && data?.length !== count * 4)) {
      const message = `the decoder answers ${width} x ${height} pixels in ${data?.length} bytes, not RGB or RGBA`;
      throw new OctavoError('MALFORMED', message, { file: work.name });
    }
    checkSize(width, height, maxPixels, work.name, 0);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const given = work.copyIn(bytes, 'pixels of an image');
    if (data.length === count * 3) return { at: given, width, height };
    const at = work.alloc(count * 3, 'pixels of an image');
    expandRow(work.engine, given, count, RGBA, at, 3);
    work.free(given);
    return { at, width, height };
  };
}

async function decoded(decoder: ImageDecoder, file: Uint8Array, name: string): Promise<DecodedImage> {
  try {
    return await decoder(file, name);
  } catch (cause) {
    if (cause instanceof OctavoError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OctavoError('MALFORMED', `the decoder refuses it: ${reason}`, { file: name }, { cause });
  }
}
