// The same bytes come out however the model comes in and however the output is taken; inputs that fail or change
// midway end in an error, never in a file.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { memorySink, OctavoError, type QuantizeOptions, quantize, type Source } from '../../ts-host/index.js';
import { prepareOctavo, quantizedBytes } from '../support/octavo.js';
import { MODEL, slowSource, watchedSink } from './support.js';

before(prepareOctavo);

function streamOf(bytes: Uint8Array, piece: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.byteLength) return controller.close();
      controller.enqueue(bytes.slice(at, at + piece));
      at += piece;
    },
  });
}

/** A view in the middle of a larger buffer, at an odd address. */
function shifted(bytes: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(bytes.byteLength + 13);
  buffer.set(bytes, 5);
  return buffer.subarray(5, 5 + bytes.byteLength);
}

const INPUTS: Readonly<Record<string, () => Parameters<typeof quantize>[0]>> = {
  'an ArrayBuffer': () => MODEL.slice().buffer,
  'a view at an odd address': () => shifted(MODEL),
  'a Blob': () => new Blob([MODEL as BlobPart]),
  'a Response': () => new Response(MODEL as BodyInit),
  'a stream in pieces of 70,001': () => streamOf(MODEL, 70_001),
  'a slow source': () => slowSource(MODEL),
};
const MODES: readonly QuantizeOptions[] = [
  { mode: 'dynamic' },
  { mode: 'weights', bits: 4 },
  { mode: 'fp16' },
];

for (const [title, make] of Object.entries(INPUTS)) {
  test(`quantize ${title} -> the bytes that come from memory`, async () => {
    for (const options of MODES) {
      const expected = await quantizedBytes(MODEL, options);
      const result = await quantize(make(), options);
      assert.ok(Buffer.from(await result.bytes()).equals(expected), JSON.stringify(options));
      await result.close();
    }
  });
}

test('quantize twice, and twice at once -> the same bytes', async () => {
  for (const options of MODES) {
    const expected = await quantizedBytes(MODEL, options);
    const both = await Promise.all([quantizedBytes(MODEL, options), quantizedBytes(MODEL, options)]);
    for (const bytes of [await quantizedBytes(MODEL, options), ...both]) {
      assert.ok(Buffer.from(bytes).equals(expected));
    }
  }
});

test('QuantizeResult taken in every way, several times, at once -> the same bytes of the announced length', async () => {
  const result = await quantize(slowSource(MODEL), { mode: 'weights', bits: 4 });
  const expected = await result.bytes();
  assert.equal(expected.byteLength, result.byteLength);
  assert.deepEqual(
    result.files.map(({ name, byteLength }) => [name, byteLength]),
    [['model.onnx', expected.byteLength]],
  );
  const sink = memorySink();
  const [again, streamed] = await Promise.all([
    result.bytes(),
    new Response(result.stream()).bytes(),
    result.writeTo(sink),
  ]);
  for (const bytes of [again, streamed, sink.result.get('model.onnx')!]) {
    assert.ok(Buffer.from(bytes).equals(expected));
  }
});

test('QuantizeResult with external data -> two files by writeTo, bytes and stream refused', async () => {
  const result = await quantize(MODEL, { mode: 'dynamic', externalData: 'always', fileName: 'a.onnx' });
  const sink = memorySink();
  await result.writeTo(sink);
  assert.deepEqual([...sink.result.keys()].sort(), ['a.onnx', 'a.onnx.data']);
  for (const take of [() => result.bytes(), async () => result.stream()]) {
    await assert.rejects(take, { name: 'OctavoError', code: 'INVALID_ARGUMENT' });
  }
});

test('measure -> every weight of the plan, errors as the bits allow, the total over all', async () => {
  const expected: [QuantizeOptions, number, number][] = [
    [{ mode: 'weights' }, 40, 60],
    [{ mode: 'weights', bits: 4 }, 18, 26],
    [{ mode: 'weights', bits: 16 }, 85, 110],
    [{ mode: 'fp16' }, 65, 80],
  ];
  for (const [options, low, high] of expected) {
    const result = await quantize(MODEL, options);
    const { tensors, total } = await result.measure();
    assert.deepEqual(
      tensors.map(({ tensor }) => tensor),
      result.plan.tensors.map(({ tensor }) => tensor),
    );
    for (const { sqnrDb, cosine } of [...tensors, total]) {
      assert.ok(sqnrDb > low && sqnrDb < high, `${JSON.stringify(options)} ${sqnrDb} dB`);
      assert.ok(cosine > 0.98 && cosine <= 1);
    }
    assert.deepEqual((await result.measure()).total, total);
  }
});

/** Quantizes into a sink; the error, after checking that no file came out. */
async function failureOf(source: Source): Promise<unknown> {
  const sink = watchedSink();
  try {
    const result = await quantize(source, { mode: 'weights', bits: 4 });
    await result.writeTo(sink);
  } catch (error) {
    assert.equal(sink.files.size, 0);
    assert.ok(sink.ended === '' || sink.ended === 'aborted');
    return error;
  }
  assert.equal(sink.ended, 'committed');
  return undefined;
}

async function readsOf(): Promise<number> {
  let total = 0;
  await failureOf(slowSource(MODEL, () => total++));
  return total;
}

test('quantize a source that fails at any read -> its error or IO_FAILED with it as the cause, no file', async () => {
  const total = await readsOf();
  for (let moment = 1; moment <= total; moment++) {
    const broken = new Error('the disk is gone');
    const source = slowSource(MODEL, (reads) => {
      if (reads === moment) throw broken;
    });
    const error = await failureOf(source);
    const wrapped = error instanceof OctavoError && error.code === 'IO_FAILED' && error.cause === broken;
    assert.ok(error === broken || wrapped, `read ${moment}: ${String(error)}`);
  }
});

test('quantize a source that shrinks at any read -> SOURCE_CHANGED, no file', async () => {
  const total = await readsOf();
  for (let moment = 1; moment <= total; moment++) {
    const source = slowSource(MODEL);
    let reads = 0;
    const error = await failureOf({
      size: source.size,
      async read(offset, length, context) {
        const bytes = await source.read(offset, length, context);
        return ++reads >= moment ? bytes.subarray(0, bytes.byteLength - 1) : bytes;
      },
    });
    assert.ok(
      error instanceof OctavoError && error.code === 'SOURCE_CHANGED',
      `read ${moment} of ${total}: ${String(error)}`,
    );
  }
});

for (const wrong of [null, undefined, 42, 'model.onnx', {}]) {
  test(`quantize ${JSON.stringify(wrong)} -> INVALID_ARGUMENT`, async () => {
    await assert.rejects(quantize(wrong as never), { name: 'OctavoError', code: 'INVALID_ARGUMENT' });
  });
}
