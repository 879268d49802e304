// readPirProgram: the bytes of inference.json (Paddle 3) to a PaddleProgram in legacy operators. It is the second front end:
// behind it only the writer of PIR looks at what the file was.

import type { RunContext } from '../../../context.js';
import { OctavoError } from '../../../errors.js';
import type { Source } from '../../../io/source.js';
import { filePlace } from '../../../io/wait.js';
import { readAll, sliceData } from '../../../ir/tensor.js';
import type { PaddleProgram } from '../program.js';
import { type Json, JsonPlace } from './json.js';
import { jsonItems, jsonMember, jsonPieces, type Span } from './jsonSpans.js';
import { type PirOrigin, type PirSource, pirOpOrigin } from './origin.js';
import { pirOps } from './parse.js';
import { translatePir } from './translate.js';

/** Largest file that is read: real ones have some MB, a tenth of it after parsing is operators. */
const MAX_PROGRAM_BYTES = 64 * 1024 * 1024;
/** Bytes counted in the memory budget per byte of the file: for the parsed JSON and what becomes of it, and two for the text, which
 *  is kept. */
const STRUCTURE_COST = 14;

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
    const text = decoded(await readAll(sliceData(source, 0, source.size), context));
    const program = programOf(text);
    context.report('read', source.size, source.size);
    return program;
  } catch (error) {
    context.budget.release(cost);
    throw error instanceof OctavoError ? error.within(filePlace(source.name)) : error;
  }
}

function programOf(text: string): PaddleProgram {
  const root = new JsonPlace(parsed(text), '');
  const ops = pirOps(root);
  const { block, values } = translatePir(ops);
  const spans = opSpans(text);
  const shown = new Set(block.ops.map((op) => pirOpOrigin(op)?.index));
  const sources = ops.map(({ index, name, operands, results }): PirSource => {
    const ids = results.map(({ id }) => id);
    return { span: spans[index]!, name, operands, results: ids, isShown: shown.has(index) };
  });
  const hasValueAttributes = ops.some(({ place }) => place.optional('OA') !== undefined);
  const origin: PirOrigin = {
    layout: 'pir',
    text,
    ops: sources,
    values,
    vars: block.vars,
    hasValueAttributes,
  };
  return { layout: 'pir', blocks: [block], version: 0n, opVersions: new Map(), origin };
}

/** Where the operators lie in the text of a program of one block. */
function opSpans(text: string): readonly Span[] {
  const whole = { start: 0, end: text.length };
  const regions = jsonMember(text, jsonMember(text, whole, 'program')!, 'regions')!;
  const blocks = jsonItems(text, regions).flatMap((region) =>
    jsonItems(text, jsonMember(text, region, 'blocks')!),
  );
  return jsonPieces(text, jsonMember(text, blocks[0]!, 'ops')!);
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new OctavoError('NOT_A_MODEL', 'the program is no JSON: it is no UTF-8', {}, { cause });
  }
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OctavoError('NOT_A_MODEL', `the program is no JSON: ${reason}`, {}, { cause });
  }
}
