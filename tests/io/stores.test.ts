// R2 and OPFS adapters against small in-memory stores; the real ones are in the matrix of runtimes.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import { writeFiles } from '../../ts-host/io/copy.js';
import { opfsSink } from '../../ts-host/io/opfs.js';
import { r2Source } from '../../ts-host/io/r2.js';
import { partBytes, r2Sink } from '../../ts-host/io/r2-sink.js';
import { MemoryBucket } from './memory-bucket.js';
import { type DirectoryTraits, MemoryDirectory } from './memory-directory.js';
import { sinkContract } from './sink-contract.js';
import { sourceContract } from './source-contract.js';
import { abortsSoon, contextWith, fails, never, outputOf, sameBytes, seededBytes } from './support.js';

const MIB = 1024 * 1024;

sourceContract('r2Source', async (bytes, context) => {
  const bucket = new MemoryBucket();
  await bucket.put('m.onnx', bytes);
  return r2Source(bucket, 'm.onnx', context);
});

for (const multipart of [true, false]) {
  sinkContract(
    `r2Sink ${multipart ? 'with' : 'without'} multipart uploads`,
    { files: 'many', largeFile: 20 * MIB + 5 },
    async (context) => {
      const bucket = new MemoryBucket();
      const puts = { put: bucket.put.bind(bucket) };
      return {
        sink: r2Sink(multipart ? bucket : puts, 'out/', context),
        visible: async () =>
          new Map([...bucket.objects].map(([key, { bytes }]) => [key.replace('out/', ''), bytes])),
        leftovers: async () => [...bucket.uploads],
      };
    },
  );
}

const directories: DirectoryTraits[] = [
  { move: 'yes', writer: 'writable' },
  { move: 'missing', writer: 'writable' },
  { move: 'refused', writer: 'writable' },
  { move: 'yes', writer: 'sync' },
  { move: 'missing', writer: 'sync' },
];
for (const traits of directories) {
  sinkContract(
    `opfsSink move ${traits.move}, writer ${traits.writer}`,
    { files: 'many', largeFile: 5 * MIB + 5 },
    async () => {
      const directory = new MemoryDirectory(traits);
      const isTemporary = (name: string): boolean => name.startsWith('.octavo-');
      return {
        sink: opfsSink(directory),
        visible: async () => new Map([...directory.files].filter(([name]) => !isTemporary(name))),
        leftovers: async () => [...directory.files.keys()].filter(isTemporary),
      };
    },
  );
}

describe('r2Source', () => {
  test('r2Source no such object -> IO_FAILED with the key', async () => {
    const error = await fails(() => r2Source(new MemoryBucket(), 'nothing'), 'IO_FAILED');
    assert.equal(error.place.file, 'nothing');
  });

  test('r2Source reads -> one ranged get each', async () => {
    const bucket = new MemoryBucket();
    await bucket.put('k', seededBytes(1000));
    const source = await r2Source(bucket, 'k');
    sameBytes(await source.read(990, 10), seededBytes(1000).subarray(990));
    await source.read(5, 0);
    assert.deepEqual(bucket.calls, ['put 1000', 'head', 'get 990+10']);
  });

  test('r2Source object replaced or deleted -> SOURCE_CHANGED, also when onlyIf is ignored', async () => {
    const bucket = new MemoryBucket();
    await bucket.put('k', seededBytes(1000));
    const ignoring = {
      head: bucket.head.bind(bucket),
      get: async (key: string, options: { range: { offset: number; length: number } }) => {
        const etag = bucket.objects.get(key)?.etag ?? '';
        return bucket.get(key, { ...options, onlyIf: { etagMatches: etag } });
      },
    };
    const strict = await r2Source(bucket, 'k');
    const lax = await r2Source(ignoring, 'k');
    await bucket.put('k', seededBytes(1000, 2));
    await fails(() => strict.read(0, 5), 'SOURCE_CHANGED');
    await fails(() => lax.read(0, 5), 'SOURCE_CHANGED');
    bucket.objects.delete('k');
    await fails(() => strict.read(0, 5), 'SOURCE_CHANGED');
  });

  test('r2Source bucket that hangs -> ABORTED', async () => {
    await abortsSoon((signal) => r2Source({ head: never, get: never }, 'k', contextWith(signal)));
    const head = async () => ({ size: 10, etag: 'e' });
    await abortsSoon(async (signal) => {
      const source = await r2Source({ head, get: never }, 'k', contextWith(signal));
      await source.read(0, 5);
    });
  });
});

describe('r2Sink', () => {
  test('r2Sink large file -> equal parts of 8 MiB, completed at commit', async () => {
    const bucket = new MemoryBucket();
    const bytes = seededBytes(17 * MIB);
    await writeFiles([outputOf('a', bytes, MIB)], r2Sink(bucket), new RunContext());
    assert.deepEqual(bucket.calls, [
      'createMultipartUpload',
      `part 1 ${8 * MIB}`,
      `part 2 ${8 * MIB}`,
      `part 3 ${MIB}`,
      'complete',
    ]);
    sameBytes(bucket.objects.get('a')?.bytes, bytes);
  });

  test('r2Sink buffers -> one part counted against memoryLimit', async () => {
    const context = new RunContext({ memoryLimit: 10 * MIB });
    await writeFiles(
      [outputOf('a', seededBytes(17 * MIB), MIB)],
      r2Sink(new MemoryBucket(), '', context),
      context,
    );
    assert.ok(context.budget.peak <= 10 * MIB);
    const bucket = new MemoryBucket();
    const puts = r2Sink({ put: bucket.put.bind(bucket) }, '', context);
    await fails(() => writeFiles([outputOf('a', seededBytes(17 * MIB), MIB)], puts, context), 'MEMORY_LIMIT');
    assert.equal(context.budget.held, 0);
  });

  test('partBytes very large file -> at most 10,000 parts', () => {
    for (const length of [1, 80_000 * MIB, 80_000 * MIB + 1, 5 * 1024 * 1024 * MIB]) {
      assert.ok(Math.ceil(length / partBytes(length)) <= 10_000);
    }
    assert.equal(partBytes(100), 8 * MIB);
  });

  test('r2Sink bucket that hangs anywhere -> ABORTED', async () => {
    const part = { partNumber: 1, etag: 'e' };
    for (const hangs of ['createMultipartUpload', 'uploadPart', 'complete'] as const) {
      const maybe = <T>(step: string, value: T): Promise<T> =>
        step === hangs ? never() : Promise.resolve(value);
      const bucket = {
        put: never,
        createMultipartUpload: () =>
          maybe('createMultipartUpload', {
            uploadPart: () => maybe('uploadPart', part),
            complete: () => maybe('complete', undefined),
            abort: () => never<void>(),
          }),
      };
      await abortsSoon((signal) => {
        const context = contextWith(signal);
        return writeFiles(
          [outputOf('a', new Uint8Array(9 * MIB), MIB)],
          r2Sink(bucket, '', context),
          context,
        );
      });
    }
  });

  test('r2Sink failing part -> IO_FAILED with the key and cause, upload aborted', async () => {
    const bucket = new MemoryBucket();
    const cause = new Error('503');
    const failing = {
      put: bucket.put.bind(bucket),
      createMultipartUpload: async (key: string) => ({
        ...(await bucket.createMultipartUpload(key)),
        uploadPart: () => Promise.reject(cause),
      }),
    };
    const error = await fails(
      () =>
        writeFiles([outputOf('a', new Uint8Array(9 * MIB), MIB)], r2Sink(failing, 'p/'), new RunContext()),
      'IO_FAILED',
    );
    assert.equal(error.cause, cause);
    assert.equal(error.place.file, 'p/a');
    assert.equal(bucket.uploads.size, 0);
  });
});

describe('opfsSink', () => {
  test('opfsSink existing file -> replaced at commit only', async () => {
    for (const traits of directories) {
      const directory = new MemoryDirectory(traits);
      const old = seededBytes(10);
      directory.files.set('a', old);
      const sink = opfsSink(directory);
      const file = await sink.create('a', 20);
      await file.write(seededBytes(20) as Uint8Array<ArrayBuffer>);
      await file.close();
      sameBytes(directory.files.get('a'), old);
      await sink.commit();
      assert.deepEqual([...directory.files.keys()], ['a']);
      sameBytes(directory.files.get('a'), seededBytes(20));
    }
  });

  test('opfsSink quota used up while writing or copying -> IO_FAILED, nothing left', async () => {
    for (const [move, quota] of [
      ['yes', 50],
      ['missing', 150],
    ] as const) {
      const directory = new MemoryDirectory({ move, writer: 'writable' });
      directory.quota = quota;
      const files = [outputOf('a', seededBytes(100))];
      const error = await fails(() => writeFiles(files, opfsSink(directory), new RunContext()), 'IO_FAILED');
      assert.equal((error.cause as DOMException).name, 'QuotaExceededError');
      assert.equal(directory.files.size, 0);
    }
  });

  test('opfsSink abort while commit copies -> the old file stays, nothing else', async () => {
    const directory = new MemoryDirectory({ move: 'missing', writer: 'writable' });
    directory.files.set('a', seededBytes(10));
    const sink = opfsSink(directory);
    const file = await sink.create('a', 20);
    await file.write(seededBytes(20) as Uint8Array<ArrayBuffer>);
    await file.close();
    const committing = fails(() => sink.commit(), 'IO_FAILED');
    await sink.abort();
    await committing;
    assert.deepEqual([...directory.files.keys()], ['a']);
    sameBytes(directory.files.get('a'), seededBytes(10));
  });

  test('opfsSink browser that cannot write -> IO_FAILED, nothing left', async () => {
    const directory = new MemoryDirectory({ move: 'missing', writer: 'none' });
    await fails(() => opfsSink(directory).create('a', 1), 'IO_FAILED');
    assert.equal(directory.files.size, 0);
  });
});
