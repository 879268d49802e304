// A PaddleProgram to the bytes of a ProgramDesc (.pdmodel, __model__). A message starts from what was read, where it was read
// from a ProgramDesc, and takes over what differs: fields that Octavo does not know survive. Fields go in the order of their
// numbers, as Paddle writes them, so an unchanged program of Paddle's keeps its bytes.

import { create, type DescMessage, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { OctavoError } from '../../../errors.js';
import { paddleCode, varKindCode } from '../dtypes.js';
import type { PaddleBlock, PaddleOp, PaddleProgram, PaddleVar } from '../program.js';
import {
  type BlockDesc,
  BlockDescSchema,
  LodTensorDescSchema,
  type OpAttr,
  type OpDesc,
  OpDescSchema,
  type OpVar,
  OpVarSchema,
  OpVersionMapSchema,
  ProgramDescSchema,
  type TensorDesc,
  TensorDescSchema,
  type VarDesc,
  VarDescSchema,
  VarTypeSchema,
  VersionSchema,
} from '../proto/framework_pb.js';
import { attributeMessage } from './attribute.js';

/** The program as Paddle's ProgramDesc, whatever layout it was read from.
 *  @throws OctavoError `UNSUPPORTED_DTYPE` for a variable of a type that Paddle has no number for; `UNSUPPORTED_OP` for an attribute
 *  of PIR's that a ProgramDesc has no kind for */
export function programBytes(program: PaddleProgram): Uint8Array {
  const message = startFrom(ProgramDescSchema, program.origin);
  message.blocks = program.blocks.map(blockMessage);
  // Old files say nothing of it, which is version 0.
  if ((message.version?.version ?? 0n) !== program.version) {
    message.version = create(VersionSchema, { version: program.version });
  }
  if (message.opVersionMap === undefined && program.opVersions.size > 0) {
    const pair = [...program.opVersions].map(([opName, version]) => ({ opName, opVersion: { version } }));
    message.opVersionMap = create(OpVersionMapSchema, { pair });
  }
  return toBinary(ProgramDescSchema, message);
}

/** A new message with the fields of what was read, if it was read from a message of that type. */
function startFrom<Desc extends DescMessage>(schema: Desc, origin: unknown): MessageShape<Desc> {
  const held = origin as { readonly $typeName?: string } | undefined;
  const known = held?.$typeName === schema.typeName ? held : undefined;
  return Object.assign(create(schema) as object, known) as MessageShape<Desc>;
}

function blockMessage(block: PaddleBlock): BlockDesc {
  const message = startFrom(BlockDescSchema, block.origin);
  message.idx = block.index;
  message.parentIdx = block.parent;
  if (message.forwardBlockIdx !== block.forward) message.forwardBlockIdx = block.forward;
  message.vars = [...block.vars.values()].map(varMessage);
  message.ops = block.ops.map(opMessage);
  return message;
}

function opMessage(op: PaddleOp, at: number): OpDesc {
  const message = startFrom(OpDescSchema, op.origin);
  message.inputs = argumentMessages(op.inputs);
  message.outputs = argumentMessages(op.outputs);
  message.type = op.type;
  message.attrs = attributeMessages(op, at);
  if ((op.isTarget ?? false) !== message.isTarget) message.isTarget = op.isTarget ?? false;
  return message;
}

function attributeMessages({ type, attributes }: PaddleOp, at: number): OpAttr[] {
  try {
    return [...attributes].map(([name, attribute]) => attributeMessage(name, attribute));
  } catch (error) {
    throw error instanceof OctavoError ? error.within({ node: `${type}#${at}` }) : error;
  }
}

function argumentMessages(held: ReadonlyMap<string, readonly string[]>): OpVar[] {
  return [...held].map(([parameter, names]) => create(OpVarSchema, { parameter, arguments: [...names] }));
}

function varMessage(variable: PaddleVar): VarDesc {
  const message = startFrom(VarDescSchema, variable.origin);
  message.name = variable.name;
  // Presence is kept: what the file left out and still is the default stays out.
  for (const field of ['persistable', 'needCheckFeed', 'isParameter', 'stopGradient'] as const) {
    if (message[field] !== variable[field]) message[field] = variable[field];
  }
  setType(message, variable);
  return message;
}

/** Kind, element type, dims and LoD level, where they are not what the message says already. */
function setType(message: VarDesc, variable: PaddleVar): void {
  const { kind, dims, lodLevel } = variable;
  const before = message.type;
  const held = before?.lodTensor?.tensor ?? before?.selectedRows;
  const code = dtypeCode(variable, held);
  const isSame =
    before?.type === varKindCode(kind) &&
    held?.dataType === code &&
    held?.dims.join() === dims?.join() &&
    (before.lodTensor?.lodLevel ?? 0) === lodLevel;
  if (isSame) return;
  const type = startFrom(VarTypeSchema, before);
  type.type = varKindCode(kind);
  if (dims !== undefined) {
    const tensor = create(TensorDescSchema, { dataType: code ?? 0, dims: dims.map(BigInt) });
    if (kind === 'selectedRows') type.selectedRows = tensor;
    else type.lodTensor = create(LodTensorDescSchema, { tensor, lodLevel });
  }
  message.type = type;
}

/** A type that Octavo has no name for stays what it was. */
function dtypeCode({ name, dtype }: PaddleVar, held: TensorDesc | undefined): number | undefined {
  if (dtype === undefined) return held?.dataType;
  const code = paddleCode(dtype);
  if (code !== undefined) return code;
  throw new OctavoError('UNSUPPORTED_DTYPE', `Paddle has no ${dtype}`, { tensor: name });
}
