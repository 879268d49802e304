// pirProgramBytes: a program that was read from PIR, edited or not, as a file of PIR again. Operators of the file are copied as they
// are spelled there, with what was changed replaced; new ones are made by the inverse of the rules of reading.
//
//   text before the list ─ new parameters ─ operators of the file and new ones, in the order of the block ─ text behind
//
// Constants and lists are operators that the block does not show: they keep their places, and go when nobody takes them any more.
// Unchanged, all is copied: the bytes are those of the file.

import { OctavoError } from '../../../../errors.js';
import type { PaddleProgram } from '../../program.js';
import { type PirOrigin, pirOrigin } from '../origin.js';
import { ProgramWriter } from './programWriter.js';

/** @throws OctavoError `UNSUPPORTED_OP` for a program that was not read from PIR, and for an operator or a change that PIR has no
 *  form for; `GRAPH_INVALID` for a variable that is read before anything makes it; `UNSUPPORTED_DTYPE` */
export function pirProgramBytes(program: PaddleProgram): Uint8Array {
  const origin = requirePir(program);
  return new TextEncoder().encode(programText(origin, new ProgramWriter(origin, program).opTexts()));
}

/** What is known of the file that a program was read from.
 *  @throws OctavoError `UNSUPPORTED_OP` for a program that was not read from PIR */
export function requirePir(program: PaddleProgram): PirOrigin {
  const origin = pirOrigin(program);
  if (origin !== undefined) return origin;
  const message =
    "the program was read from Paddle's ProgramDesc; as PIR (.json) only what was read from PIR is written";
  throw new OctavoError('UNSUPPORTED_OP', message);
}

/** The text of the file with other operators in its list. */
function programText({ text, ops }: PirOrigin, texts: readonly string[]): string {
  const [first, last] = [ops[0], ops.at(-1)];
  if (first === undefined || last === undefined) return text;
  return text.slice(0, first.span.start) + texts.join() + text.slice(last.span.end);
}
