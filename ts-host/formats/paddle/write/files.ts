// planPaddleFiles: a PaddleNet to the files it becomes: the program in one of Paddle's layouts, and its parameters in one file or
// in one each. The program is small and encoded at once; parameters are read, or computed, while the files are being written.

import type { RunContext } from '../../../context.js';
import { OctavoError } from '../../../errors.js';
import type { OutputFile } from '../../../io/output.js';
import { pirProgramBytes, requirePir } from '../pir/write/program.js';
import type { PaddleLayout, PaddleNet, PaddleProgram } from '../program.js';
import { parameterVars } from '../readParameters.js';
import { programBytes } from './program.js';
import { type ParameterRecord, parameterRecord } from './records.js';

export interface PaddleFilesOptions {
  /** Name of the program's file. Default `model.pdmodel`, or `model.json` for PIR, as Paddle finds them. */
  readonly modelFilename?: string | undefined;
  /** Name of the file of all parameters; null for one file a parameter, called as its variable. Default
   *  `model.pdiparams`. */
  readonly paramsFilename?: string | null | undefined;
  /** `program` is ProgramDesc, which Paddle 2 and 3 load; `pir` is the JSON of Paddle 3, for programs that were read from it;
   *  `input` is the layout that the program was read from. Default: what the ending of `modelFilename` says (.pdmodel and
   *  `__model__`, or .json), else `input`. */
  readonly layout?: PaddleLayout | 'input' | undefined;
}

/** The files of a net, parameters before the program that wants them, lengths known. Same net and options, same bytes.
 *  @throws OctavoError `INVALID_ARGUMENT` for a parameter whose name cannot be a file's, where each has its own, and for a layout that
 *  Paddle does not look for in a file of that name; `UNSUPPORTED_OP` for a program as PIR that was read from ProgramDesc, or has an
 *  operator that PIR's writer does not know; `GRAPH_INVALID` for a persistable variable without a tensor, and for one that is
 *  read before it is made; `UNSUPPORTED_DTYPE`, `SHAPE_MISMATCH` */
export function planPaddleFiles(net: PaddleNet, options: PaddleFilesOptions = {}): OutputFile[] {
  const { paramsFilename = 'model.pdiparams' } = options;
  const layout = writtenLayout(net.program, options);
  const { modelFilename = DEFAULT_NAME[layout] } = options;
  const bytes = layout === 'pir' ? pirProgramBytes(net.program) : programBytes(net.program);
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

const DEFAULT_NAME: Readonly<Record<PaddleLayout, string>> = { program: 'model.pdmodel', pir: 'model.json' };

const LAYOUTS = ['program', 'pir', 'input'];

/** The layout that a program is written in. Paddle tells layouts by the names of files.
 *  @throws OctavoError `INVALID_ARGUMENT` for a layout there is not, or that contradicts the name; `UNSUPPORTED_OP` for PIR of a
 *  program that was read from ProgramDesc */
export function writtenLayout(
  program: PaddleProgram,
  { layout, modelFilename = '' }: PaddleFilesOptions,
): PaddleLayout {
  if (layout !== undefined && !LAYOUTS.includes(layout)) {
    const message = `layout is one of ${LAYOUTS.join(', ')}, not ${String(layout)}`;
    throw new OctavoError('INVALID_ARGUMENT', message, { field: 'layout' });
  }
  const named = layoutByName(modelFilename);
  const wanted = layout === 'input' ? program.layout : layout;
  if (named !== undefined && wanted !== undefined && named !== wanted) {
    const message = `Paddle does not look for the layout ${wanted} in a file called ${modelFilename}`;
    throw new OctavoError('INVALID_ARGUMENT', message, { field: 'layout' });
  }
  const written = wanted ?? named ?? program.layout;
  if (written === 'pir') requirePir(program);
  return written;
}

function layoutByName(name: string): PaddleLayout | undefined {
  if (name.endsWith('.json')) return 'pir';
  return name.endsWith('.pdmodel') || name.endsWith('__model__') ? 'program' : undefined;
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
