// Decoding with the package sharp, on request: more kinds of images and more speed, but pixels that may differ between
// versions and machines.

import type { ImageDecoder } from '../data/images/ownDecoder.js';
import { OctavoError } from '../errors.js';

/** What of sharp is used. */
export type Sharp = (
  file: Uint8Array,
  options: { limitInputPixels: number; failOn: 'warning' },
) => SharpImage;

export interface SharpImage {
  rotate(): SharpImage;
  toColourspace(space: string): SharpImage;
  removeAlpha(): SharpImage;
  raw(options: { depth: 'uchar' }): SharpImage;
  toBuffer(options: { resolveWithObject: true }): Promise<{
    readonly data: Uint8Array;
    readonly info: { readonly width: number; readonly height: number };
  }>;
}

/** Loads the package. @throws OctavoError `DECODER_MISSING` */
export async function loadSharp(maxPixels: number): Promise<ImageDecoder> {
  // A name in a variable: bundlers leave the import alone, and no types are needed.
  const name = 'sharp';
  try {
    return sharpDecoder(((await import(name)) as { default: Sharp }).default, maxPixels);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    const message = `the package sharp cannot be loaded: ${reason}`;
    throw new OctavoError('DECODER_MISSING', message, { field: 'decoder' }, { cause });
  }
}

/** Upright RGB by sharp. */
export function sharpDecoder(sharp: Sharp, maxPixels: number): ImageDecoder {
  return async (file) => {
    const image = sharp(file, { limitInputPixels: maxPixels, failOn: 'warning' });
    const rgb = image.rotate().toColourspace('srgb').removeAlpha().raw({ depth: 'uchar' });
    const { data, info } = await rgb.toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  };
}
