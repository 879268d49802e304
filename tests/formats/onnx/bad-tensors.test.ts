// Tensors that lie: about their size, their type, where they are stored.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { RunContext } from '../../../ts-host/context.js';
import type { ErrorCode } from '../../../ts-host/errors.js';
import { type TensorProto, TensorProtoSchema } from '../../../ts-host/formats/onnx/proto/onnx_pb.js';
import { readAll } from '../../../ts-host/ir/tensor.js';
import { constant, externalTensor, floats, model, strings, tensor } from '../../support/onnxBuilder.js';
import { read, rejectsWith, write } from './support.js';

const big = 2n ** 31n;

function proto(fields: Partial<TensorProto>): TensorProto {
  return Object.assign(create(TensorProtoSchema, { name: 'w', dataType: 1 }), fields);
}

const raw = (length: number): Uint8Array => new Uint8Array(length);

const lies: readonly [what: string, code: ErrorCode, tensor: TensorProto][] = [
  ['raw data one byte short', 'SHAPE_MISMATCH', proto({ dims: [4n], rawData: raw(15) })],
  ['raw data one byte long', 'SHAPE_MISMATCH', proto({ dims: [4n], rawData: raw(17) })],
  ['no data for four elements', 'SHAPE_MISMATCH', proto({ dims: [4n] })],
  ['data for no elements', 'SHAPE_MISMATCH', proto({ dims: [0n], rawData: raw(4) })],
  ['a list one value short', 'SHAPE_MISMATCH', proto({ dims: [3n], floatData: [1, 2] })],
  ['int4 with a byte too many', 'SHAPE_MISMATCH', proto({ dims: [3n], dataType: 22, rawData: raw(3) })],
  [
    'complex64 with half its values',
    'SHAPE_MISMATCH',
    proto({ dims: [2n], dataType: 14, floatData: [1, 2] }),
  ],
  ['a negative dim', 'MALFORMED', proto({ dims: [-1n], rawData: raw(4) })],
  ['two negative dims', 'MALFORMED', proto({ dims: [-2n, -2n], rawData: raw(16) })],
  ['the smallest int64 as dim', 'MALFORMED', proto({ dims: [-(2n ** 63n)], rawData: raw(4) })],
  ['a dim above 2^53', 'MALFORMED', proto({ dims: [2n ** 62n], rawData: raw(4) })],
  ['2^32 elements', 'LIMIT_EXCEEDED', proto({ dims: [2n ** 16n, 2n ** 16n], rawData: raw(4) })],
  ['dims whose product wraps to 0', 'LIMIT_EXCEEDED', proto({ dims: [big, big, 4n], rawData: raw(0) })],
  [
    'dims whose product wraps to 4',
    'LIMIT_EXCEEDED',
    proto({ dims: [2n ** 32n + 1n, 2n ** 32n], rawData: raw(4) }),
  ],
  ['rank 65', 'LIMIT_EXCEEDED', proto({ dims: Array<bigint>(65).fill(1n), rawData: raw(4) })],
  ['raw data and a list', 'MALFORMED', proto({ dims: [1n], rawData: raw(4), floatData: [1] })],
  ['two lists', 'MALFORMED', proto({ dims: [1n], floatData: [1], int32Data: [1] })],
  ['a list of another type', 'MALFORMED', proto({ dims: [1n], int32Data: [1] })],
  ['floats in string_data', 'MALFORMED', proto({ dims: [1n], stringData: [raw(1)] })],
  ['element type 0', 'UNSUPPORTED_DTYPE', proto({ dims: [1n], dataType: 0, rawData: raw(4) })],
  ['element type 99', 'UNSUPPORTED_DTYPE', proto({ dims: [1n], dataType: 99, rawData: raw(4) })],
  ['data_location 2', 'MALFORMED', proto({ dims: [1n], dataLocation: 2, rawData: raw(4) })],
  ['no name', 'GRAPH_INVALID', proto({ name: '', dims: [1n], rawData: raw(4) })],
];

for (const [what, code, lying] of lies) {
  test(`readOnnx an initializer with ${what} -> ${code}`, async () => {
    const error = await rejectsWith(code, read(model({ initializers: [lying] })));
    if (lying.name !== '') assert.equal(error.place.tensor, 'w');
  });
}

test('readOnnx a Constant node with lying dims -> SHAPE_MISMATCH', async () => {
  const nodes = [constant('k', proto({ dims: [2n], rawData: raw(4) }))];
  await rejectsWith('SHAPE_MISMATCH', read(model({ nodes })));
});

test('readOnnx an initializer twice, also as string and float -> GRAPH_INVALID', async () => {
  await rejectsWith('GRAPH_INVALID', read(model({ initializers: [floats('w', [1]), floats('w', [2])] })));
  const mixed = [strings('w', [1], ['a']), floats('w', [1])];
  await rejectsWith('GRAPH_INVALID', read(model({ initializers: mixed })));
});

test('readOnnx zero-size tensors, scalars, NaN and Inf -> kept bit by bit', async () => {
  const odd = new Uint8Array(Float32Array.of(Number.NaN, Infinity, -0).buffer);
  odd.set([1, 0, 0x80, 0x7f]); // A signalling NaN.
  const bytes = model({
    initializers: [
      floats('none', [0, 2 ** 31]),
      floats('scalar', [], [3]),
      tensor('odd', 'float32', [3], odd),
    ],
  });
  const { initializers } = (await read((await write(await read(bytes)))['model.onnx']!)).graph;
  const bytesOf = (name: string) => readAll(initializers.get(name)!.data, new RunContext());
  assert.equal((await bytesOf('none')).byteLength, 0);
  assert.deepEqual(initializers.get('none')!.dims, [0, 2 ** 31]);
  assert.deepEqual(initializers.get('scalar')!.dims, []);
  assert.deepEqual(await bytesOf('odd'), odd);
});

const file = { 'a.bin': raw(100) };
const outside = (entries: Readonly<Record<string, string | number>>): Uint8Array =>
  model({ initializers: [externalTensor('w', 'float32', [4], entries)] });

const external: readonly [code: ErrorCode, entries: Readonly<Record<string, string | number>>][] = [
  ['EXTERNAL_DATA_REFUSED', {}],
  ['EXTERNAL_DATA_REFUSED', { location: '' }],
  ['EXTERNAL_DATA_REFUSED', { location: '/etc/passwd' }],
  ['EXTERNAL_DATA_REFUSED', { location: '../a.bin' }],
  ['EXTERNAL_DATA_REFUSED', { location: 'x/../../a.bin' }],
  ['EXTERNAL_DATA_REFUSED', { location: '..\\a.bin' }],
  ['EXTERNAL_DATA_REFUSED', { location: 'C:\\a.bin' }],
  ['EXTERNAL_DATA_REFUSED', { location: 'a.bin\0.txt' }],
  ['EXTERNAL_DATA_MISSING', { location: 'b.bin' }],
  ['SHAPE_MISMATCH', { location: 'a.bin', length: 15 }],
  ['SHAPE_MISMATCH', { location: 'a.bin', length: 17 }],
  ['TRUNCATED', { location: 'a.bin', offset: 85 }],
  ['TRUNCATED', { location: 'a.bin', offset: 1000 }],
  ['TRUNCATED', { location: 'a.bin', offset: '9223372036854775807' }],
  ['MALFORMED', { location: 'a.bin', offset: -1 }],
  ['MALFORMED', { location: 'a.bin', offset: '0x10' }],
  ['MALFORMED', { location: 'a.bin', offset: '1e1' }],
  ['MALFORMED', { location: 'a.bin', offset: ' 4' }],
  ['MALFORMED', { location: 'a.bin', offset: '99999999999999999999999999' }],
  ['MALFORMED', { location: 'a.bin', length: '' }],
];

for (const [code, entries] of external) {
  test(`readOnnx external data ${JSON.stringify(entries)} -> ${code}, naming tensor and file`, async () => {
    const error = await rejectsWith(code, read(outside(entries), file));
    assert.equal(error.place.tensor, 'w');
    assert.equal(typeof error.place.file, 'string');
  });
}

test('readOnnx external data up to the last byte -> read, with or without a length', async () => {
  for (const entries of [
    { location: 'a.bin', offset: 84 },
    { location: 'a.bin', offset: '084', length: 16 },
  ]) {
    const { graph } = await read(outside(entries), file);
    assert.equal(graph.initializers.get('w')!.data.slice!.offset, 84);
  }
});

test('readOnnx external data without a resolver -> EXTERNAL_DATA_MISSING', async () => {
  const bytes = outside({ location: 'a.bin' });
  await rejectsWith('EXTERNAL_DATA_MISSING', read(bytes, {}, new RunContext(), {}));
});

test('readOnnx data both inside and outside, strings outside, an entry twice -> MALFORMED', async () => {
  const both = Object.assign(externalTensor('w', 'float32', [1], { location: 'a.bin' }), { rawData: raw(4) });
  await rejectsWith('MALFORMED', read(model({ initializers: [both] }), file));
  const text = Object.assign(externalTensor('w', 'float32', [1], { location: 'a.bin' }), { dataType: 8 });
  await rejectsWith('MALFORMED', read(model({ initializers: [text] }), file));
  const twice = externalTensor('w', 'float32', [1], { location: 'a.bin' });
  twice.externalData.push(...twice.externalData);
  await rejectsWith('MALFORMED', read(model({ initializers: [twice] }), file));
});
