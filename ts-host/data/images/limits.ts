// How large an image may be: looked at before anything is allocated for it.

import { OctavoError } from '../../errors.js';

/** Pixels of an image at most, unless it is said: 8192 x 8192. */
export const MOST_PIXELS = 2 ** 26;

/** A side at most: what JPEG can say, and what rows of PNG are worked on at once. */
const MOST_SIDE = 65535;

/** @throws OctavoError `LIMIT_EXCEEDED` */
export function checkSize(width: number, height: number, most: number, file: string, offset: number): void {
  if (Math.max(width, height) > MOST_SIDE) {
    const message = `${width} x ${height} pixels: a side has at most ${MOST_SIDE}`;
    throw new OctavoError('LIMIT_EXCEEDED', message, { file, offset });
  }
  if (width * height <= most) return;
  const message = `${width} x ${height} pixels are more than ${most} (maxPixels)`;
  throw new OctavoError('LIMIT_EXCEEDED', message, { file, offset });
}
