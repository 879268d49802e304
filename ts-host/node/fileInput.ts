// A model file as input: the file itself, and its external data, looked up in the file's folder. Or a Paddle model, by its
// program or its folder.

import { lstat, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ModelInput } from '../api/open.js';
import { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import type { InputDims } from '../formats/paddle/inputDims.js';
import { checkLocation, type ExternalResolver } from '../io/external.js';
import { fileSource } from '../io/node/file-source.js';
import { folderResolver } from '../io/node/folder-resolver.js';
import { ioWait } from '../io/wait.js';
import { isPaddlePath, openPaddleFiles } from './paddleFiles.js';

export interface FileInput {
  readonly source: ModelInput;
  /** Undefined for what brings all its files. */
  readonly external: ExternalResolver | undefined;
  /** The file, and the external data opened so far: what no output may replace. */
  readonly paths: readonly string[];
  /** It is a Paddle model, whose inputs may be given other dims. */
  readonly takesDims: boolean;
  close(): Promise<void>;
}

/** Opens a model: an ONNX file, or a folder or program of Paddle's, told by content. External data is looked up in
 *  the folder of `path`; where `path` is a symbolic link, then also in the folder it leads to.
 *  @param inputDims - of a Paddle model
 *  @throws OctavoError `IO_FAILED`, `ABORTED`; for a Paddle model as readPaddle. */
export async function fileInput(
  path: string,
  signal: AbortSignal | undefined,
  inputDims?: InputDims,
): Promise<FileInput> {
  const context = new RunContext({ signal });
  if (await isPaddlePath(path, context)) {
    const { model, paths, close } = await openPaddleFiles(path, { signal, inputDims });
    return { source: model, external: undefined, paths, takesDims: true, close };
  }
  const source = await fileSource(path, context);
  const paths = [path];
  const folders = [dirname(path), ...(await folderBehindLink(path, signal))];
  const external: ExternalResolver = async (location) => {
    for (const [index, folder] of folders.entries()) {
      try {
        const opened = await folderResolver(folder, context)(location);
        paths.push(join(folder, checkLocation(location)));
        return opened;
      } catch (error) {
        if (index === folders.length - 1 || !isMissing(error)) throw error;
      }
    }
    throw new OctavoError('EXTERNAL_DATA_MISSING', 'the model has no folder', { file: path });
  };
  return { source, external, paths, takesDims: false, close: () => source.close() };
}

function folderBehindLink(path: string, signal: AbortSignal | undefined): Promise<string[]> {
  const find = async (): Promise<string[]> =>
    (await lstat(path)).isSymbolicLink() ? [dirname(await realpath(path))] : [];
  return ioWait('following the link', find, { signal, place: { file: path } });
}

function isMissing(error: unknown): boolean {
  return error instanceof OctavoError && error.code === 'EXTERNAL_DATA_MISSING';
}
