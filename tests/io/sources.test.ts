import assert from 'node:assert/strict';
import { openAsBlob, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import { type SourceInput, toSource } from '../../ts-host/io/any-source.js';
import { blobSource } from '../../ts-host/io/blob.js';
import { opfsSource } from '../../ts-host/io/opfs.js';
import { rangeSource } from '../../ts-host/io/range-source.js';
import { bytesSource } from '../../ts-host/io/source.js';
import { streamSource } from '../../ts-host/io/stream.js';
import { sourceContract } from './source-contract.js';
import { abortsSoon, contextWith, fails, never, sameBytes, seededBytes, temporaryFolder } from './support.js';

function streamOf(bytes: Uint8Array, step: number): ReadableStream<Uint8Array> {
  let from = 0;
  return new ReadableStream({
    pull(controller) {
      const part = bytes.subarray(from, from + step);
      if (part.byteLength === 0) return controller.close();
      from += step;
      controller.enqueue(part.slice());
    },
  });
}

sourceContract('bytesSource', async (bytes) => bytesSource(bytes));
sourceContract('blobSource', async (bytes) => blobSource(new Blob([bytes as BlobPart])));
sourceContract('streamSource small chunks', (bytes, context) => streamSource(streamOf(bytes, 777), context));
sourceContract('streamSource one chunk', (bytes, context) =>
  streamSource(streamOf(bytes, bytes.byteLength + 1), context),
);
sourceContract('opfsSource', (bytes, context) => {
  const handle = { name: 'm.onnx', getFile: async () => new Blob([bytes as BlobPart]) };
  return opfsSource(handle, context.signal);
});
sourceContract('toSource of a Response', (bytes, context) =>
  toSource(new Response(bytes as BodyInit, { headers: { 'content-length': '3' } }), context),
);

describe('blobSource', () => {
  test('blobSource hanging read -> ABORTED', () =>
    abortsSoon((signal) => {
      const blob = { size: 10, slice: () => ({ arrayBuffer: never }) } as unknown as Blob;
      return blobSource(blob).read(0, 5, { signal });
    }));

  test('blobSource File -> its name in messages', async () => {
    const source = blobSource(new File(['abc'], 'model.onnx'));
    assert.equal((await fails(() => source.read(2, 2), 'TRUNCATED')).place.file, 'model.onnx');
  });

  test('blobSource file changed on disk -> IO_FAILED with the cause', async () => {
    const path = join(temporaryFolder(), 'changing');
    writeFileSync(path, 'abcdef');
    const source = blobSource(await openAsBlob(path));
    writeFileSync(path, 'changed to something longer');
    const error = await fails(() => source.read(0, 6), 'IO_FAILED');
    assert.equal((error.cause as Error).name, 'NotReadableError');
  });

  test('blobSource short slice -> SOURCE_CHANGED', async () => {
    const blob = { size: 10, slice: () => new Blob(['abc']) } as unknown as Blob;
    await fails(() => blobSource(blob).read(0, 5), 'SOURCE_CHANGED');
  });
});

describe('streamSource', () => {
  test('streamSource counted against the budget until close', async () => {
    const context = new RunContext();
    const source = await streamSource(streamOf(seededBytes(500_000), 10_000), context);
    assert.ok(context.budget.held >= 500_000 && context.budget.held < 1_100_000);
    await source.close?.();
    await source.close?.();
    assert.equal(context.budget.held, 0);
  });

  test('streamSource over memoryLimit -> MEMORY_LIMIT, stream cancelled, nothing held', async () => {
    let cancelled: unknown;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(50_000)),
      cancel: (reason) => {
        cancelled = reason;
      },
    });
    const context = new RunContext({ memoryLimit: 1_000_000 });
    const error = await fails(() => streamSource(endless, context), 'MEMORY_LIMIT');
    await new Promise(setImmediate);
    assert.equal(cancelled, error);
    assert.equal(context.budget.held, 0);
  });

  test('streamSource that hangs -> ABORTED, stream cancelled', async () => {
    let cancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      pull: never,
      cancel: () => {
        cancelled = true;
      },
    });
    await abortsSoon((signal) => streamSource(stream, contextWith(signal)));
    await new Promise(setImmediate);
    assert.ok(cancelled);
  });

  test('streamSource that fails -> IO_FAILED with the cause and the offset', async () => {
    let count = 0;
    const cause = new Error('wire cut');
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (count++ === 2) controller.error(cause);
        else controller.enqueue(new Uint8Array(10));
      },
    });
    const error = await fails(() => streamSource(stream, new RunContext(), 'm.onnx'), 'IO_FAILED');
    assert.equal(error.cause, cause);
    assert.deepEqual(error.place, { file: 'm.onnx', offset: 20 });
  });

  test('streamSource locked stream or text chunks -> INVALID_ARGUMENT', async () => {
    const locked = streamOf(new Uint8Array(1), 1);
    locked.getReader();
    await fails(() => streamSource(locked), 'INVALID_ARGUMENT');
    const text = new ReadableStream({ pull: (controller) => controller.enqueue('text') });
    await fails(() => streamSource(text), 'INVALID_ARGUMENT');
  });
});

describe('rangeSource', () => {
  test('rangeSource hanging or failing reader -> ABORTED or IO_FAILED with place', async () => {
    const hanging = rangeSource({ size: 10, name: 'x', readRange: never });
    await abortsSoon((signal) => hanging.read(1, 2, { signal }));
    const cause = new Error('no');
    const failing = rangeSource({ size: 10, name: 'x', readRange: () => Promise.reject(cause) });
    const error = await fails(() => failing.read(3, 2), 'IO_FAILED');
    assert.equal(error.cause, cause);
    assert.deepEqual(error.place, { file: 'x', offset: 3 });
  });

  test('rangeSource 100 reads with one signal -> one listener, and none stays', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    for (const [method, step] of [
      ['addEventListener', 1],
      ['removeEventListener', -1],
    ] as const) {
      const original = signal[method].bind(signal);
      signal[method] = (...parameters: [string, EventListener]) => {
        listeners += step;
        original(...parameters);
      };
    }
    const source = rangeSource({ size: 9, signal, readRange: async (_offset, n) => new Uint8Array(n) });
    const reads = Array.from({ length: 100 }, () => source.read(0, 9));
    assert.equal(listeners, 1);
    await Promise.all(reads);
    assert.equal(listeners, 0);
  });
});

describe('toSource', () => {
  test('toSource every kind of input -> the same bytes', async () => {
    const bytes = seededBytes(1000);
    const padded = new Uint8Array([0, 0, ...bytes, 0]);
    const view = padded.subarray(2, 1002);
    const inputs: SourceInput[] = [
      bytes,
      Buffer.from(bytes),
      view,
      new DataView(padded.buffer, 2, 1000),
      bytes.slice().buffer,
      new Blob([bytes as BlobPart]),
      new File([bytes as BlobPart], 'x'),
      new Response(bytes as BodyInit),
      streamOf(bytes, 99),
      bytesSource(bytes),
    ];
    for (const input of inputs) {
      const source = await toSource(input);
      assert.equal(source.size, 1000);
      sameBytes(await source.read(0, 1000), bytes);
    }
  });

  test('bytesSource over a Buffer -> reads whose slice() copies', async () => {
    const read = await bytesSource(Buffer.from('abcdefgh')).read(1, 4);
    const copy = read.slice();
    assert.equal(copy.byteOffset, 0);
    assert.notEqual(copy.buffer, read.buffer);
  });

  test('toSource a Source -> that very Source', async () => {
    const source = bytesSource(new Uint8Array(1));
    assert.equal(await toSource(source), source);
  });

  test('toSource Response without body -> empty; not ok -> IO_FAILED; used -> INVALID_ARGUMENT', async () => {
    assert.equal((await toSource(new Response(null))).size, 0);
    const error = await fails(() => toSource(new Response('no', { status: 404 })), 'IO_FAILED');
    assert.match(error.message, /404/);
    const used = new Response('text');
    await used.text();
    await fails(() => toSource(used), 'INVALID_ARGUMENT');
  });

  test('toSource anything else -> INVALID_ARGUMENT that names the kind', async () => {
    for (const input of ['path', 7, null, undefined, {}, [1], () => 1]) {
      const error = await fails(() => toSource(input as unknown as SourceInput), 'INVALID_ARGUMENT');
      assert.equal(error.place.field, 'input');
    }
    const error = await fails(() => toSource('m.onnx' as unknown as SourceInput), 'INVALID_ARGUMENT');
    assert.match(error.message, /fileSource/);
  });
});
