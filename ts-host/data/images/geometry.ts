// To which size a picture is resized, and what is cut out of it.

import { OctavoError } from '../../errors.js';
import type { Preparation } from './options.js';
import type { ImageTarget } from './target.js';

export interface Geometry {
  /** Size after resizing. */
  readonly width: number;
  readonly height: number;
  /** Where the crop, of the target's size, begins. */
  readonly left: number;
  readonly top: number;
}

/** @throws OctavoError `MALFORMED` for a picture that is smaller than the crop and is not to be resized */
export function geometryOf(
  picture: { readonly width: number; readonly height: number },
  target: ImageTarget,
  options: Preparation,
  file: string,
): Geometry {
  const { width, height } = resized(picture, target, options);
  if (width < target.width || height < target.height) {
    const message = `${width} x ${height} pixels are less than the crop of ${target.width} x ${target.height}`;
    throw new OctavoError('MALFORMED', message, { file });
  }
  const left = Math.floor((width - target.width) / 2);
  const top = Math.floor((height - target.height) / 2);
  return { width, height, left, top };
}

function resized(
  picture: { readonly width: number; readonly height: number },
  target: ImageTarget,
  options: Preparation,
): { width: number; height: number } {
  const { preset, resizeWidth, resizeHeight, centerCropWidth, centerCropHeight } = options;
  if (resizeWidth !== undefined || resizeHeight !== undefined) {
    return { width: resizeWidth ?? target.width, height: resizeHeight ?? target.height };
  }
  if (picture.width === target.width && picture.height === target.height) return picture;
  if (preset !== undefined) return covering(picture, withMargin(target.width), withMargin(target.height));
  // A crop alone is cut out of the picture as it is.
  if (centerCropWidth !== undefined || centerCropHeight !== undefined) return picture;
  return target;
}

/** 8/7 of a side, rounded: 256 for 224. */
function withMargin(side: number): number {
  return Math.floor((side * 16 + 7) / 14);
}

/** The smallest size of the picture's proportions that covers a box; the longer side is cut off to whole pixels. */
function covering(
  picture: { readonly width: number; readonly height: number },
  width: number,
  height: number,
): { width: number; height: number } {
  return width * picture.height >= height * picture.width
    ? { width, height: Math.max(height, Math.floor((width * picture.height) / picture.width)) }
    : { width: Math.max(width, Math.floor((height * picture.width) / picture.height)), height };
}
