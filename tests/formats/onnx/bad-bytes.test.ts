// Bytes that are not a model, or are one no longer: cut, mutated, wrong wire format, lying lengths.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { toBinary } from '@bufbuild/protobuf';
import { RunContext } from '../../../ts-host/context.js';
import { OctavoError } from '../../../ts-host/errors.js';
import { MAX_ITEMS } from '../../../ts-host/formats/onnx/limits.js';
import { GraphProtoSchema } from '../../../ts-host/formats/onnx/proto/onnx_pb.js';
import { readOnnx } from '../../../ts-host/formats/onnx/reader.js';
import type { Source } from '../../../ts-host/io/source.js';
import {
  bytesField,
  constant,
  conv,
  externalTensor,
  floats,
  gather,
  gemm,
  graph,
  ifNode,
  int64s,
  model,
  node,
  strings,
  tensor,
  value,
  varint,
} from '../../support/onnxBuilder.js';
import { Rng } from '../../support/rng.js';
import { read, rejectsWith, resolverOf, slowSource, write } from './support.js';

const files = { 'w.bin': new Rng(1).bytes(64) };

/** Small, but with every structure the reader walks. */
const small = model({
  nodes: [
    constant('w1', floats('', [2, 2], [1, 2, 3, 4])),
    gemm('x', 'w1', 'b', 'h', { alpha: 0.5, transB: 1n }, 'dense'),
    conv('img', 'k', undefined, 'c', { pads: [0n, 0n, 0n, 0n] }),
    gather('table', 'ids', 'g'),
    ifNode(
      'flag',
      'y',
      graph({ nodes: [node('Relu', ['h'], ['r'])], outputs: [value('r', [2, 2])] }),
      graph({ nodes: [node('Neg', ['h'], ['n'])], outputs: [value('n', [2, 2])] }),
    ),
  ],
  initializers: [
    floats('b', [2], [1, 2]),
    floats('k', [1, 1, 1, 1], [3]),
    tensor('table', 'float16', [2, 2], new Uint8Array(8)),
    int64s('ids', [1], [1]),
    strings('words', [2], ['a', 'b']),
    externalTensor('far', 'float32', [4], { location: 'w.bin', offset: 16, length: 16 }),
  ],
  inputs: [value('x', ['n', 2]), value('img', [1, 1, 2, 2]), value('flag', [], 'bool')],
  outputs: [value('y', ['n', 2]), value('c', [1, 1, 2, 2]), value('g', [1, 2], 'float16')],
});

test('the small model of these tests -> is fine as it is', async () => {
  const written = await write(await read(small, files));
  assert.ok(written['model.onnx']!.byteLength > 300);
});

test('readOnnx truncated at every byte -> an OctavoError with a place, or whole top-level fields', async () => {
  const codes = new Set<string>();
  for (let length = 0; length < small.byteLength; length++) {
    for (const source of [{ ...slowSource(small.subarray(0, length)), name: 'cut.onnx' }]) {
      const error = await rejectsAlways(readOnnx(source, { external: resolverOf(files) }, new RunContext()));
      assert.equal(error.place.file, 'cut.onnx');
      codes.add(error.code);
    }
  }
  assert.deepEqual([...codes].sort(), ['MALFORMED', 'NOT_A_MODEL', 'TRUNCATED']);
});

async function rejectsAlways(run: Promise<unknown>): Promise<OctavoError> {
  let caught: unknown = 'success';
  await run.catch((error: unknown) => {
    caught = error;
  });
  assert.ok(caught instanceof OctavoError, String(caught));
  return caught;
}

/** Changes a few bytes: flips, copies, inserts, deletes, and numbers at the border of ranges. */
function mutate(bytes: Uint8Array, rng: Rng): Uint8Array {
  let mutated = Uint8Array.from(bytes);
  for (let n = rng.int(1, 4); n > 0; n--) {
    const at = rng.int(0, mutated.byteLength - 1);
    const kind = rng.int(0, 5);
    if (kind === 0) mutated[at]! ^= 1 << rng.int(0, 7);
    else if (kind === 1) mutated[at] = rng.int(0, 255);
    else if (kind === 2) mutated[at] = [0, 1, 0x7f, 0x80, 0xff][rng.int(0, 4)]!;
    else if (kind === 3) mutated.copyWithin(at, rng.int(0, mutated.byteLength - 1), mutated.byteLength);
    else if (kind === 4) {
      const insert =
        rng.int(0, 1) === 1 ? rng.bytes(rng.int(1, 12)) : Uint8Array.from(varint(2n ** 63n - 1n));
      mutated = Uint8Array.from([...mutated.subarray(0, at), ...insert, ...mutated.subarray(at)]);
    } else mutated = Uint8Array.from([...mutated.subarray(0, at), ...mutated.subarray(at + rng.int(1, 8))]);
  }
  return mutated;
}

test('readOnnx and planOnnxFiles, 10,000 seeded mutations -> OctavoError or success, in bounded reads and memory', async () => {
  const memoryLimit = 4 * 1024 * 1024;
  let good = 0;
  let mostRead = 0;
  for (let seed = 1; seed <= 10_000; seed++) {
    const bytes = mutate(small, new Rng(seed));
    const context = new RunContext({ memoryLimit });
    const { source, bytesRead } = countingSource(bytes);
    try {
      const read = await readOnnx(
        seed % 2 === 0 ? source : { ...source, readSync: (at, n) => bytes.slice(at, at + n) },
        { external: resolverOf(files) },
        context,
      );
      await write(read, {}, { memoryLimit });
      good++;
    } catch (error) {
      if (!(error instanceof OctavoError)) throw new Error(`seed ${seed}`, { cause: error });
      assert.equal(context.budget.held, 0, `seed ${seed} gives its memory back`);
    }
    mostRead = Math.max(mostRead, bytesRead());
  }
  assert.ok(mostRead < 8 * small.byteLength, `${mostRead} bytes read of ${small.byteLength}`);
  assert.ok(good > 500 && good < 9500, `${good} of 10,000 mutations are still models`);
});

const notModels: readonly [what: string, bytes: Uint8Array, message: RegExp][] = [
  ['an empty file', new Uint8Array(0), /an empty file/],
  ['text', new TextEncoder().encode('Once upon a time there was a model.\n'), /text/],
  ['HTML', new TextEncoder().encode('<!doctype html><title>404</title>'), /HTML/],
  ['JSON', new TextEncoder().encode('{"error": "not found"}'), /JSON/],
  ['a Git LFS pointer', new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\n'), /Git LFS/],
  ['a zip', Uint8Array.from([0x50, 0x4b, 3, 4, 20, 0, 0, 0]), /zip/],
  ['gzip of a model', gzipSync(small), /gzip/],
  ['a PNG', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0]), /PNG/],
  ['TensorFlow Lite', new TextEncoder().encode('\x1c\0\0\0TFL3\0\0'), /TensorFlow Lite/],
  ['noise', new Rng(7).bytes(1000), /first bytes/],
  ['a protobuf without a graph', bytesField(2, [65, 66]), /no graph/],
  ['the first bytes of a model', small.subarray(0, 2), /no graph/],
];

for (const [what, bytes, message] of notModels) {
  test(`readOnnx ${what} -> NOT_A_MODEL that says so`, async () => {
    await rejectsWith('NOT_A_MODEL', read(bytes), message);
  });
}

/** A model file from the raw bytes of its graph. */
function fileOf(graphBytes: ArrayLike<number>, after: ArrayLike<number> = []): Uint8Array {
  return Uint8Array.from([
    ...[0x08, 8],
    ...bytesField(8, [0x10, 17]),
    ...bytesField(7, graphBytes),
    ...Array.from(after),
  ]);
}

const empty = toBinary(GraphProtoSchema, graph({}));

test('readOnnx a zero-sized graph -> a model without nodes that writes back', async () => {
  const model = await read(fileOf([]));
  assert.equal(model.graph.nodes.length, 0);
  const again = await read((await write(model))['model.onnx']!);
  assert.equal(again.graph.initializers.size, 0);
});

const wire: readonly [what: string, graphBytes: readonly number[], message: RegExp][] = [
  ['a group start (wire type 3)', [0x1b, 0x08, 1, 0x1c], /wire type 3.*byte 8/],
  ['a group end (wire type 4)', [0x1c], /wire type 4.*byte 8/],
  ['wire type 6', [0x0e], /wire type 6.*byte 8/],
  ['field number 0', [0x02, 0], /field number 0/],
  ['a field number above 2^29', [0xfa, 0xff, 0xff, 0xff, 0x7f, 0], /field number/],
  ['a varint of 11 bytes', [0x18, ...Array(10).fill(0xff), 1], /more than 10 bytes/],
  ['a varint that does not end', [0x18, 0xff], /inside a varint/],
  ['a length past the message', [0x12, 200, 1, 65], /needs 200 bytes/],
  ['a length of 2^64 - 1', [0x12, ...varint(2n ** 64n - 1n)], /needs 18446744073709552000 bytes/],
  ['a fixed64 that is cut', [0x19, 1, 2, 3], /needs 8 bytes/],
  ['a node that is a number', [0x08, 1], /wire type 0, not 2/],
  ['an initializer that is a number', [0x28, 1], /wire type 0, not 2/],
  ['a graph name that is not UTF-8', bytesList(2, [0xc3, 0x28]), /cannot be decoded/],
];

function bytesList(number: number, bytes: readonly number[]): readonly number[] {
  return [...bytesField(number, bytes)];
}

for (const [what, graphBytes, message] of wire) {
  test(`readOnnx ${what} -> MALFORMED with its byte`, async () => {
    const error = await rejectsWith('MALFORMED', read(fileOf(graphBytes, [0x28, 1])), message);
    assert.equal(typeof error.place.offset, 'number');
  });
}

test('readOnnx two graphs -> MALFORMED', async () => {
  await rejectsWith('MALFORMED', read(fileOf(empty, bytesField(7, empty))), /second graph/);
});

test('readOnnx a model without opset -> MALFORMED', async () => {
  await rejectsWith('MALFORMED', read(Uint8Array.from([0x08, 8, ...bytesField(7, empty)])), /opset/);
});

test('readOnnx a memoryLimit below the structure -> MEMORY_LIMIT, nothing stays counted', async () => {
  const context = new RunContext({ memoryLimit: 1000 });
  await rejectsWith('MEMORY_LIMIT', read(small, files, context));
  assert.equal(context.budget.held, 0);
});

/** A source that tells how many bytes were read of it. */
function countingSource(bytes: Uint8Array): { source: Source; bytesRead: () => number } {
  const { size, read: readBytes } = slowSource(bytes);
  let count = 0;
  const source: Source = {
    size,
    read: (offset, length) => {
      count += length;
      return readBytes(offset, length);
    },
  };
  return { source, bytesRead: () => count };
}

test('readOnnx five million empty nodes -> LIMIT_EXCEEDED, and MEMORY_LIMIT where there is one', async () => {
  const nodes = new Uint8Array(10_000_000);
  for (let i = 0; i < nodes.length; i += 2) nodes[i] = 0x0a;
  const head = [0x08, 8, 0x42, 2, 0x10, 17, 0x3a, ...varint(nodes.length)];
  const bytes = new Uint8Array(head.length + nodes.length);
  bytes.set(head);
  bytes.set(nodes, head.length);
  const { place } = await rejectsWith('LIMIT_EXCEEDED', read(bytes));
  // The content of the first node above the cap, behind its tag and length.
  assert.equal(place.offset, head.length + 2 * MAX_ITEMS + 2);
  // Far fewer nodes fit the memory, and no more of the file is read than holds them.
  const context = new RunContext({ memoryLimit: 50_000_000 });
  const { source, bytesRead } = countingSource(bytes);
  await rejectsWith('MEMORY_LIMIT', readOnnx(source, {}, context));
  assert.ok(bytesRead() < MAX_ITEMS, `${bytesRead()} bytes`);
  assert.equal(context.budget.held, 0);
});

test('readOnnx an abort before and during -> ABORTED', async () => {
  const controller = new AbortController();
  const context = new RunContext({ signal: controller.signal });
  controller.abort();
  await rejectsWith('ABORTED', readOnnx(slowSource(small), {}, context));
  const during = new AbortController();
  const run = new RunContext({ signal: during.signal, onProgress: () => during.abort() });
  await rejectsWith('ABORTED', read(small, files, run));
  assert.equal(run.budget.held, 0);
});

test('readOnnx an abort by a timer while bytes in memory are read -> ABORTED', async () => {
  const nodes = Array.from({ length: 20_000 }, (_, i) =>
    node('Relu', [i === 0 ? 'x' : `v${i - 1}`], [`v${i}`]),
  );
  const bytes = model({ nodes, inputs: [value('x', [1])] });
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 1);
  await rejectsWith('ABORTED', read(bytes, {}, new RunContext({ signal: controller.signal })));
});
