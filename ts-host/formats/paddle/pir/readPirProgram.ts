// readPirProgram: the bytes of inference.json (Paddle 3) to a PaddleProgram in legacy operators. It is the second front end:
// behind it nothing knows that a program was ever PIR.

import type { RunContext } from '../../../context.js';
import { OctavoError } from '../../../errors.js';
import type { Source } from '../../../io/source.js';
import { filePlace } from '../../../io/wait.js';
import { readAll, sliceData } from '../../../ir/tensor.js';
import type { PaddleProgram } from '../program.js';
import { type Json, JsonPlace } from './json.js';
import { pirOps } from './parse.js';
import { translatePir } from './translate.js';

/** Largest file that is read: real ones have some MB, a tenth of it after parsing is operators. */
const MAX_PROGRAM_BYTES = 64 * 1024 * 1024;
/** Bytes counted in the memory budget per byte of the file, for the parsed JSON and what becomes of it. */
const STRUCTURE_COST = 12;

/** Reads a program. Memory for the structure is counted in `context.budget` and stays counted.
 *  @throws OctavoError `NOT_A_MODEL` (no JSON), `MALFORMED` with the place in the JSON, `UNSUPPORTED_OP` for control flow,
 *  `LIMIT_EXCEEDED`, `MEMORY_LIMIT`, `IO_FAILED`, `ABORTED` */
export async function readPirProgram(source: Source, context: RunContext): Promise<PaddleProgram> {
  if (source.size > MAX_PROGRAM_BYTES) {
    const message = `a program of more than ${MAX_PROGRAM_BYTES} bytes`;
    throw new OctavoError('LIMIT_EXCEEDED', message, filePlace(source.name));
  }
  const cost = source.size * STRUCTURE_COST;
  context.budget.reserve(cost, 'the structure of the model');
  try {
    const bytes = await readAll(sliceData(source, 0, source.size), context);
    const block = translatePir(pirOps(new JsonPlace(parse(bytes), '')));
    context.report('read', source.size, source.size);
    return { layout: 'pir', blocks: [block], version: 0n, opVersions: new Map() };
  } catch (error) {
    context.budget.release(cost);
    throw error instanceof OctavoError ? error.within(filePlace(source.name)) : error;
  }
}

function parse(bytes: Uint8Array): Json {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Json;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OctavoError('NOT_A_MODEL', `the program is no JSON: ${reason}`, {}, { cause });
  }
}
