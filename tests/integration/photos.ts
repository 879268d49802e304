// The photographs of the shared data folder as samples: crops of photos 01-12 to calibrate with, of 13-24 to measure with.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileSource, type ImageSamplesOptions, imageSamples, type SampleSource } from '../../ts-host/node.js';
import { DATA_DIR } from '../consumers/models.js';

const folder = join(DATA_DIR ?? '', 'images/photos');

/** Crops of one photograph are alike: photographs are told apart by number. */
function photos(first: number, last: number, options: ImageSamplesOptions): SampleSource {
  const names = readdirSync(folder).sort();
  const taken = names.filter((name) => Number(name.slice(0, 2)) >= first && Number(name.slice(0, 2)) <= last);
  const files = taken.map((name) => ({ name, data: () => fileSource(join(folder, name)) }));
  return imageSamples(files, options);
}

export const calibrationPhotos = (options: ImageSamplesOptions): SampleSource => photos(1, 12, options);
export const evaluationPhotos = (options: ImageSamplesOptions): SampleSource => photos(13, 24, options);
