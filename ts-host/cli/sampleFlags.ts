// The options that say where samples come from and how images become inputs: shared by every command that takes samples.

import { type Command, InvalidArgumentError } from 'commander';
import type { FolderSamplesOptions } from '../node/folderSamples.js';
import { type NamedShape, positive, shapes } from './values.js';

/** Flags of {@link addSampleOptions}. */
export interface SampleFlags {
  readonly preset?: string;
  readonly format?: string;
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly resize?: Size;
  readonly resizeMethod?: string;
  readonly crop?: Size;
  readonly layout?: string;
  readonly batch?: number;
  readonly decoder?: string;
  readonly inputFolder?: Readonly<Record<string, string>>;
  readonly sampleShape?: readonly NamedShape[];
  readonly strict?: boolean;
  /** Of the command as a whole. */
  readonly memoryLimit?: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Their names as typed, in the order of the help. */
export const SAMPLE_FLAGS = [
  'preset',
  'format',
  'mean',
  'std',
  'resize',
  'resizeMethod',
  'crop',
  'layout',
  'batch',
  'decoder',
  'inputFolder',
  'sampleShape',
  'strict',
] as const satisfies readonly (keyof SampleFlags)[];

/** Names are checked where they are used, which suggests the nearest one. */
export function addSampleOptions(command: Command): Command {
  return command
    .option('--preset <name>', 'how images are prepared: imagenet, tf, caffe')
    .option('--format <name>', 'channels of images: RGB, BGR, GRAY')
    .option('--mean <numbers>', 'subtracted from levels 0 to 255: one number or three', numbers)
    .option('--std <numbers>', 'then divided by this', numbers)
    .option('--resize <size>', 'size that images are brought to, such as 256x256 (width x height)', size)
    .option('--resize-method <name>', 'LINEAR, NEAREST, CUBIC')
    .option('--crop <size>', 'size of the centre that is taken', size)
    .option('--layout <name>', 'NCHW or NHWC, where the model does not tell')
    .option('--batch <n>', 'samples run at once', positive)
    .option('--decoder <name>', 'octavo: equal pixels everywhere; sharp: that package')
    .option(
      '--input-folder <name=folder>',
      'folder of an input, in the folder of samples (repeatable)',
      folders,
    )
    .option('--sample-shape <name=dims>', 'dims of .bin files, such as image=1x3x32x32 (repeatable)', shapes)
    .option('--strict', 'a broken sample is an error instead of left out');
}

export function folderOptions(flags: SampleFlags): FolderSamplesOptions {
  const { resize, crop, inputFolder, sampleShape } = flags;
  // The names are checked by folderSamples.
  const named = {
    preset: flags.preset,
    imageToFormat: flags.format?.toUpperCase(),
    resizeMethod: flags.resizeMethod?.toUpperCase(),
    layout: flags.layout?.toUpperCase(),
    decoder: flags.decoder,
  } as Pick<FolderSamplesOptions, 'preset' | 'imageToFormat' | 'resizeMethod' | 'layout' | 'decoder'>;
  return {
    ...named,
    normalizeMean: flags.mean,
    normalizeStd: flags.std,
    resizeWidth: resize?.width,
    resizeHeight: resize?.height,
    centerCropWidth: crop?.width,
    centerCropHeight: crop?.height,
    batch: flags.batch,
    folders: inputFolder,
    shape: sampleShape && Object.fromEntries(sampleShape.map(({ name, dims }) => [name, dims])),
    strict: flags.strict,
    memoryLimit: flags.memoryLimit,
  };
}

/** `image=photos`, added to those before. */
function folders(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at > 0 && at < text.length - 1) return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
  throw new InvalidArgumentError('It must be the name of an input and a folder, such as image=photos.');
}

/** `1` or `1,2,3` */
function numbers(text: string): number[] {
  const list = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (list.every(Number.isFinite)) return list;
  throw new InvalidArgumentError('It must be one number or three with commas between them.');
}

/** `256x224`: width, then height; `256` is both. */
function size(text: string): Size {
  const [, width, height = width] = /^(\d+)(?:x(\d+))?$/.exec(text) ?? [];
  if (width !== undefined) return { width: Number(width), height: Number(height) };
  throw new InvalidArgumentError('It must be width x height, such as 256x256.');
}
