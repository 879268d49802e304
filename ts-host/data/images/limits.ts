// How large an image may be: looked at before anything is allocated for it.

import { OctavoError } from '../../errors.js';

/** Pixels of an image at most, unless it is said: 8192 x 8192. */
export const MOST_PIXELS = 2 ** 26;

/** @throws OctavoError `LIMIT_EXCEEDED` */
export function checkSize(width: number, height: number, most: number, file: string, offset: number): void {
  if (width * height <= most) return;
  const message = `${width} x ${height} pixels are more than ${most} (maxPixels)`;
  throw new OctavoError('LIMIT_EXCEEDED', message, { file, offset });
}
