// How images become a model's input: the options, in MindSpore's words, and the presets.
//
//   decode ─► resize ─► center crop ─► format ─► (level − mean) / std ─► layout

import { OctavoError } from '../../errors.js';
import { IMAGE_FORMATS, type ImageFormat } from '../../wasm/kernels/images/image.js';
import { didYouMean } from '../suggest.js';
import { MOST_PIXELS } from './limits.js';

export type { ImageFormat } from '../../wasm/kernels/images/image.js';

export type ImagePresetName = 'imagenet' | 'tf' | 'caffe';
export type ResizeMethod = 'LINEAR' | 'NEAREST' | 'CUBIC';
export type ImageLayout = 'NCHW' | 'NHWC';

/** How images are prepared. What is not said follows from the preset, then from the model's input. */
export interface PrepareOptions {
  /** `imagenet`: RGB, the mean and deviation of ImageNet, as torchvision. `tf`: RGB, level / 127.5 − 1. `caffe`: BGR less
   *  104, 117, 123. Each resizes so that the picture covers 8/7 of the input, and crops its centre; a picture of the
   *  input's size is taken as it is. Without a preset pictures are resized to the input's size, and levels stay 0 … 255. */
  readonly preset?: ImagePresetName | undefined;
  /** Channels of the input. Default: `RGB`, or `GRAY` where the model takes one channel. */
  readonly imageToFormat?: ImageFormat | undefined;
  /** Subtracted from levels of 0 … 255: one number, or one a channel in the order of the format. */
  readonly normalizeMean?: readonly number[] | undefined;
  /** Then divided by this. */
  readonly normalizeStd?: readonly number[] | undefined;
  readonly resizeWidth?: number | undefined;
  readonly resizeHeight?: number | undefined;
  /** Default: `LINEAR`. */
  readonly resizeMethod?: ResizeMethod | undefined;
  /** Whether `LINEAR` and `CUBIC` average over all pixels that become one when a picture shrinks, as Pillow and torchvision
   *  do. OpenCV, MindSpore and Paddle do not. Default: true. */
  readonly antialias?: boolean | undefined;
  /** Default: the input's size. */
  readonly centerCropWidth?: number | undefined;
  readonly centerCropHeight?: number | undefined;
  /** Default: where the input's dims have the channels. */
  readonly layout?: ImageLayout | undefined;
  /** Images a batch. Default: what the model takes, or 1. */
  readonly batch?: number | undefined;
  /** Pixels of an image at most. Default: 2^26. */
  readonly maxPixels?: number | undefined;
}

/** Numbers by colour. */
interface Preset {
  readonly format: ImageFormat;
  /** Of R, G, B. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

const PRESETS: Readonly<Record<ImagePresetName, Preset>> = {
  imagenet: { format: 'RGB', mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] },
  tf: { format: 'RGB', mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] },
  caffe: { format: 'BGR', mean: [123.68, 116.779, 103.939], std: [1, 1, 1] },
};

export const IMAGE_PRESETS = Object.keys(PRESETS) as readonly ImagePresetName[];

const METHODS: readonly ResizeMethod[] = ['LINEAR', 'NEAREST', 'CUBIC'];
const LAYOUTS: readonly ImageLayout[] = ['NCHW', 'NHWC'];
const MOST_SIDE = 65535;

/** Options that have been checked, with what needs no model filled in. */
export interface Preparation extends PrepareOptions {
  readonly resizeMethod: ResizeMethod;
  readonly antialias: boolean;
  readonly maxPixels: number;
}

/** @throws OctavoError `INVALID_ARGUMENT` naming the option; for a name that there is not, with the nearest one */
export function checkPreparation(options: PrepareOptions): Preparation {
  oneOf('preset', options.preset, IMAGE_PRESETS);
  oneOf('imageToFormat', options.imageToFormat, IMAGE_FORMATS);
  oneOf('resizeMethod', options.resizeMethod, METHODS);
  oneOf('layout', options.layout, LAYOUTS);
  for (const field of [
    'resizeWidth',
    'resizeHeight',
    'centerCropWidth',
    'centerCropHeight',
    'batch',
  ] as const) {
    whole(field, options[field], MOST_SIDE);
  }
  whole('maxPixels', options.maxPixels, 2 ** 31);
  numbers('normalizeMean', options.normalizeMean, Number.isFinite);
  numbers('normalizeStd', options.normalizeStd, (x) => Number.isFinite(x) && Math.fround(x) !== 0);
  const { resizeMethod = 'LINEAR', antialias = true, maxPixels = MOST_PIXELS } = options;
  return { ...options, resizeMethod, antialias, maxPixels };
}

/** Channels of each format. */
export function channelsOf(format: ImageFormat): 1 | 3 {
  return format === 'GRAY' ? 1 : 3;
}

/** The format for an input of so many channels, undefined where the model does not say.
 *  @throws OctavoError `INVALID_ARGUMENT` */
export function formatFor(options: Preparation, channels: number | undefined): ImageFormat {
  const preset = options.preset === undefined ? undefined : PRESETS[options.preset];
  const format = options.imageToFormat ?? (channels === 1 ? 'GRAY' : (preset?.format ?? 'RGB'));
  if (channels === undefined || channels === channelsOf(format)) return format;
  const message = `images as ${format} have ${channelsOf(format)} channels, the model takes ${channels}`;
  throw new OctavoError('INVALID_ARGUMENT', message, { field: 'imageToFormat' });
}

/** Three means, then three deviations, in the order of the format. */
export function normalization(options: Preparation, format: ImageFormat): Float32Array {
  const preset = options.preset === undefined ? undefined : PRESETS[options.preset];
  const mean = channelNumbers('normalizeMean', options.normalizeMean, preset?.mean, 0, format);
  const std = channelNumbers('normalizeStd', options.normalizeStd, preset?.std, 1, format);
  return Float32Array.from([...mean, ...std]);
}

/** Whether levels are changed at all. */
export function isNormalized({ preset, normalizeMean, normalizeStd }: Preparation): boolean {
  return preset !== undefined || normalizeMean !== undefined || normalizeStd !== undefined;
}

function channelNumbers(
  field: 'normalizeMean' | 'normalizeStd',
  given: readonly number[] | undefined,
  preset: readonly [number, number, number] | undefined,
  fallback: number,
  format: ImageFormat,
): readonly number[] {
  const count = channelsOf(format);
  if (given !== undefined) {
    if (given.length === 1) return [given[0]!, given[0]!, given[0]!];
    if (given.length === count) return [...given, ...given].slice(0, 3);
    const message = `${field} has ${given.length} numbers, images as ${format} need 1 or ${count}`;
    throw new OctavoError('INVALID_ARGUMENT', message, { field });
  }
  if (preset === undefined) return [fallback, fallback, fallback];
  if (count === 1 && new Set(preset).size > 1) {
    const message = `the preset has numbers for three colours; for images as GRAY give ${field}`;
    throw new OctavoError('INVALID_ARGUMENT', message, { field });
  }
  return format === 'BGR' ? [...preset].reverse() : preset;
}

function oneOf(field: string, value: string | undefined, allowed: readonly string[]): void {
  if (value === undefined || allowed.includes(value)) return;
  const message = `${field} must be ${allowed.join(', ')}, not ${String(value)}${didYouMean(String(value), allowed)}`;
  throw new OctavoError('INVALID_ARGUMENT', message, { field });
}

function whole(field: string, value: number | undefined, most: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= most)) return;
  const message = `${field} must be a whole number from 1 to ${most}, not ${String(value)}`;
  throw new OctavoError('INVALID_ARGUMENT', message, { field });
}

function numbers(field: string, value: readonly number[] | undefined, isGood: (x: number) => boolean): void {
  if (value === undefined) return;
  const isList = Array.isArray(value) && (value.length === 1 || value.length === 3);
  if (isList && value.every((x) => typeof x === 'number' && isGood(x))) return;
  const message = `${field} must be 1 or 3 numbers${field === 'normalizeStd' ? ' other than 0' : ''}, not ${JSON.stringify(value)}`;
  throw new OctavoError('INVALID_ARGUMENT', message, { field });
}
