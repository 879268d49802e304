// Small ONNX models in memory, for tests. They are encoded by protobuf directly, never by Octavo's own writer.
//
//   const bytes = model({
//     nodes: [gemm('x', 'w', 'b', 'y')],
//     initializers: [floats('w', [4, 8], values), floats('b', [8])],
//     inputs: [value('x', [1, 4])],
//     outputs: [value('y', [1, 8])],
//   });

import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type FunctionProto,
  FunctionProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type SparseTensorProto,
  SparseTensorProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../../ts-host/formats/onnx/proto/onnx_pb.js';
import type { DType } from '../../ts-host/ir/dtype.js';
import { onnxCode } from '../../ts-host/ir/onnxCodes.js';

/** number = float, bigint = int, boolean = int 0/1, string = string; arrays of them; tensors; graphs. */
export type AttributeInput =
  | number
  | bigint
  | boolean
  | string
  | readonly number[]
  | readonly bigint[]
  | readonly string[]
  | TensorProto
  | GraphProto
  | SparseTensorProto
  | readonly TensorProto[]
  | readonly GraphProto[];

export interface GraphInput {
  readonly name?: string;
  readonly nodes?: readonly NodeProto[];
  readonly initializers?: readonly TensorProto[];
  readonly sparseInitializers?: readonly SparseTensorProto[];
  readonly inputs?: readonly ValueInfoProto[];
  readonly outputs?: readonly ValueInfoProto[];
  readonly valueInfos?: readonly ValueInfoProto[];
}

export interface ModelInput extends GraphInput {
  readonly opset?: number;
  readonly irVersion?: number;
  /** Operator sets beside the standard one. */
  readonly domains?: Readonly<Record<string, number>>;
  readonly functions?: readonly FunctionProto[];
  readonly metadata?: Readonly<Record<string, string>>;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export function tensorElements(dims: readonly number[]): number {
  return dims.reduce((a, b) => a * b, 1);
}

/** A tensor with raw data. */
export function tensor(name: string, dtype: DType, dims: readonly number[], raw: Uint8Array): TensorProto {
  return create(TensorProtoSchema, { name, dataType: onnxCode(dtype), dims: dims.map(BigInt), rawData: raw });
}

/** A float32 tensor with raw data; zeros when no values are given. */
export function floats(name: string, dims: readonly number[], values?: ArrayLike<number>): TensorProto {
  const data = values === undefined ? new Float32Array(tensorElements(dims)) : Float32Array.from(values);
  return tensor(name, 'float32', dims, new Uint8Array(data.buffer));
}

/** An int64 tensor with raw data. */
export function int64s(name: string, dims: readonly number[], values: readonly number[]): TensorProto {
  const data = BigInt64Array.from(values.map(BigInt));
  return tensor(name, 'int64', dims, new Uint8Array(data.buffer));
}

/** A tensor of strings. */
export function strings(name: string, dims: readonly number[], values: readonly string[]): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: 8,
    dims: dims.map(BigInt),
    stringData: values.map(utf8),
  });
}

/** A tensor in another file. Leave out offset or length to leave them out of the file. */
export function externalTensor(
  name: string,
  dtype: DType,
  dims: readonly number[],
  entries: Readonly<Record<string, string | number>>,
): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: onnxCode(dtype),
    dims: dims.map(BigInt),
    dataLocation: 1,
    externalData: Object.entries(entries).map(([key, entry]) => ({ key, value: String(entry) })),
  });
}

export function sparse(
  values: TensorProto,
  indices: TensorProto,
  dims: readonly number[],
): SparseTensorProto {
  return create(SparseTensorProtoSchema, { values, indices, dims: dims.map(BigInt) });
}

/** The type of a graph input, output or value. A string dim is a symbol, null unknown. */
export function value(
  name: string,
  dims?: readonly (number | string | null)[],
  dtype: DType = 'float32',
): ValueInfoProto {
  const dim = (dims ?? []).map((each) =>
    each === null
      ? {}
      : typeof each === 'string'
        ? { value: { case: 'dimParam' as const, value: each } }
        : { value: { case: 'dimValue' as const, value: BigInt(each) } },
  );
  const tensorType = { elemType: onnxCode(dtype), ...(dims === undefined ? {} : { shape: { dim } }) };
  return create(ValueInfoProtoSchema, { name, type: { tensorType } });
}

const isArray = (input: AttributeInput): input is Extract<AttributeInput, readonly unknown[]> =>
  Array.isArray(input);

function attributeFields(input: AttributeInput): MessageInitShape<typeof AttributeProtoSchema> {
  if (typeof input === 'number') return { type: 1, f: input };
  if (typeof input === 'bigint') return { type: 2, i: input };
  if (typeof input === 'boolean') return { type: 2, i: input ? 1n : 0n };
  if (typeof input === 'string') return { type: 3, s: utf8(input) };
  if (!isArray(input)) {
    if (input.$typeName === 'octavo.onnx.TensorProto') return { type: 4, t: input };
    if (input.$typeName === 'octavo.onnx.GraphProto') return { type: 5, g: input };
    return { type: 11, sparseTensor: input };
  }
  const [first] = input;
  if (typeof first === 'number') return { type: 6, floats: input as number[] };
  if (typeof first === 'bigint') return { type: 7, ints: input as bigint[] };
  if (typeof first === 'string') return { type: 8, strings: (input as string[]).map(utf8) };
  if (first?.$typeName === 'octavo.onnx.TensorProto') return { type: 9, tensors: input as TensorProto[] };
  return { type: 10, graphs: input as GraphProto[] };
}

export function attribute(name: string, input: AttributeInput): AttributeProto {
  return create(AttributeProtoSchema, { name, ...attributeFields(input) });
}

export function node(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Readonly<Record<string, AttributeInput>> = {},
  rest: { readonly name?: string; readonly domain?: string; readonly overload?: string } = {},
): NodeProto {
  return create(NodeProtoSchema, {
    opType,
    input: [...input],
    output: [...output],
    attribute: Object.entries(attributes).map(([name, each]) => attribute(name, each)),
    ...rest,
  });
}

export const constant = (output: string, data: TensorProto, name?: string): NodeProto =>
  node('Constant', [], [output], { value: data }, name === undefined ? {} : { name });

export const matMul = (a: string, b: string, y: string, name?: string): NodeProto =>
  node('MatMul', [a, b], [y], {}, name === undefined ? {} : { name });

export const gemm = (
  a: string,
  b: string,
  c: string | undefined,
  y: string,
  attributes: Readonly<Record<string, AttributeInput>> = {},
  name?: string,
): NodeProto =>
  node('Gemm', c === undefined ? [a, b] : [a, b, c], [y], attributes, name === undefined ? {} : { name });

export const conv = (
  x: string,
  w: string,
  b: string | undefined,
  y: string,
  attributes: Readonly<Record<string, AttributeInput>> = {},
  name?: string,
): NodeProto =>
  node('Conv', b === undefined ? [x, w] : [x, w, b], [y], attributes, name === undefined ? {} : { name });

export const gather = (data: string, indices: string, y: string, axis = 0, name?: string): NodeProto =>
  node('Gather', [data, indices], [y], { axis: BigInt(axis) }, name === undefined ? {} : { name });

/** If with two graphs that take no inputs and see the values around them. */
export const ifNode = (condition: string, y: string, then: GraphProto, otherwise: GraphProto): NodeProto =>
  node('If', [condition], [y], { then_branch: then, else_branch: otherwise });

export function graph(input: GraphInput): GraphProto {
  return create(GraphProtoSchema, {
    name: input.name ?? 'graph',
    node: [...(input.nodes ?? [])],
    initializer: [...(input.initializers ?? [])],
    sparseInitializer: [...(input.sparseInitializers ?? [])],
    input: [...(input.inputs ?? [])],
    output: [...(input.outputs ?? [])],
    valueInfo: [...(input.valueInfos ?? [])],
  });
}

/** A function; `defaults` are attributes with a default value. Field numbers of inputs (4) and outputs (5) are not
 *  in Octavo's schema, so they go in as unknown fields, as they come from a file. */
export function func(
  domain: string,
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  nodes: readonly NodeProto[],
  defaults: Readonly<Record<string, AttributeInput>> = {},
): FunctionProto {
  return create(FunctionProtoSchema, {
    domain,
    name,
    input: [...inputs],
    output: [...outputs],
    node: [...nodes],
    attributeProto: Object.entries(defaults).map(([key, each]) => attribute(key, each)),
  });
}

/** A message for `$unknown`, or a hand-made field: the bytes with their length in front. */
export function lengthPrefixed(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from([...varint(bytes.byteLength), ...bytes]);
}

/** Protobuf's variable-length integer. */
export function varint(input: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt(input);
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return bytes;
}

/** A length-delimited field made by hand. */
export function bytesField(number: number, bytes: ArrayLike<number>): Uint8Array {
  return Uint8Array.from([...varint(number * 8 + 2), ...varint(bytes.length), ...Array.from(bytes)]);
}

export function modelProto(input: ModelInput): ModelProto {
  const { opset = 17, irVersion = 8, domains = {}, functions = [], metadata = {} } = input;
  return create(ModelProtoSchema, {
    irVersion: BigInt(irVersion),
    producerName: 'onnxBuilder',
    graph: graph(input),
    opsetImport: Object.entries({ '': opset, ...domains }).map(([domain, version]) => ({
      domain,
      version: BigInt(version),
    })),
    functions: [...functions],
    metadataProps: Object.entries(metadata).map(([key, each]) => ({ key, value: each })),
  });
}

/** The bytes of a model file. */
export function model(input: ModelInput): Uint8Array {
  return toBinary(ModelProtoSchema, modelProto(input));
}
