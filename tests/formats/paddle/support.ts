// Programs and parameters of Paddle's made here, byte by byte, for what no exporter writes: broken ones.

import { create, toBinary } from '@bufbuild/protobuf';
import {
  OpAttrSchema,
  OpDescSchema,
  OpVarSchema,
  ProgramDescSchema,
  TensorDescSchema,
  VarDescSchema,
} from '../../../ts-host/formats/paddle/proto/framework_pb.js';
import { ATTRIBUTE_TYPE } from '../../../ts-host/formats/paddle/readAttribute.js';
import { type ErrorCode, OctavoError, type Source } from '../../../ts-host/index.js';

export const FLOAT32 = 5;
const LOD_TENSOR = 7;

export interface MadeVar {
  readonly dims: readonly number[];
  readonly persistable?: boolean;
  readonly dataType?: number;
}

export interface MadeOp {
  readonly type: string;
  readonly inputs?: Readonly<Record<string, readonly string[]>>;
  readonly outputs?: Readonly<Record<string, readonly string[]>>;
  /** Whole numbers are ints, others floats. */
  readonly attributes?: Readonly<Record<string, number | boolean | string | readonly number[]>>;
  /** An attribute that names another block. */
  readonly block?: number;
}

function varDesc(name: string, { dims, persistable = false, dataType = FLOAT32 }: MadeVar) {
  const tensor = { dataType, dims: dims.map(BigInt) };
  return create(VarDescSchema, { name, persistable, type: { type: LOD_TENSOR, lodTensor: { tensor } } });
}

function attribute(name: string, value: number | boolean | string | readonly number[]) {
  if (typeof value === 'boolean') return create(OpAttrSchema, { name, type: ATTRIBUTE_TYPE.bool, b: value });
  if (typeof value === 'string') return create(OpAttrSchema, { name, type: ATTRIBUTE_TYPE.string, s: value });
  if (typeof value === 'number') {
    return Number.isInteger(value)
      ? create(OpAttrSchema, { name, type: ATTRIBUTE_TYPE.int, i: value })
      : create(OpAttrSchema, { name, type: ATTRIBUTE_TYPE.float, f: value });
  }
  return create(OpAttrSchema, { name, type: ATTRIBUTE_TYPE.ints, ints: [...value] });
}

function opDesc({ type, inputs = {}, outputs = {}, attributes = {}, block }: MadeOp) {
  const named = (all: Readonly<Record<string, readonly string[]>>) =>
    Object.entries(all).map(([parameter, names]) =>
      create(OpVarSchema, { parameter, arguments: [...names] }),
    );
  const attrs = Object.entries(attributes).map(([name, value]) => attribute(name, value));
  if (block !== undefined) {
    attrs.push(create(OpAttrSchema, { name: 'sub_block', type: ATTRIBUTE_TYPE.block, blockIdx: block }));
  }
  return create(OpDescSchema, { type, inputs: named(inputs), outputs: named(outputs), attrs });
}

/** A program of one block: x is fed, y fetched, unless `ops` do so themselves. */
export function program(vars: Readonly<Record<string, MadeVar>>, ops: readonly MadeOp[]): Uint8Array {
  const isWhole = ops.some(({ type }) => type === 'feed');
  const feed: MadeOp = {
    type: 'feed',
    inputs: { X: ['feed'] },
    outputs: { Out: ['x'] },
    attributes: { col: 0 },
  };
  const fetch: MadeOp = {
    type: 'fetch',
    inputs: { X: ['y'] },
    outputs: { Out: ['fetch'] },
    attributes: { col: 0 },
  };
  const all = isWhole ? ops : [feed, ...ops, fetch];
  const desc = create(ProgramDescSchema, {
    blocks: [
      {
        idx: 0,
        parentIdx: -1,
        vars: Object.entries(vars).map(([name, each]) => varDesc(name, each)),
        ops: all.map(opDesc),
      },
    ],
  });
  return toBinary(ProgramDescSchema, desc);
}

/** What a record says, for those that lie. */
export interface MadeRecord {
  readonly dims: readonly number[];
  readonly values?: readonly number[];
  readonly dataType?: number;
  readonly lodVersion?: number;
  readonly lodLevels?: bigint;
  readonly lodBytes?: bigint;
  /** In place of the description's own length. */
  readonly descLength?: number;
}

/** A record of float32 values; counts up from 1 where none are given. */
export function record(made: MadeRecord): Uint8Array {
  const { dims, dataType = FLOAT32, lodVersion = 0, lodLevels = 0n, lodBytes } = made;
  const count = dims.reduce((product, dim) => product * Math.max(dim, 0), 1);
  const values = made.values ?? Array.from({ length: Math.min(count, 1000) }, (_, i) => i + 1);
  const desc = toBinary(TensorDescSchema, create(TensorDescSchema, { dataType, dims: dims.map(BigInt) }));
  const parts = [
    new Uint8Array(Uint32Array.of(lodVersion).buffer),
    new Uint8Array(BigUint64Array.of(lodLevels).buffer),
    ...(lodBytes === undefined ? [] : [new Uint8Array(BigUint64Array.of(lodBytes).buffer)]),
    new Uint8Array(4),
    new Uint8Array(Int32Array.of(made.descLength ?? desc.byteLength).buffer),
    desc,
    new Uint8Array(Float32Array.from(values).buffer),
  ];
  return concat(...parts);
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** `bytes` as a file of that name. */
export function file(name: string, bytes: Uint8Array): Source {
  const read = (offset: number, length: number): Uint8Array => bytes.subarray(offset, offset + length);
  return { name, size: bytes.byteLength, read: async (offset, length) => read(offset, length) };
}

/** Checks an error's code and that message and place hold `texts`. */
export function refused(code: ErrorCode, ...texts: readonly string[]): (error: unknown) => boolean {
  return (error) => {
    if (!(error instanceof OctavoError)) throw error;
    const missing = texts.filter((text) => !error.message.includes(text));
    if (error.code === code && missing.length === 0) return true;
    throw new Error(`not ${code} with ${missing.join(' and ')}: ${error.code} ${error.message}`);
  };
}
