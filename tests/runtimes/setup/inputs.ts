// The models every runtime quantizes and runs: those of the dev dependency, synthetic ones, and the shared ones where
// they are.

import { cpSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ocrModels, sharedModels } from '../../support/data.js';
import { controlFlowModel, encoderModel, recurrentModel } from '../../support/madeModels.js';
import { syntheticModel } from './synthetic.js';

/** Puts every model, by its file name, into `folder`. */
export function writeInputs(folder: string): void {
  for (const path of [...ocrModels, ...sharedModels]) cpSync(path, join(folder, basename(path)));
  const made = {
    synthetic: syntheticModel(),
    recurrent: recurrentModel(),
    encoder: encoderModel(),
    'control-flow': controlFlowModel(),
  };
  for (const [name, bytes] of Object.entries(made)) writeFileSync(join(folder, `${name}.onnx`), bytes);
}
