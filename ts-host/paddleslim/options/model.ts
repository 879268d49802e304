// What every function of PaddleSlim's asks first: which model, and where the quantized one goes.

import type { RunOptions } from '../../context.js';
import { OctavoError } from '../../errors.js';
import type { PaddleFilesOptions } from '../../formats/paddle/write/files.js';
import { FileNames } from '../../io/length.js';
import type { SlimModel } from '../model.js';
import type { OptionReader } from './check.js';

/** Options of all functions. */
export interface ModelOptions extends RunOptions {
  /** The float model. */
  readonly modelDir: SlimModel;
  /** Default: `inference` or `model` with .pdmodel or .json, else the only other `.pdmodel`, else `__model__`. */
  readonly modelFilename?: string | null | undefined;
  /** The file of all parameters. Default: the one that goes with the program; without one, a file for each parameter. */
  readonly paramsFilename?: string | null | undefined;
  /** Default `model.pdmodel`, or `model.json` for PIR. */
  readonly saveModelFilename?: string | undefined;
  /** Default `model.pdiparams`; null for a file for each parameter. */
  readonly saveParamsFilename?: string | null | undefined;
  /** `program` for ProgramDesc, `pir` for Paddle 3's JSON, where the float model is of it; `input` for the float model's own. Default:
   *  what the ending of `saveModelFilename` says (.pdmodel, .json), else `input`; but `program` for what quantPostStatic writes as
   *  quantize_linear and dequantize_linear, which Paddle 3.3.1 misruns as PIR. */
  readonly saveLayout?: SaveLayout | undefined;
}

export const MODEL_NAMES = [
  'modelDir',
  'modelFilename',
  'paramsFilename',
  'saveModelFilename',
  'saveParamsFilename',
  'saveLayout',
  'signal',
  'onProgress',
  'memoryLimit',
] as const satisfies readonly (keyof ModelOptions)[];

const LAYOUTS = ['input', 'program', 'pir'] as const;
type SaveLayout = (typeof LAYOUTS)[number];

/** Where results go, and what the writer of Paddle's files is told. */
export interface SaveSettings extends PaddleFilesOptions {
  readonly path: string | undefined;
}

/** @param folder - the option that names the folder to write to
 *  @throws OctavoError `INVALID_ARGUMENT` without a model, for names that are no files', and for one name of two files */
export function modelSettings(named: Readonly<Record<string, unknown>>, read: OptionReader, folder: string) {
  if (named.modelDir === undefined || named.modelDir === null) {
    throw new OctavoError('INVALID_ARGUMENT', 'modelDir is needed: the float model', { field: 'modelDir' });
  }
  const names = new FileNames();
  for (const name of ['saveModelFilename', 'saveParamsFilename']) {
    const given = read.text(name);
    if (given !== undefined) names.add(given);
  }
  const save: SaveSettings = {
    path: read.text(folder),
    modelFilename: read.text('saveModelFilename'),
    paramsFilename: named.saveParamsFilename === null ? null : read.text('saveParamsFilename'),
    layout: named.saveLayout === undefined ? undefined : read.oneOf('saveLayout', 'input', LAYOUTS),
  };
  return {
    model: named.modelDir as SlimModel,
    names: { modelFilename: read.text('modelFilename'), paramsFilename: read.text('paramsFilename') },
    save,
    run: named as RunOptions,
  };
}
