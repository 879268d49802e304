// Folders by their paths, where the runtime has any: the entry for Node says how they are read and written. Elsewhere files are
// given by name, and results taken from the result.

import type { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import type { OutputFile } from '../io/output.js';
import type { Source } from '../io/source.js';

/** The files of a folder. */
export interface ModelFiles {
  /** undefined where there is no file of that name. */
  open(name: string): Promise<Source | undefined>;
  /** Names of all files. */
  names(): Promise<readonly string[]>;
}

export interface Folders {
  files(path: string, context: RunContext): ModelFiles;
  /** Writes files into a folder, which is made where it is missing; all of them or none. */
  write(path: string, files: readonly OutputFile[], context: RunContext): Promise<void>;
}

let folders: Folders | undefined;

/** Says how folders are reached. */
export function useFolders(given: Folders): void {
  folders = given;
}

export function folderFiles(path: string, context: RunContext): ModelFiles {
  return required(path).files(path, context);
}

export function writeFolder(path: string, files: readonly OutputFile[], context: RunContext): Promise<void> {
  return required(path).write(path, files, context);
}

function required(path: string): Folders {
  if (folders !== undefined) return folders;
  const message = `there are no paths here (${path}): give the files by name, and write the result to a sink`;
  throw new OctavoError('INVALID_ARGUMENT', message, { field: 'modelDir' });
}
