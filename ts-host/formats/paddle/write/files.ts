// planPaddleFiles: a PaddleNet to the files it becomes: the program, and its parameters in one file or in one each. The
// program is small and encoded at once; parameters are read, or computed, while the files are being written.

import type { RunContext } from '../../../context.js';
import { OctavoError } from '../../../errors.js';
import type { OutputFile } from '../../../io/output.js';
import type { PaddleNet } from '../program.js';
import { parameterVars } from '../readParameters.js';
import { programBytes } from './program.js';
import { type ParameterRecord, parameterRecord } from './records.js';

export interface PaddleFilesOptions {
  /** Name of the program's file. Default `model.pdmodel`. */
  readonly modelFilename?: string | undefined;
  /** Name of the file of all parameters; null for one file a parameter, called as its variable. Default
   *  `model.pdiparams`. */
  readonly paramsFilename?: string | null | undefined;
}

/** The files of a net, parameters before the program that wants them, lengths known. Same net and options, same bytes.
 *  A program that was read from Paddle 3's JSON is written as a ProgramDesc, which Paddle 3 loads too.
 *  @throws OctavoError `INVALID_ARGUMENT` for a parameter whose name cannot be a file's, where each has its own;
 *  `GRAPH_INVALID` for a persistable variable without a tensor; `UNSUPPORTED_DTYPE`, `SHAPE_MISMATCH` */
export function planPaddleFiles(net: PaddleNet, options: PaddleFilesOptions = {}): OutputFile[] {
  const { modelFilename = 'model.pdmodel', paramsFilename = 'model.pdiparams' } = options;
  const bytes = programBytes(net.program);
  const program: OutputFile = {
    name: modelFilename,
    byteLength: bytes.byteLength,
    async *chunks() {
      yield bytes;
    },
  };
  const records = parameterVars(net.program).map(({ name }) => ({ name, record: recordOf(net, name) }));
  if (paramsFilename === null) {
    return [...records.map(({ name, record }) => fileOf(name, [record])), program];
  }
  const all = records.map(({ record }) => record);
  return [fileOf(paramsFilename, all), program];
}

function recordOf({ parameters }: PaddleNet, name: string): ParameterRecord {
  const tensor = parameters.get(name);
  if (tensor !== undefined) return parameterRecord({ ...tensor, name });
  throw new OctavoError('GRAPH_INVALID', 'the parameter has no values', { tensor: name });
}

function fileOf(name: string, records: readonly ParameterRecord[]): OutputFile {
  return {
    name,
    byteLength: records.reduce((sum, { byteLength }) => sum + byteLength, 0),
    async *chunks(context: RunContext) {
      for (const record of records) yield* record.chunks(context);
    },
  };
}
