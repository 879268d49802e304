// Pixels become elements of a model's input: resized, cropped, normalized, laid out. All of it in the engine's memory.

import {
  type CoordinateRule,
  type PassAxis,
  resizeCoordinates,
  resizeTable,
  tableBytes,
  type WindowRule,
  windowTaps,
} from '../../wasm/kernels/execute/resize.js';
import {
  beginResample,
  copyLevels,
  type ElementSteps,
  halveElements,
  nearestPixels,
  normalizePixels,
  RESAMPLE_BYTES,
  resampleCacheBytes,
  resamplePixels,
} from '../../wasm/kernels/images/image.js';
import { type Geometry, geometryOf } from './geometry.js';
import { channelsOf, normalization, type Preparation } from './options.js';
import type { ImageTarget } from './target.js';
import type { Pixels, Work } from './work.js';

/** Pixels normalized between two looks at the signal. */
const PIXELS_A_STEP = 2 ** 18;
/** Products between two looks at the signal. */
const PRODUCTS_A_STEP = 2 ** 21;

const ELEMENT_BYTES = { float32: 4, float16: 2, uint8: 1 } as const;

/** Bytes of one prepared image. */
export function imageBytes({ width, height, format, dtype }: ImageTarget): number {
  return width * height * channelsOf(format) * ELEMENT_BYTES[dtype];
}

/** Writes a picture as elements of the input at `out`, an address in the engine's memory. Frees the picture. */
export async function prepareImage(
  work: Work,
  picture: Pixels,
  target: ImageTarget,
  options: Preparation,
  out: number,
): Promise<void> {
  const pixels = await resample(work, picture, target, options);
  const count = target.width * target.height;
  const channels = channelsOf(target.format);
  const steps =
    target.layout === 'NCHW' ? { pixelStep: 1, channelStep: count } : { pixelStep: channels, channelStep: 1 };
  await fill(work, pixels, target, options, steps, out);
  work.free(pixels);
}

/** Elements of the input from pixels of its size. */
async function fill(
  work: Work,
  pixels: number,
  target: ImageTarget,
  options: Preparation,
  steps: ElementSteps,
  out: number,
): Promise<void> {
  const { engine } = work;
  const { dtype, format } = target;
  const count = target.width * target.height;
  const elements = count * channelsOf(format);
  const norm = work.copyIn(asBytes(normalization(options, format)), 'means');
  const floats = dtype === 'float16' ? work.alloc(elements * 4, 'an image') : out;
  for (let from = 0; from < count; from += PIXELS_A_STEP) {
    const pixel = pixels + from * 3;
    const some = Math.min(PIXELS_A_STEP, count - from);
    if (dtype === 'uint8') copyLevels(engine, pixel, some, format, out + from * steps.pixelStep, steps);
    else normalizePixels(engine, pixel, some, format, norm, floats + from * steps.pixelStep * 4, steps);
    await work.turn();
  }
  if (dtype === 'float16') {
    halveElements(engine, floats, out, elements);
    work.free(floats);
  }
  work.free(norm);
}

function asBytes(floats: Float32Array): Uint8Array {
  return new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
}

/** The crop of the resized picture. */
async function resample(
  work: Work,
  picture: Pixels,
  target: ImageTarget,
  options: Preparation,
): Promise<number> {
  const geometry = geometryOf(picture, target, options, work.name);
  const isSame = geometry.width === picture.width && geometry.height === picture.height;
  if (isSame && target.width === picture.width && target.height === picture.height) return picture.at;
  const rule = isSame || options.resizeMethod === 'NEAREST' ? undefined : windowRule(options);
  const out = work.alloc(target.width * target.height * 3, 'pixels of an image');
  const down = makeAxis(work, rule, picture.height, geometry.height, geometry.top, target.height);
  const across = makeAxis(work, rule, picture.width, geometry.width, geometry.left, target.width);
  const job = {
    kind: rule === undefined ? ('nearest' as const) : ('blend' as const),
    rounds: options.antialias,
    down: down.axis,
    across: across.axis,
    x: picture.at,
    out,
    block: work.alloc(RESAMPLE_BYTES, 'a resize'),
    cache: work.alloc(resampleCacheBytes(down.axis, across.axis), 'rows of a resize'),
  };
  beginResample(work.engine, job);
  const step = rowsAStep(picture, geometry, job.down, job.across);
  for (let from = 0; from < target.height; from += step) {
    resamplePixels(work.engine, job, from, Math.min(target.height, from + step));
    await work.turn();
  }
  for (const block of [down.block, across.block, job.block, job.cache, picture.at]) work.free(block);
  return out;
}

function rowsAStep(picture: Pixels, { height }: Geometry, down: PassAxis, across: PassAxis): number {
  const newRows = Math.ceil(picture.height / height);
  const blended = newRows * 3 * (picture.width + across.outputs * across.taps);
  return Math.max(1, Math.floor(PRODUCTS_A_STEP / (blended + across.outputs * 3 * down.taps)));
}

/** Triangle or Keys' cubic: widened where the picture shrinks, with a = −½ and weights inside the picture only, as Pillow;
 *  else with a = −¾ and repeated borders, as OpenCV. */
function windowRule({ resizeMethod, antialias }: Preparation): WindowRule {
  const cubic = resizeMethod === 'CUBIC';
  if (antialias) return { kind: 'antialias', cubic, a: -0.5, exclude: true };
  return cubic ? { kind: 'cubic', a: -0.75, exclude: false } : { kind: 'linear' };
}

/** One axis: tables for all `resized` outputs, of which the pass sees `outputs` from `start` on. */
function makeAxis(
  work: Work,
  rule: WindowRule | undefined,
  extent: number,
  resized: number,
  start: number,
  outputs: number,
): { readonly axis: PassAxis; readonly block: number } {
  if (rule === undefined) {
    const block = work.alloc(resized * 4, 'a table');
    nearestPixels(work.engine, resized, extent, block);
    return { axis: { extent, outputs, table: block + start * 4, taps: 0 }, block };
  }
  const scale = Math.fround(resized / extent);
  const all: CoordinateRule = { mode: 'half_pixel', scale, extent, outputs: resized, start: 0, end: 1 };
  const block = work.alloc(tableBytes(rule, all), 'a table');
  const coordinates = work.alloc(resized * 4, 'a table');
  resizeCoordinates(work.engine, all, coordinates);
  resizeTable(work.engine, rule, all, coordinates, block);
  work.free(coordinates);
  const taps = windowTaps(rule, all);
  return { axis: { extent, outputs, table: block + start * (2 + taps) * 4, taps }, block };
}
