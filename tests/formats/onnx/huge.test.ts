// Models of several gigabytes, made up as they are read: no disk, and memory stays small.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { RunContext } from '../../../ts-host/context.js';
import { TensorProtoSchema } from '../../../ts-host/formats/onnx/proto/onnx_pb.js';
import { readOnnx } from '../../../ts-host/formats/onnx/reader.js';
import { MAX_MODEL_BYTES, planOnnxFiles } from '../../../ts-host/formats/onnx/writer.js';
import { checkRange, type Source } from '../../../ts-host/io/source.js';
import { bytesField, externalTensor, floats, model, varint } from '../../support/onnxBuilder.js';
import { assertSameContent, collect, rejectsWith } from './support.js';

const GIB = 1024 ** 3;

/** A source made of pieces: bytes, or a length that reads as a pattern of its offset. */
function pieces(...parts: readonly (Uint8Array | number)[]): Source & { reads: number; largest: number } {
  const placed: { readonly start: number; readonly length: number; readonly bytes?: Uint8Array }[] = [];
  let size = 0;
  for (const part of parts) {
    const length = typeof part === 'number' ? part : part.byteLength;
    placed.push({ start: size, length, ...(typeof part === 'number' ? {} : { bytes: part }) });
    size += length;
  }
  const source = {
    size,
    reads: 0,
    largest: 0,
    async read(offset: number, length: number): Promise<Uint8Array> {
      checkRange({ size, name: 'huge' }, offset, length);
      source.reads++;
      source.largest = Math.max(source.largest, length);
      const result = new Uint8Array(length);
      for (const piece of placed) {
        const from = Math.max(offset, piece.start);
        const to = Math.min(offset + length, piece.start + piece.length);
        if (from >= to) continue;
        const target = result.subarray(from - offset, to - offset);
        if (piece.bytes) target.set(piece.bytes.subarray(from - piece.start, to - piece.start));
        else target.fill((from / 4096) & 0xff);
      }
      return result;
    },
  };
  return source;
}

/** A model file whose one initializer has `bytes` of raw data, which are not there. */
function hugeModel(bytes: number): ReturnType<typeof pieces> {
  const head = toBinary(
    TensorProtoSchema,
    create(TensorProtoSchema, { name: 'w', dataType: 2, dims: [BigInt(bytes)] }),
  );
  const rawHead = Uint8Array.from([0x4a, ...varint(bytes)]);
  const after = bytesField(14, []);
  const tensorLength = head.byteLength + rawHead.byteLength + bytes;
  const initializer = Uint8Array.from([0x2a, ...varint(tensorLength)]);
  const graphLength = initializer.byteLength + tensorLength + after.byteLength;
  const before = Uint8Array.from([0x08, 8, 0x42, 2, 0x10, 17, 0x3a, ...varint(graphLength)]);
  return pieces(before, initializer, head, rawHead, bytes, after, bytesField(2, [65]));
}

test('readOnnx a file of 3 GiB -> opened with a few reads, structure after the weights included', async () => {
  const source = hugeModel(3 * GIB);
  const context = new RunContext({ memoryLimit: 1_000_000 });
  const opened = await readOnnx(source, {}, context);
  assert.equal(opened.graph.initializers.get('w')!.data.byteLength, 3 * GIB);
  assert.equal(opened.producerName, 'A');
  assert.ok(source.reads < 8, `${source.reads} reads`);
  assert.ok(source.largest <= 256 * 1024);
});

test('planOnnxFiles a model above 2 GiB -> external data of its own accord, refused when forbidden', async () => {
  const context = new RunContext();
  const opened = await readOnnx(hugeModel(2 * GIB + 12345), {}, context);
  const [data, file, ...others] = planOnnxFiles(opened, { fileName: 'm.onnx' }, context);
  assert.equal(others.length, 0);
  assert.equal(data!.name, 'm.onnx.data');
  assert.equal(data!.byteLength, 2 * GIB + 12345);
  assert.ok(file!.byteLength < 1000);
  await rejectsWith('LIMIT_EXCEEDED', () =>
    planOnnxFiles(opened, { fileName: 'm.onnx', externalData: 'never' }, context),
  );
});

test('planOnnxFiles a model below the limit -> one file of the exact length', async () => {
  const context = new RunContext();
  const bytes = MAX_MODEL_BYTES - 1000;
  const opened = await readOnnx(hugeModel(Math.floor(bytes)), {}, context);
  const files = planOnnxFiles(opened, { fileName: 'm.onnx' }, context);
  assert.equal(files.length, 1);
  assert.ok(files[0]!.byteLength > bytes);
});

test('chunks() of 512 MiB external data -> every byte in order, bounded memory', async () => {
  const source = hugeModel(512 * 1024 * 1024);
  const context = new RunContext();
  const opened = await readOnnx(source, {}, context);
  const [data] = planOnnxFiles(opened, { fileName: 'm.onnx', externalData: 'always' }, context);
  const before = process.memoryUsage().arrayBuffers;
  let total = 0;
  let most = 0;
  for await (const chunk of data!.chunks(context)) {
    total += chunk.byteLength;
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  assert.equal(total, data!.byteLength);
  assert.ok(source.largest <= 4 * 1024 * 1024);
  assert.ok(most < 256 * 1024 * 1024, `${most} bytes of buffers held`);
});

test('planOnnxFiles external data -> aligned to 64 and 4096, zeros between, small tensors inside', async () => {
  const w = Array.from({ length: 300 }, (_, i) => i + 1);
  const large = 1024 * 1024 + 4;
  const bytes = model({
    initializers: [
      floats('a', [300], w),
      floats('small', [2], [1, 2]),
      floats('b', [300], w),
      floats('page', [large / 4]),
      floats('c', [257], w.slice(0, 257)),
    ],
  });
  const context = new RunContext();
  const opened = await readOnnx(pieces(bytes), {}, context);
  const [data, file] = planOnnxFiles(opened, { fileName: 'm.onnx', externalData: 'always' }, context);
  const files = { 'm.onnx.data': await collect(data!), 'm.onnx': await collect(file!) };
  assertSameContent(files['m.onnx'], bytes, files);
  const external = (
    await readOnnx(pieces(files['m.onnx']), { external: async () => pieces(files['m.onnx.data']) }, context)
  ).graph.initializers;
  const offsets = ['a', 'b', 'page', 'c'].map((name) => external.get(name)!.data.slice!.offset);
  assert.deepEqual(offsets, [0, 1216, 4096, 1052736]);
  assert.deepEqual([...files['m.onnx.data'].subarray(1200, 1216)], Array(16).fill(0));
  assert.equal(files['m.onnx.data'].byteLength, 1052736 + 257 * 4);
});

test('readOnnx external data of 6 GiB in one file -> planned with offsets above 2^32', async () => {
  const gib = (name: string, at: number) =>
    externalTensor(name, 'uint8', [3 * GIB], { location: 'w', offset: at, length: 3 * GIB });
  const bytes = model({ initializers: [gib('a', 0), gib('b', 3 * GIB)] });
  const context = new RunContext({ memoryLimit: 100_000 });
  const opened = await readOnnx(pieces(bytes), { external: async () => pieces(6 * GIB) }, context);
  const [data, file] = planOnnxFiles(opened, { fileName: 'm.onnx' }, context);
  assert.equal(data!.byteLength, 6 * GIB);
  const { graph } = await readOnnx(
    pieces(await collect(file!)),
    { external: async () => pieces(6 * GIB) },
    context,
  );
  assert.equal(graph.initializers.get('b')!.data.slice!.offset, 3 * GIB);
});

test('planOnnxFiles weights in Constant nodes above the limit -> they leave too', async () => {
  const source = hugeConstants();
  const context = new RunContext();
  const opened = await readOnnx(source, {}, context);
  const [data, file] = planOnnxFiles(opened, { fileName: 'm.onnx' }, context);
  assert.equal(data!.byteLength, 2 * GIB);
  assert.ok(file!.byteLength < 1000);
});

/** A model whose weight of 2 GiB sits in a Constant node. */
function hugeConstants(): Source {
  const bytes = 2 * GIB;
  const tensor = [0x08, ...varint(bytes), 0x10, 2, 0x4a, ...varint(bytes)];
  const t = [0x2a, ...varint(tensor.length + bytes), ...tensor];
  const attribute = [0x0a, 5, ...new TextEncoder().encode('value'), 0xa0, 1, 4, ...t];
  const node = [
    ...bytesField(2, [0x6b]),
    ...bytesField(4, new TextEncoder().encode('Constant')),
    0x2a,
    ...varint(attribute.length + bytes),
    ...attribute,
  ];
  const graph = [0x0a, ...varint(node.length + bytes), ...node];
  const head = [0x08, 8, 0x42, 2, 0x10, 17, 0x3a, ...varint(graph.length + bytes), ...graph];
  return pieces(Uint8Array.from(head), bytes);
}

test('planOnnxFiles a bad threshold -> INVALID_ARGUMENT', async () => {
  const context = new RunContext();
  const opened = await readOnnx(pieces(model({})), {}, context);
  await rejectsWith('INVALID_ARGUMENT', () =>
    planOnnxFiles(opened, { fileName: 'm.onnx', externalThreshold: -1 }, context),
  );
});
