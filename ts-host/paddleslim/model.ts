// Where a program comes from: a folder by its path (in Node), its files by name, or a net that was read already.

import type { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import { paramsName, programName } from '../formats/paddle/fileNames.js';
import type { PaddleNet } from '../formats/paddle/program.js';
import { readPaddleNet } from '../formats/paddle/readNet.js';
import { type SourceInput, toSource } from '../io/any-source.js';
import { exactSource } from '../io/exact-source.js';
import type { Source } from '../io/source.js';
import { PaddleModel } from '../paddle/paddleModel.js';
import { folderFiles, type ModelFiles } from './paths.js';

/** A folder's path, its files by name, or what readPaddle returned. */
export type SlimModel = string | Readonly<Record<string, SourceInput>> | PaddleModel;

export interface OpenNet {
  readonly net: PaddleNet;
  /** Bytes of the parameters as they are stored. */
  readonly parameterBytes: number;
  close(): Promise<void>;
}

export interface ModelNames {
  readonly modelFilename?: string | undefined;
  readonly paramsFilename?: string | undefined;
}

/** Opens a model. What it opened stays open until close(), for parameters are read when they are needed.
 *  @throws OctavoError `INVALID_ARGUMENT` for what is no model and for a path where there are no paths, `IO_FAILED`, and what readers throw */
export async function openNet(model: SlimModel, names: ModelNames, context: RunContext): Promise<OpenNet> {
  if (model instanceof PaddleModel) return openedNet(model.net, async () => undefined);
  const opened: Source[] = [];
  const close = async (): Promise<void> => {
    for (const source of opened.splice(0)) await source.close?.();
  };
  const files =
    typeof model === 'string' ? folder(model, opened, context) : givenFiles(model, opened, context);
  try {
    return openedNet(await readNet(files, names, context), close);
  } catch (error) {
    await close();
    throw error;
  }
}

function openedNet(net: PaddleNet, close: () => Promise<void>): OpenNet {
  const parameterBytes = [...net.parameters.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  return { net, parameterBytes, close };
}

/** @param opened - takes the sources that are to be closed, as of givenFiles */
function folder(path: string, opened: Source[], context: RunContext): ModelFiles {
  const files = folderFiles(path, context);
  return {
    names: () => files.names(),
    async open(name) {
      const source = await files.open(name);
      if (source !== undefined) opened.push(source);
      return source;
    },
  };
}

/** A Source that the caller made is the caller's to close. */
function givenFiles(
  given: Readonly<Record<string, SourceInput>>,
  opened: Source[],
  context: RunContext,
): ModelFiles {
  if (!isFiles(given)) {
    const message = "modelDir is a folder's path, files by name, or what readPaddle returned";
    throw new OctavoError('INVALID_ARGUMENT', message, { field: 'modelDir' });
  }
  return {
    names: async () => Object.keys(given),
    async open(name) {
      if (!Object.hasOwn(given, name)) return undefined;
      const source = await toSource(given[name]!, context, name);
      if (source !== given[name]) opened.push(source);
      return exactSource(source);
    },
  };
}

/** Whether it may be files by name: no number, and no file itself, whatever holds its bytes. */
const isFiles = (given: unknown): boolean =>
  typeof given === 'object' && given !== null && !('byteLength' in given) && !('size' in given);

async function readNet(files: ModelFiles, names: ModelNames, context: RunContext): Promise<PaddleNet> {
  const there = await files.names();
  const program = names.modelFilename ?? programName(there);
  const model = await needed(files, program);
  const combined = names.paramsFilename ?? paramsName(program, there);
  const parameters =
    combined === undefined
      ? { external: (name: string) => needed(files, name) }
      : { combined: await needed(files, combined) };
  return readPaddleNet(model, parameters, context);
}

async function needed(files: ModelFiles, name: string): Promise<Source> {
  const source = await files.open(name);
  if (source !== undefined) return source;
  throw new OctavoError('IO_FAILED', 'there is no file of this name', { file: name });
}
