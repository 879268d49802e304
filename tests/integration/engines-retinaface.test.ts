// See staticEngines.ts. The detector comes with a dev dependency; its photographs are in the shared data folder.

import { existsSync } from 'node:fs';
import { DATA_DIR, PIXELS, photo, type RealModel } from '../consumers/models.js';
import { testStatic } from './staticEngines.js';
import { RETINAFACE_512 } from './wholeModels.js';

const path = RETINAFACE_512.model as string;
const run = (name: string): RealModel['runs'][number] => ({
  data: { kind: 'image', file: photo(name), dims: [1, 3, 512, 512], rule: PIXELS.FACES },
});
const faces: RealModel = {
  name: 'retinaface',
  path,
  runs: [run('04a'), run('15c'), run('18b')],
  decision: 'threshold',
};

testStatic('retinaface', DATA_DIR !== undefined && existsSync(path) ? faces : undefined, { cosine: 0.99 });
