// readParameters: the tensors of a program's persistable variables, from one file with a record for each in the order of their
// names, or from a file for each. No file holds names, so shapes are compared: a file of another model must not pass.

import type { RunContext } from '../../context.js';
import { OctavoError } from '../../errors.js';
import { checkLocation, type ExternalResolver, refused } from '../../io/external.js';
import type { Source } from '../../io/source.js';
import { filePlace } from '../../io/wait.js';
import { sliceData, type Tensor } from '../../ir/tensor.js';
import type { PaddleProgram, PaddleVar } from './program.js';
import { type PaddleRecord, readRecord } from './record.js';
import { isPickle, PICKLE } from './sniff.js';

/** Where the parameters are: all in one file, or each in a file of its name. */
export type ParameterFiles =
  | { readonly combined: Source }
  | { readonly external: ExternalResolver }
  | { readonly none: true };

/** The variables that have a record, in the order of their records: by the code units of their names, in no locale. */
export function parameterVars(program: PaddleProgram): readonly PaddleVar[] {
  const vars = [...(program.blocks[0]?.vars.values() ?? [])].filter(hasRecord);
  return vars.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function hasRecord({ persistable, kind }: PaddleVar): boolean {
  return persistable && kind !== 'feed' && kind !== 'fetch' && kind !== 'reader' && kind !== 'raw';
}

/** Reads where each parameter lies; data stays in the files, which must stay open.
 *  @throws OctavoError `TRUNCATED` (too short), `MALFORMED` (too long, or no records), `SHAPE_MISMATCH` (another model's, or in
 *  another order), `LIMIT_EXCEEDED`, `UNSUPPORTED_DTYPE`, each with file, tensor and byte offset; `NOT_A_MODEL` for a pickle;
 *  `EXTERNAL_DATA_REFUSED` for names that are paths, `EXTERNAL_DATA_MISSING`, `IO_FAILED`, `ABORTED`. */
export async function readParameters(
  program: PaddleProgram,
  files: ParameterFiles,
  context: RunContext,
): Promise<ReadonlyMap<string, Tensor>> {
  const vars = parameterVars(program);
  for (const { name, kind } of vars) {
    if (kind === 'tensor') continue;
    throw new OctavoError('UNSUPPORTED_DTYPE', `a parameter that is no tensor but ${kind}`, { tensor: name });
  }
  if ('combined' in files) return readCombined(vars, files.combined, context);
  if ('external' in files) return readSeparate(vars, files.external, context);
  const [first] = vars;
  if (first === undefined) return new Map();
  const message = `the program has ${vars.length} parameters, and no file of them is given`;
  throw new OctavoError('EXTERNAL_DATA_MISSING', message, { tensor: first.name });
}

async function readCombined(
  vars: readonly PaddleVar[],
  source: Source,
  context: RunContext,
): Promise<ReadonlyMap<string, Tensor>> {
  await refusePickle(source, context);
  const tensors = new Map<string, Tensor>();
  let at = 0;
  for (const each of vars) {
    const record = await readRecord(source, at, each.name, context);
    tensors.set(each.name, tensorOf(each, record, source, at));
    at = record.dataOffset + record.byteLength;
  }
  expectEnd(source, at, `the last of ${vars.length} parameters`);
  return tensors;
}

async function readSeparate(
  vars: readonly PaddleVar[],
  external: ExternalResolver,
  context: RunContext,
): Promise<ReadonlyMap<string, Tensor>> {
  // All names before any file: nothing is opened for a program that names one it must not.
  for (const { name } of vars) checkFileName(name);
  const tensors = new Map<string, Tensor>();
  for (const each of vars) {
    const source = await external(each.name);
    await refusePickle(source, context);
    const record = await readRecord(source, 0, each.name, context);
    tensors.set(each.name, tensorOf(each, record, source, 0));
    expectEnd(source, record.dataOffset + record.byteLength, `the parameter "${each.name}"`);
  }
  return tensors;
}

/** A variable's name is a file's name, in the folder itself.
 *  @throws OctavoError `EXTERNAL_DATA_REFUSED` */
function checkFileName(name: string): void {
  checkLocation(name);
  if (name.includes('/')) throw refused(name, 'holds a path separator');
}

async function refusePickle(source: Source, context: RunContext): Promise<void> {
  if (isPickle(await source.read(0, Math.min(2, source.size), context))) {
    throw new OctavoError('NOT_A_MODEL', PICKLE, filePlace(source.name));
  }
}

function expectEnd(source: Source, end: number, what: string): void {
  if (end === source.size) return;
  const message = `${source.size - end} bytes are left after ${what}: the file is of another model`;
  throw new OctavoError('MALFORMED', message, filePlace(source.name, end));
}

/** The record tells what is stored, the program what it expects. */
function tensorOf(
  { name, dims: expected }: PaddleVar,
  record: PaddleRecord,
  source: Source,
  offset: number,
): Tensor {
  const { dtype, dims, dataOffset, byteLength } = record;
  if (expected !== undefined && !mayBe(dims, expected)) {
    throw new OctavoError(
      'SHAPE_MISMATCH',
      `the record is [${dims.join(', ')}], the program says [${expected.join(', ')}]: the file is of another model, or its ` +
        'records are in another order',
      { ...filePlace(source.name, offset), tensor: name },
    );
  }
  return { name, dtype, dims, data: sliceData(source, dataOffset, byteLength) };
}

/** Whether a tensor of `dims` may be what is described as `expected`. Dims of 1 do not count: versions write scalars as [] and
 *  [1]. A description of one element or of none is a placeholder (of scales, whose number quantizers find later). */
function mayBe(dims: readonly number[], expected: readonly number[]): boolean {
  if (expected.every((dim) => dim <= 1)) return true;
  const [ours, theirs] = [dims, expected].map((each) => each.filter((dim) => dim !== 1)) as [
    number[],
    number[],
  ];
  return ours.length === theirs.length && theirs.every((dim, i) => dim === -1 || dim === ours[i]);
}
