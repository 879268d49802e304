// Every element type, stored in every way ONNX allows: raw, packed list, list of single values, cut lists.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { RunContext } from '../../../ts-host/context.js';
import { entryBytes, typedField } from '../../../ts-host/formats/onnx/dtypes.js';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  TensorProtoSchema,
} from '../../../ts-host/formats/onnx/proto/onnx_pb.js';
import { readOnnx } from '../../../ts-host/formats/onnx/reader.js';
import { DTYPE_BITS, type DType } from '../../../ts-host/ir/dtype.js';
import { onnxCode } from '../../../ts-host/ir/onnxCodes.js';
import { byteLengthOf, readAll } from '../../../ts-host/ir/tensor.js';
import { bytesField, varint } from '../../support/onnxBuilder.js';
import { Rng } from '../../support/rng.js';
import { assertSameContent, read, slowSource, write } from './support.js';

const dtypes = Object.keys(DTYPE_BITS) as DType[];
const COUNT = 7;

/** The list entries (as little-endian bytes each) of raw data: what an exporter would have put in a typed list. */
function entriesOf(dtype: DType, raw: Uint8Array): Uint8Array[] {
  const width = entryBytes(dtype);
  return Array.from({ length: raw.byteLength / width }, (_, i) => raw.subarray(i * width, (i + 1) * width));
}

const SIGNED = new Set<DType>(['int8', 'int16', 'int32', 'int64']);

/** One entry as it stands in the file: fixed bytes, or a varint that is sign-extended to 64 bits. */
function wireOf(dtype: DType, entry: Uint8Array): Uint8Array {
  const field = typedField(dtype);
  if (field === 4 || field === 10) return entry;
  const unsigned = entry.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const bits = entry.byteLength * 8;
  const value = SIGNED.has(dtype) ? BigInt.asIntN(bits, unsigned) : unsigned;
  return Uint8Array.from(varint(BigInt.asUintN(64, value)));
}

type Storage = 'raw' | 'packed' | 'single' | 'mixed';

function payload(dtype: DType, raw: Uint8Array, storage: Storage): Uint8Array {
  if (storage === 'raw') return bytesField(9, raw);
  const field = typedField(dtype);
  const entries = entriesOf(dtype, raw).map((entry) => wireOf(dtype, entry));
  const wireType = field === 4 ? 5 : field === 10 ? 1 : 0;
  const single = entries.flatMap((entry) => [...varint(field * 8 + wireType), ...entry]);
  if (storage === 'single') return Uint8Array.from(single);
  const flat = (list: Uint8Array[]): number[] => list.flatMap((entry) => [...entry]);
  if (storage === 'packed') return bytesField(field, flat(entries));
  const half = entries.length >> 1;
  const firstSingle = single.slice(0, entries[0]!.byteLength + 1);
  return Uint8Array.from([
    ...firstSingle,
    ...bytesField(field, flat(entries.slice(1, half))),
    ...bytesField(field, flat(entries.slice(half))),
  ]);
}

/** A model whose only content is one initializer; its message is put together by hand. */
function modelWith(dtype: DType, raw: Uint8Array, storage: Storage): Uint8Array {
  const head = create(TensorProtoSchema, { name: 'w', dims: [BigInt(COUNT)], dataType: onnxCode(dtype) });
  const tensor = Uint8Array.from([...payload(dtype, raw, storage), ...toBinary(TensorProtoSchema, head)]);
  const graph = [
    ...toBinary(GraphProtoSchema, create(GraphProtoSchema, { name: 'g' })),
    ...bytesField(5, tensor),
  ];
  const model = create(ModelProtoSchema, { irVersion: 13n, opsetImport: [{ version: 25n }] });
  return Uint8Array.from([...toBinary(ModelProtoSchema, model), ...bytesField(7, graph)]);
}

for (const dtype of dtypes) {
  const raw = new Rng(onnxCode(dtype)).bytes(byteLengthOf(dtype, COUNT));
  for (const storage of ['raw', 'packed', 'single', 'mixed'] as const) {
    test(`readOnnx ${dtype} stored ${storage} -> its bytes, and the same content written`, async () => {
      const bytes = modelWith(dtype, raw, storage);
      for (const model of [await read(bytes), await readOnnx(slowSource(bytes), {}, new RunContext())]) {
        const tensor = model.graph.initializers.get('w')!;
        assert.equal(tensor.dtype, dtype);
        assert.deepEqual(tensor.dims, [COUNT]);
        assert.deepEqual(await readAll(tensor.data, new RunContext()), raw);
        assertSameContent((await write(model))['model.onnx']!, bytes);
      }
    });
  }
}

test('readOnnx a varint list longer than one step -> decoded across the cuts', async () => {
  const count = 300_001;
  const rng = new Rng(5);
  const values = BigInt64Array.from({ length: count }, () => {
    return BigInt.asIntN(rng.int(1, 64), (BigInt(rng.uint32()) << 32n) | BigInt(rng.uint32()));
  });
  const head = create(TensorProtoSchema, {
    name: 'w',
    dims: [BigInt(count)],
    dataType: 7,
    int64Data: [...values],
  });
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ version: 17n }],
    graph: { initializer: [head] },
  });
  const context = new RunContext();
  const { graph } = await readOnnx(slowSource(toBinary(ModelProtoSchema, model)), {}, context);
  const held = context.budget.held;
  const bytes = await readAll(graph.initializers.get('w')!.data, context);
  assert.deepEqual(new BigInt64Array(bytes.buffer), values);
  assert.equal(context.budget.held, held, 'buffers are given back');
});
