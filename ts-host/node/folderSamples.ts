// folderSamples(): a folder of JPEG and PNG files as samples.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunOptions } from '../context.js';
import { type ImageSamplesOptions, imageSamples } from '../data/images/imageSamples.js';
import type { SampleSource } from '../data/sample.js';
import { OctavoError } from '../errors.js';
import { listFolder } from './listFolder.js';

export interface FolderSamplesOptions
  extends Omit<ImageSamplesOptions, 'count'>,
    Pick<RunOptions, 'signal'> {}

/** Samples of a folder. */
export interface FolderSamples extends SampleSource {
  readonly count: number;
  /** Paths in the folder that are read as samples, in order. */
  readonly files: readonly string[];
  /** Files whose endings are no sample's. */
  readonly ignored: readonly string[];
}

const IMAGE = /\.(jpe?g|jpe|jfif|png)$/i;

/** Samples from the images of a folder and of the folders in it, ascending by path. What is in the files is read when it is
 *  wanted.
 *  @throws OctavoError `INVALID_ARGUMENT` for options; `IO_FAILED`; `SAMPLES_MISSING` for a folder without any
 *  @example
 *  ```ts
 *  import { folderSamples } from 'octavo/node';
 *  const samples = await folderSamples('photos', { preset: 'imagenet' });
 *  ``` */
export async function folderSamples(
  folder: string,
  options: FolderSamplesOptions = {},
): Promise<FolderSamples> {
  const all = await listFolder(folder, options.signal);
  const files = all.filter((path) => IMAGE.test(path));
  const ignored = all.filter((path) => !IMAGE.test(path));
  if (files.length === 0) {
    const endings = [...new Set(ignored.map((path) => /\.[^./]*$/.exec(path)?.[0] ?? 'none'))].slice(0, 10);
    const message = `the folder has no samples; endings found: ${endings.join(', ') || 'none at all'}`;
    throw new OctavoError('SAMPLES_MISSING', message, { file: folder });
  }
  const images = files.map((name) => ({ name, data: () => readFile(join(folder, name)) }));
  const source = imageSamples(images, options);
  return { count: files.length, files, ignored, open: source.open };
}
