// Shared by the ONNX format tests: reading, writing to memory, and comparing two model files by content with
// nothing but the protobuf schema. Typed lists and raw data are equal when they hold the same values.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { fromBinary } from '@bufbuild/protobuf';
import { RunContext, type RunOptions } from '../../../ts-host/context.js';
import { type ErrorCode, OctavoError } from '../../../ts-host/errors.js';
import {
  type AttributeProto,
  type GraphProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
} from '../../../ts-host/formats/onnx/proto/onnx_pb.js';
import { type ReadOnnxOptions, readOnnx } from '../../../ts-host/formats/onnx/reader.js';
import { type OnnxFilesOptions, planOnnxFiles } from '../../../ts-host/formats/onnx/writer.js';
import { missing } from '../../../ts-host/io/external.js';
import type { OutputFile } from '../../../ts-host/io/output.js';
import { bytesSource, type Source } from '../../../ts-host/io/source.js';
import type { Model } from '../../../ts-host/ir/model.js';
import { dtypeOf } from '../../../ts-host/ir/onnxCodes.js';

export type Files = Readonly<Record<string, Uint8Array>>;

export function read(
  bytes: Uint8Array,
  files: Files = {},
  context = new RunContext(),
  options: ReadOnnxOptions = { external: resolverOf(files) },
): Promise<Model> {
  return readOnnx(bytesSource(bytes), options, context);
}

export function resolverOf(files: Files): (location: string) => Promise<Source> {
  return async (location) => {
    const bytes = files[location];
    if (bytes === undefined) throw missing(location);
    return bytesSource(bytes, location);
  };
}

/** A source that cannot read at once and whose buffers are its own: as files and HTTP are. */
export function slowSource(bytes: Uint8Array): Source {
  const { size, read: readView } = bytesSource(bytes);
  return { size, read: async (offset, length) => (await readView(offset, length)).slice() };
}

export async function collect(file: OutputFile, context = new RunContext()): Promise<Uint8Array> {
  const bytes = new Uint8Array(file.byteLength);
  let at = 0;
  for await (const chunk of file.chunks(context)) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  assert.equal(at, file.byteLength, `${file.name} has the announced length`);
  return bytes;
}

/** All files of a model, by name. */
export async function write(
  model: Model,
  options: Partial<OnnxFilesOptions> = {},
  run: RunOptions = {},
): Promise<Record<string, Uint8Array>> {
  const context = new RunContext(run);
  const files: Record<string, Uint8Array> = {};
  for (const file of planOnnxFiles(model, { fileName: 'model.onnx', ...options }, context)) {
    files[file.name] = await collect(file, context);
  }
  return files;
}

/** Asserts that two model files have the same content. */
export function assertSameContent(
  actual: Uint8Array,
  expected: Uint8Array,
  actualFiles: Files = {},
  expectedFiles: Files = {},
): void {
  assert.deepStrictEqual(normalised(actual, actualFiles), normalised(expected, expectedFiles));
}

/** Asserts that two sets of files are the same, byte for byte. */
export function assertSameFiles(actual: Files, expected: Files): void {
  const digest = (files: Files): unknown =>
    Object.entries(files).map(([name, bytes]) => [
      name,
      bytes.byteLength,
      createHash('sha256').update(bytes).digest('hex'),
    ]);
  assert.deepEqual(digest(actual), digest(expected));
}

function normalised(bytes: Uint8Array, files: Files): unknown {
  // Not a Buffer: its views would be Buffers too, which are not deeply equal to plain arrays.
  const model = fromBinary(ModelProtoSchema, new Uint8Array(bytes));
  if (model.graph !== undefined) normaliseGraph(model.graph, files);
  for (const { node, attributeProto } of model.functions) {
    for (const each of node) normaliseNode(each, files);
    for (const each of attributeProto) normaliseAttribute(each, files);
  }
  for (const { initialization, algorithm } of model.trainingInfo) {
    for (const each of [initialization, algorithm]) if (each !== undefined) normaliseGraph(each, files);
  }
  return model;
}

function normaliseGraph(graph: GraphProto, files: Files): void {
  for (const tensor of graph.initializer) normaliseTensor(tensor, files);
  // Their order means nothing in ONNX; ours puts strings behind the others.
  graph.initializer.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { values, indices } of graph.sparseInitializer) {
    for (const each of [values, indices]) if (each !== undefined) normaliseTensor(each, files);
  }
  for (const node of graph.node) normaliseNode(node, files);
}

function normaliseNode(node: NodeProto, files: Files): void {
  for (const attribute of node.attribute) normaliseAttribute(attribute, files);
}

function normaliseAttribute(attribute: AttributeProto, files: Files): void {
  const { t, g, tensors, graphs, sparseTensor, sparseTensors } = attribute;
  if (t !== undefined) normaliseTensor(t, files);
  if (g !== undefined) normaliseGraph(g, files);
  for (const each of tensors) normaliseTensor(each, files);
  for (const each of graphs) normaliseGraph(each, files);
  for (const each of [...(sparseTensor === undefined ? [] : [sparseTensor]), ...sparseTensors]) {
    if (each.values !== undefined) normaliseTensor(each.values, files);
    if (each.indices !== undefined) normaliseTensor(each.indices, files);
  }
}

/** Moves every form of payload to raw_data; long ones become their hash, to keep failures readable. */
function normaliseTensor(tensor: TensorProto, files: Files): void {
  if (tensor.dataType === 8) return;
  const raw = payloadOf(tensor, files);
  Object.assign(tensor, {
    rawData: raw.byteLength <= 64 ? Uint8Array.from(raw) : createHash('sha256').update(raw).digest('hex'),
    floatData: [],
    int32Data: [],
    int64Data: [],
    doubleData: [],
    uint64Data: [],
    externalData: [],
    dataLocation: 0,
  });
}

function payloadOf(tensor: TensorProto, files: Files): Uint8Array {
  if (tensor.dataLocation === 1) {
    const entries = Object.fromEntries(tensor.externalData.map(({ key, value }) => [key, value]));
    const offset = Number(entries.offset ?? 0);
    const file = files[entries.location!]!;
    return file.subarray(offset, entries.length === undefined ? undefined : offset + Number(entries.length));
  }
  if (tensor.rawData.byteLength > 0) return tensor.rawData;
  const bits: Record<string, number> = { int32: 32, int16: 16, uint16: 16, float16: 16, bfloat16: 16 };
  const dtype = dtypeOf(tensor.dataType)!;
  const lists: [readonly (number | bigint)[], number][] = [
    [tensor.floatData, 4],
    [tensor.int32Data, (bits[dtype] ?? 8) / 8],
    [tensor.int64Data, 8],
    [tensor.doubleData, 8],
    [tensor.uint64Data, dtype === 'uint32' ? 4 : 8],
  ];
  const [list, width] = lists.find(([each]) => each.length > 0) ?? [[], 1];
  const bytes = new Uint8Array(list.length * width);
  const view = new DataView(bytes.buffer);
  list.forEach((each, i) => {
    if (list === (tensor.floatData as unknown)) view.setFloat32(i * 4, each as number, true);
    else if (list === (tensor.doubleData as unknown)) view.setFloat64(i * 8, each as number, true);
    else {
      for (let b = 0; b < width; b++)
        bytes[i * width + b] = Number((BigInt.asUintN(64, BigInt(each)) >> BigInt(8 * b)) & 255n);
    }
  });
  return bytes;
}

/** Asserts that `run` fails with an OctavoError of this code, and returns it. */
export async function rejectsWith(
  code: ErrorCode,
  run: Promise<unknown> | (() => unknown),
  message?: RegExp,
): Promise<OctavoError> {
  let caught: unknown;
  try {
    await (typeof run === 'function' ? run() : run);
  } catch (error) {
    caught = error;
  }
  assert.ok(caught instanceof OctavoError, `expected OctavoError ${code}, got ${String(caught)}`);
  assert.equal(caught.code, code, caught.message);
  if (message !== undefined) assert.match(caught.message, message);
  return caught;
}
