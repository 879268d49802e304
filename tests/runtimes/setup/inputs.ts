// The models every runtime quantizes: those of the dev dependency, a synthetic one, and the shared ones where
// they are.

import { cpSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ocrModels, sharedModels } from '../../support/data.js';
import { syntheticModel } from './synthetic.js';

/** Puts every model, by its file name, into `folder`. */
export function writeInputs(folder: string): void {
  for (const path of [...ocrModels, ...sharedModels]) cpSync(path, join(folder, basename(path)));
  writeFileSync(join(folder, 'synthetic.onnx'), syntheticModel());
}
