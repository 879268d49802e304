// readProgram: the bytes of a ProgramDesc (.pdmodel, __model__) to a PaddleProgram. A program holds no weights, so it is
// decoded in one go; what the program's types have no place for stays in `origin`, and a writer loses nothing.

import { fromBinary } from '@bufbuild/protobuf';
import type { RunContext } from '../../context.js';
import { type ErrorCode, OctavoError } from '../../errors.js';
import type { Source } from '../../io/source.js';
import { filePlace } from '../../io/wait.js';
import { readAll, sliceData } from '../../ir/tensor.js';
import { paddleDType, varKind } from './dtypes.js';
import type { PaddleBlock, PaddleOp, PaddleProgram, PaddleVar } from './program.js';
import {
  type BlockDesc,
  type OpDesc,
  type OpVar,
  type ProgramDesc,
  ProgramDescSchema,
  type VarDesc,
} from './proto/framework_pb.js';
import { readPaddleAttribute } from './readAttribute.js';
import { isPickle, PICKLE, paddleLayout, SNIFF_BYTES } from './sniff.js';

/** Largest program that is read: real ones have some MB. */
const MAX_PROGRAM_BYTES = 256 * 1024 * 1024;
/** Bytes counted in the memory budget per byte of the file: decoded objects are larger than their wire form. */
const STRUCTURE_COST = 8;

/** Reads a program. Memory for the structure is counted in `context.budget` and stays counted.
 *  @throws OctavoError `NOT_A_MODEL` (a pickle is named as such), `MALFORMED`, `LIMIT_EXCEEDED`, `MEMORY_LIMIT`, `IO_FAILED`,
 *  `ABORTED`. */
export async function readProgram(source: Source, context: RunContext): Promise<PaddleProgram> {
  const head = await source.read(0, Math.min(source.size, SNIFF_BYTES), context);
  if (isPickle(head)) throw fault(source, 'NOT_A_MODEL', PICKLE);
  if (paddleLayout(head) !== 'program') {
    throw fault(
      source,
      'NOT_A_MODEL',
      'the first bytes are not those of a Paddle program (.pdmodel, __model__)',
    );
  }
  if (source.size > MAX_PROGRAM_BYTES) {
    throw fault(source, 'LIMIT_EXCEEDED', `a program of more than ${MAX_PROGRAM_BYTES} bytes`);
  }
  context.budget.reserve(source.size * STRUCTURE_COST, 'the structure of the model');
  try {
    const program = programOf(await decode(source, context));
    context.report('read', source.size, source.size);
    return program;
  } catch (error) {
    context.budget.release(source.size * STRUCTURE_COST);
    throw error instanceof OctavoError ? error.within(filePlace(source.name)) : error;
  }
}

async function decode(source: Source, context: RunContext): Promise<ProgramDesc> {
  const bytes = await readAll(sliceData(source, 0, source.size), context);
  try {
    return fromBinary(ProgramDescSchema, bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OctavoError('MALFORMED', `the program cannot be decoded: ${reason}`, {}, { cause });
  }
}

function fault(source: Source, code: ErrorCode, message: string): OctavoError {
  return new OctavoError(code, message, filePlace(source.name));
}

function malformed(message: string, node?: string): OctavoError {
  return new OctavoError('MALFORMED', message, node === undefined ? {} : { node });
}

function programOf(desc: ProgramDesc): PaddleProgram {
  const { blocks, version, opVersionMap } = desc;
  if (blocks.length === 0) throw malformed('the program has no block');
  const versions = (opVersionMap?.pair ?? []).map(
    ({ opName, opVersion }) => [opName, opVersion?.version ?? 0] as const,
  );
  return {
    layout: 'program',
    blocks: blocks.map(readBlock),
    version: version?.version ?? 0n,
    opVersions: new Map(versions),
    origin: { ...desc, blocks: [] },
  };
}

function readBlock(desc: BlockDesc, index: number): PaddleBlock {
  if (desc.idx !== index) throw malformed(`block ${index} calls itself ${desc.idx}`);
  if (desc.parentIdx >= index) throw malformed(`block ${index} lies in the later block ${desc.parentIdx}`);
  const vars = new Map<string, PaddleVar>();
  for (const each of desc.vars) {
    if (vars.has(each.name)) throw malformed(`block ${index} has two variables called "${each.name}"`);
    vars.set(each.name, readVar(each));
  }
  return {
    index,
    parent: desc.parentIdx,
    forward: desc.forwardBlockIdx,
    vars,
    ops: desc.ops.map((op, at) => readOp(op, at)),
    origin: { ...desc, vars: [], ops: [] },
  };
}

function readVar(desc: VarDesc): PaddleVar {
  const { name, type, persistable, isParameter, stopGradient, needCheckFeed } = desc;
  if (name === '') throw malformed('a variable has no name');
  if (type === undefined) throw new OctavoError('MALFORMED', 'has no type', { tensor: name });
  const tensor = type.lodTensor?.tensor ?? type.selectedRows;
  const dtype = tensor && paddleDType(tensor.dataType);
  return {
    name,
    kind: varKind(type.type),
    ...(dtype === undefined ? {} : { dtype }),
    ...(tensor === undefined ? {} : { dims: readDims(tensor.dims, name) }),
    lodLevel: type.lodTensor?.lodLevel ?? 0,
    persistable,
    isParameter,
    stopGradient,
    needCheckFeed,
    origin: desc,
  };
}

/** Dims of a description: -1 stands for one that is not known. */
function readDims(dims: readonly bigint[], name: string): number[] {
  return dims.map((dim) => {
    const number = Number(dim);
    if (Number.isSafeInteger(number) && number >= -1) return number;
    throw new OctavoError('MALFORMED', `the dims are [${dims.join(', ')}]`, { tensor: name });
  });
}

function readOp(desc: OpDesc, at: number): PaddleOp {
  const { type, inputs, outputs, attrs, isTarget } = desc;
  if (type === '') throw malformed('an operator has no type', `#${at}`);
  const id = `${type}#${at}`;
  return {
    type,
    inputs: readArguments(inputs, id),
    outputs: readArguments(outputs, id),
    // Of two attributes of one name Paddle takes the later.
    attributes: new Map(attrs.map((attr) => [attr.name, readPaddleAttribute(attr)])),
    ...(isTarget ? { isTarget } : {}),
    origin: { ...desc, inputs: [], outputs: [], attrs: [] },
  };
}

function readArguments(held: readonly OpVar[], id: string): Map<string, readonly string[]> {
  const named = new Map<string, readonly string[]>();
  for (const { parameter, arguments: names } of held) {
    if (named.has(parameter)) throw malformed(`the argument ${parameter} is there twice`, id);
    named.set(parameter, names);
  }
  return named;
}
