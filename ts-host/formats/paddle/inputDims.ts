// Paddle feeds a program tensors of any shape, whatever dims it was exported with; a session checks them. Who feeds other shapes
// says so: the inputs get the dims given, and what was derived from the old ones is forgotten.

import { OctavoError } from '../../errors.js';
import { nearestName } from '../../ir/nearest.js';
import type { PaddleBlock, PaddleProgram, PaddleVar } from './program.js';

/** Dims by input; -1 is a dim of any size. */
export type InputDims = Readonly<Record<string, readonly number[]>>;

/** The program with other dims of its inputs. Values between keep their rank; their sizes become unknown.
 *  @throws OctavoError `INVALID_ARGUMENT` for a name that is no input, another rank, or dims that are none. */
export function withInputDims(program: PaddleProgram, given: InputDims): PaddleProgram {
  const [block, ...others] = program.blocks as [PaddleBlock, ...PaddleBlock[]];
  const fed = block.ops.flatMap(({ type, outputs }) => (type === 'feed' ? (outputs.get('Out') ?? []) : []));
  for (const [name, dims] of Object.entries(given)) checkDims(block, fed, name, dims);
  const vars = [...block.vars].map(([name, each]) => [name, changed(each, given[name], fed)] as const);
  return { ...program, blocks: [{ ...block, vars: new Map(vars) }, ...others] };
}

function changed(
  variable: PaddleVar,
  given: readonly number[] | undefined,
  fed: readonly string[],
): PaddleVar {
  if (given !== undefined) return { ...variable, dims: given };
  const { persistable, dims, name } = variable;
  return persistable || dims === undefined || fed.includes(name)
    ? variable
    : { ...variable, dims: dims.map(() => -1) };
}

function checkDims(block: PaddleBlock, fed: readonly string[], name: string, dims: readonly number[]): void {
  const field = `inputDims.${name}`;
  if (!fed.includes(name)) {
    const near = nearestName(name, fed);
    const hint = near === undefined ? `; inputs are ${fed.join(', ')}` : `; did you mean ${near}?`;
    throw new OctavoError('INVALID_ARGUMENT', `the program has no input "${name}"${hint}`, { field });
  }
  const rank = block.vars.get(name)?.dims?.length ?? dims.length;
  if (dims.length === rank && dims.every((dim) => Number.isSafeInteger(dim) && dim >= -1)) return;
  throw new OctavoError('INVALID_ARGUMENT', `[${dims.join(', ')}] are not ${rank} dims`, { field });
}
