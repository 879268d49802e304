// Dims of inputs: which of those that a program tells hold. Paddle compares what it is fed with an input's dims only where the
// program asks for it (`need_check_feed`: programs of static.data do, those of jit.save do not; of PIR none does), else it takes
// any size: PP-OCR's classifier says 32 × 100 and is meant for 48 × 192. Dims that were derived of such sizes hold no more than they.

import { OctavoError } from '../../errors.js';
import { nearestName } from '../../ir/nearest.js';
import type { PaddleBlock, PaddleProgram, PaddleVar } from './program.js';

/** Dims by input; -1 is a dim of any size. */
export type InputDims = Readonly<Record<string, readonly number[]>>;

/** The program with other dims of its inputs, which are checked from then on. Values between keep their rank; their sizes become
 *  unknown.
 *  @throws OctavoError `INVALID_ARGUMENT` for a name that is no input, another rank, or dims that are none. */
export function withInputDims(program: PaddleProgram, given: InputDims): PaddleProgram {
  const block = program.blocks[0]!;
  const fed = fedNames(block);
  if (typeof given !== 'object' || given === null) {
    throw new OctavoError('INVALID_ARGUMENT', 'inputDims are dims by input', { field: 'inputDims' });
  }
  for (const [name, dims] of Object.entries(given)) checkDims(block, fed, name, dims);
  return withVariables(program, (variable) => {
    const dims = given[variable.name];
    if (dims !== undefined) return { ...variable, dims, needCheckFeed: true };
    return fed.includes(variable.name) ? variable : withoutSizes(variable);
  });
}

/** The program with the dims of inputs open that Paddle does not compare; itself where it names no size of such an input. */
export function withOpenInputs(program: PaddleProgram): PaddleProgram {
  const block = program.blocks[0]!;
  const fed = fedNames(block);
  const isBinding = (name: string): boolean => {
    const { needCheckFeed = false, dims = [] } = block.vars.get(name) ?? {};
    return needCheckFeed || dims.every((dim) => dim < 0);
  };
  if (fed.every(isBinding)) return program;
  return withVariables(program, (variable) => {
    const { name, needCheckFeed } = variable;
    return fed.includes(name) && needCheckFeed ? variable : withoutSizes(variable);
  });
}

const fedNames = ({ ops }: PaddleBlock): readonly string[] =>
  ops.flatMap(({ type, outputs }) => (type === 'feed' ? (outputs.get('Out') ?? []) : []));

function withVariables(program: PaddleProgram, change: (variable: PaddleVar) => PaddleVar): PaddleProgram {
  const [block, ...others] = program.blocks as [PaddleBlock, ...PaddleBlock[]];
  const vars = new Map([...block.vars].map(([name, variable]) => [name, change(variable)]));
  return { ...program, blocks: [{ ...block, vars }, ...others] };
}

/** Parameters keep their dims. */
function withoutSizes(variable: PaddleVar): PaddleVar {
  const { persistable, dims } = variable;
  return persistable || dims === undefined ? variable : { ...variable, dims: dims.map(() => -1) };
}

function checkDims(block: PaddleBlock, fed: readonly string[], name: string, dims: readonly number[]): void {
  const field = `inputDims.${name}`;
  if (!fed.includes(name)) {
    const near = nearestName(name, fed);
    const hint = near === undefined ? `; inputs are ${fed.join(', ')}` : `; did you mean ${near}?`;
    throw new OctavoError('INVALID_ARGUMENT', `the program has no input "${name}"${hint}`, { field });
  }
  const list: readonly unknown[] = Array.isArray(dims) ? dims : [];
  const rank = block.vars.get(name)?.dims?.length ?? list.length;
  const isDim = (dim: unknown): boolean => Number.isSafeInteger(dim) && (dim as number) >= -1;
  if (Array.isArray(dims) && list.length === rank && list.every(isDim)) return;
  throw new OctavoError('INVALID_ARGUMENT', `[${list.join(', ')}] are not ${rank} dims`, { field });
}
