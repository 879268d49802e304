// Paddle models on disk: their files are found and opened.

import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RunContext } from '../context.js';
import { paramsName, programName } from '../formats/paddle/fileNames.js';
import { paddleLayout, SNIFF_BYTES } from '../formats/paddle/sniff.js';
import { checkLocation } from '../io/external.js';
import { fileSource } from '../io/node/file-source.js';
import { folderResolver } from '../io/node/folder-resolver.js';
import type { Source } from '../io/source.js';
import { ioWait } from '../io/wait.js';
import type { PaddleModel } from '../paddle/paddleModel.js';
import type { ReadPaddleOptions } from '../paddle/readPaddle.js';
import { fileStatus } from './overwrite.js';

/** Options of {@link readPaddleFiles}; the names are Paddle's `model_filename` and `params_filename`. */
export interface PaddleFilesOptions extends ReadPaddleOptions {
  /** The program, inside the folder. Default: the one that is there. */
  readonly modelFilename?: string | undefined;
  /** The file of all parameters. Default: what belongs to the program. */
  readonly paramsFilename?: string | undefined;
}

/** Where the files of a model are. */
interface PaddlePaths {
  readonly folder: string;
  readonly model: string;
  /** Undefined: a file for each parameter. */
  readonly params: string | undefined;
}

/** A model, the files it was read from, and how to close them. */
export interface OpenPaddleFiles {
  readonly model: PaddleModel;
  /** Files that were opened so far. */
  readonly paths: readonly string[];
  close(): Promise<void>;
}

/** Reads a Paddle inference model from a folder or a program file.
 *  @throws OctavoError as readPaddle; `NOT_A_MODEL` for a folder without a program, or with several; `IO_FAILED`
 *  @example
 *  ```ts
 *  const model = await readPaddleFiles('ch_ppocr_mobile_v2.0_cls_infer');
 *  const session = await Session.create(model);
 *  ``` */
export async function readPaddleFiles(path: string, options: PaddleFilesOptions = {}): Promise<PaddleModel> {
  return (await openPaddleFiles(path, options)).model;
}

/** As {@link readPaddleFiles}, telling which files were opened. */
export async function openPaddleFiles(
  path: string,
  options: PaddleFilesOptions = {},
): Promise<OpenPaddleFiles> {
  const context = new RunContext(options);
  const found = await findPaddleFiles(path, options);
  const paths = [found.model, ...(found.params === undefined ? [] : [found.params])];
  const sources: (Source & { close(): Promise<void> })[] = [];
  try {
    for (const each of paths) sources.push(await fileSource(each, context));
    const [program, params] = sources;
    const resolve = folderResolver(found.folder, context);
    const external = async (location: string) => {
      const source = await resolve(location);
      paths.push(join(found.folder, checkLocation(location)));
      return source;
    };
    const { readPaddle } = await import('../paddle/readPaddle.js');
    const { PaddleModel } = await import('../paddle/paddleModel.js');
    const read = await readPaddle(
      { model: program!, params, ...(params === undefined ? { external } : {}) },
      options,
    );
    const close = async (): Promise<void> => {
      await read.close();
      for (const source of sources) await source.close();
    };
    return { model: new PaddleModel(read.net, read.byteLength, close), paths, close };
  } catch (error) {
    for (const source of sources) await source.close();
    throw error;
  }
}

/** Whether `path` is a folder, or a file that begins as a Paddle program does. */
export async function isPaddlePath(path: string, context: RunContext): Promise<boolean> {
  if ((await fileStatus(path))?.isDirectory()) return true;
  const source = await fileSource(path, context);
  try {
    const head = await source.read(0, Math.min(source.size, SNIFF_BYTES), context);
    return paddleLayout(head) !== undefined;
  } finally {
    await source.close();
  }
}

/** The files of the model at `path`, a folder or a program. */
async function findPaddleFiles(path: string, options: PaddleFilesOptions): Promise<PaddlePaths> {
  const isFolder = (await fileStatus(path))?.isDirectory() === true;
  const folder = isFolder ? path : dirname(path);
  const place = { file: folder };
  const names = await ioWait('listing the folder', () => readdir(folder), { signal: options.signal, place });
  const model = isFolder ? (options.modelFilename ?? programName(names, folder)) : basename(path);
  const params = options.paramsFilename ?? paramsName(model, names);
  return { folder, model: join(folder, model), params: params && join(folder, params) };
}
