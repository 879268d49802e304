// Bindings of the image kernels: turning, resizing, normalizing pixels of RGB in bytes.

import type { ExecutionEngine } from '../../execution.js';
import { writeInts } from '../execute/ints.js';
import type { PassAxis } from '../execute/resize.js';

type Address = number;

/** Writes stored rows [from, to) of a picture upright. @param orientation - 2 … 8 as in EXIF; from 5 on width and height change places */
export function orientPixels(
  { kernels }: ExecutionEngine,
  x: Address,
  width: number,
  height: number,
  orientation: number,
  out: Address,
  from: number,
  to: number,
): void {
  kernels.image_orient!(x, width, height, orientation, out, from, to);
}

/** Indices of the pixels nearest to `outputs` points spread over `extent`, as 32-bit integers at `table`. */
export function nearestPixels(
  { kernels }: ExecutionEngine,
  outputs: number,
  extent: number,
  table: Address,
): void {
  kernels.image_nearest_table!(outputs, extent, table);
}

/** Bytes of the description of a resize. */
export const RESAMPLE_BYTES = 40;

/** Bytes of cache that {@link resamplePixels} needs; `down` is the axis of the rows. */
export function resampleCacheBytes(down: PassAxis, across: PassAxis): number {
  return 4 * (down.taps * (2 + across.outputs * 3) + across.extent * 3 + 1);
}

export interface Resample {
  readonly kind: 'nearest' | 'blend';
  /** Blend: whether levels are rounded between the passes, as Pillow does. */
  readonly rounds: boolean;
  readonly down: PassAxis;
  readonly across: PassAxis;
  readonly x: Address;
  readonly out: Address;
  /** {@link RESAMPLE_BYTES} bytes. */
  readonly block: Address;
  readonly cache: Address;
}

/** To be called before the first rows. */
export function beginResample({ heap }: ExecutionEngine, { kind, down, cache }: Resample): void {
  if (kind === 'blend') heap.bytes.fill(255, cache, cache + 4 * down.taps);
}

/** Output rows [from, to). Extents are those of the picture, outputs and tables those of the crop. */
export function resamplePixels(engine: ExecutionEngine, job: Resample, from: number, to: number): void {
  const words = [job.down, job.across].flatMap(({ extent, outputs, table, taps }) => {
    return [extent, outputs, table, taps];
  });
  writeInts(engine, job.block, [...words, 3, job.cache]);
  const { image_pick, image_resample } = engine.kernels;
  if (job.kind === 'nearest') image_pick!(job.x, job.out, from, to, job.block);
  else image_resample!(job.x, job.out, from, to, job.block, Number(job.rounds));
}

/** In the order of the kernel's numbers. */
export const IMAGE_FORMATS = ['RGB', 'BGR', 'GRAY'] as const;

export type ImageFormat = (typeof IMAGE_FORMATS)[number];

/** How elements of an input lie: element (pixel, channel) at pixel · pixelStep + channel · channelStep. */
export interface ElementSteps {
  readonly pixelStep: number;
  readonly channelStep: number;
}

/** (x − mean) / deviation as float32. @param norm - 3 means, then 3 deviations, as float32 */
export function normalizePixels(
  { kernels }: ExecutionEngine,
  x: Address,
  pixels: number,
  format: ImageFormat,
  norm: Address,
  out: Address,
  { pixelStep, channelStep }: ElementSteps,
): void {
  const number = IMAGE_FORMATS.indexOf(format);
  kernels.image_normalize_f32!(x, pixels, number, norm, out, pixelStep, channelStep);
}

/** Levels from 0 to 255 as they are. */
export function copyLevels(
  { kernels }: ExecutionEngine,
  x: Address,
  pixels: number,
  format: ImageFormat,
  out: Address,
  { pixelStep, channelStep }: ElementSteps,
): void {
  kernels.image_levels_u8!(x, pixels, IMAGE_FORMATS.indexOf(format), out, pixelStep, channelStep);
}

/** float32 elements as float16, rounded to nearest even. */
export function halveElements({ kernels }: ExecutionEngine, x: Address, out: Address, count: number): void {
  kernels.convert_f32_f16!(x, out, count);
}
