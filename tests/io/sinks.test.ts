import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import { writeFiles } from '../../ts-host/io/copy.js';
import { memorySink } from '../../ts-host/io/memory-sink.js';
import { outputBlob, outputBytes, outputStream } from '../../ts-host/io/output.js';
import type { Sink } from '../../ts-host/io/sink.js';
import { streamSink } from '../../ts-host/io/stream-sink.js';
import { sinkContract } from './sink-contract.js';
import {
  abortsSoon,
  contextWith,
  fails,
  hangingOutput,
  never,
  outputOf,
  sameBytes,
  seededBytes,
} from './support.js';

sinkContract('memorySink', { files: 'many', largeFile: 3_000_000 }, async (context) => {
  const sink = memorySink(context);
  return { sink, visible: async () => new Map(sink.result), leftovers: async () => [] };
});

sinkContract('streamSink', { files: 'one', largeFile: 3_000_000 }, async (context) => {
  const chunks: Uint8Array[] = [];
  let closed = false;
  const stream = new WritableStream<Uint8Array>({
    write: (chunk) => {
      chunks.push(chunk);
    },
    close: () => {
      closed = true;
    },
  });
  return {
    sink: streamSink(stream, context.signal),
    visible: async () => {
      const name = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0) === 6 ? 'a.bin' : 'model.onnx';
      return new Map(closed ? [[name, new Uint8Array(Buffer.concat(chunks))]] : []);
    },
    leftovers: async () => [],
  };
});

describe('memorySink', () => {
  test('memorySink over memoryLimit -> MEMORY_LIMIT before any byte, nothing held', async () => {
    const context = new RunContext({ memoryLimit: 10_000 });
    const sink = memorySink(context);
    const files = [outputOf('a', seededBytes(100)), outputOf('b', seededBytes(20_000))];
    await fails(() => writeFiles(files, sink, context), 'MEMORY_LIMIT');
    assert.equal(context.budget.held, 0);
    assert.equal(sink.result.size, 0);
  });

  test('memorySink length beyond any array -> MEMORY_LIMIT', async () => {
    await fails(() => memorySink().create('a', Number.MAX_SAFE_INTEGER), 'MEMORY_LIMIT');
  });
});

describe('streamSink', () => {
  test('streamSink second file -> INVALID_ARGUMENT that names both', async () => {
    const sink = streamSink(new WritableStream());
    await sink.create('first.onnx', 0);
    const error = await fails(() => sink.create('second.onnx', 0), 'INVALID_ARGUMENT');
    assert.match(error.message, /first\.onnx.*second\.onnx/);
  });

  test('streamSink stream that fails -> IO_FAILED with the cause', async () => {
    const cause = new Error('peer gone');
    const stream = new WritableStream<Uint8Array>({
      write: () => {
        throw cause;
      },
    });
    const files = [outputOf('a', seededBytes(3_000_000))];
    const error = await fails(() => writeFiles(files, streamSink(stream), new RunContext()), 'IO_FAILED');
    assert.equal(error.cause, cause);
    assert.equal(error.place.file, 'a');
  });

  test('streamSink write that hangs -> ABORTED, the stream is aborted', async () => {
    let streamSignal: AbortSignal | undefined;
    const stream = new WritableStream<Uint8Array>({
      start: (controller) => {
        streamSignal = controller.signal;
      },
      write: () => never(),
    });
    await abortsSoon((signal) => {
      const context = contextWith(signal);
      return writeFiles([outputOf('a', seededBytes(5000))], streamSink(stream, signal), context);
    });
    await new Promise(setImmediate);
    assert.equal(streamSignal?.aborted, true);
  });

  test('streamSink locked stream or commit without a file -> refused', async () => {
    const locked = new WritableStream();
    locked.getWriter();
    await fails(() => streamSink(locked), 'INVALID_ARGUMENT');
    await fails(() => streamSink(new WritableStream()).commit(), 'IO_FAILED');
  });
});

describe('writeFiles', () => {
  test('writeFiles progress -> phase write, rising to the total of all files', async () => {
    const seen: number[] = [];
    const context = new RunContext({
      onProgress: ({ phase, done, total }) => {
        assert.equal(phase, 'write');
        assert.equal(total, 2_500_100);
        seen.push(done);
      },
    });
    const files = [outputOf('a', seededBytes(100)), outputOf('b', seededBytes(2_500_000))];
    await writeFiles(files, memorySink(), context);
    assert.deepEqual(seen, [0, 100, 1_048_676, 2_097_252, 2_500_100]);
  });

  test('writeFiles many small chunks -> few writes', async () => {
    const sizes: number[] = [];
    const inner = memorySink();
    const sink: Sink = {
      ...inner,
      async create(name, byteLength) {
        const file = await inner.create(name, byteLength);
        return {
          ...file,
          write: (chunk) => {
            sizes.push(chunk.byteLength);
            return file.write(chunk);
          },
        };
      },
    };
    await writeFiles([outputOf('a', seededBytes(2_000_000), 17)], sink, new RunContext());
    assert.deepEqual(sizes, [1_048_576, 951_424]);
  });

  test('writeFiles onProgress that throws -> its error, sink aborted', async () => {
    const sink = memorySink();
    const context = new RunContext({
      onProgress: ({ done }) => {
        if (done > 0) throw new RangeError('from onProgress');
      },
    });
    await assert.rejects(writeFiles([outputOf('a', seededBytes(10))], sink, context), {
      name: 'RangeError',
      message: 'from onProgress',
    });
    assert.equal(sink.result.size, 0);
  });

  test('writeFiles sink that hangs anywhere, even in abort -> ABORTED soon', async () => {
    for (const hangs of ['create', 'write', 'close', 'commit'] as const) {
      const maybe = async (step: string): Promise<void> => (step === hangs ? never() : undefined);
      const sink: Sink = {
        async create() {
          await maybe('create');
          return { write: () => maybe('write'), close: () => maybe('close') };
        },
        commit: () => maybe('commit'),
        abort: () => never(),
      };
      await abortsSoon((signal) => writeFiles([outputOf('a', seededBytes(10))], sink, contextWith(signal)));
    }
  });

  test('writeFiles clean-up that fails -> the first error, naming both', async () => {
    const sink: Sink = {
      create: () => Promise.reject(new Error('disk full')),
      commit: async () => undefined,
      abort: () => Promise.reject(new Error('disk gone')),
    };
    const error = await fails(
      () => writeFiles([outputOf('a', seededBytes(10))], sink, new RunContext()),
      'IO_FAILED',
    );
    assert.match(error.message, /disk full.*disk gone/);
    assert.ok(error.cause instanceof AggregateError);
  });

  test('writeFiles failing producer -> the producer is stopped, budget given back', async () => {
    let stopped = false;
    const context = new RunContext();
    const file = {
      name: 'a',
      byteLength: 10,
      async *chunks() {
        try {
          for (;;) yield new Uint8Array(7);
        } finally {
          stopped = true;
        }
      },
    };
    await fails(() => writeFiles([file], memorySink(context), context), 'IO_FAILED');
    await new Promise(setImmediate);
    assert.ok(stopped);
    assert.equal(context.budget.held, 0);
  });
});

describe('output', () => {
  const bytes = seededBytes(2_500_000);

  test('outputBytes and outputBlob -> the same bytes, budget given back', async () => {
    const context = new RunContext();
    sameBytes(await outputBytes(outputOf('a', bytes), context), bytes);
    const blob = await outputBlob(outputOf('a', bytes), context, 'text/x');
    assert.equal(blob.type, 'text/x');
    sameBytes(new Uint8Array(await blob.arrayBuffer()), bytes);
    assert.equal(context.budget.held, 0);
  });

  test('outputStream -> the same bytes in pieces, also to a Response', async () => {
    const context = new RunContext();
    const response = new Response(outputStream(outputOf('a', bytes, 333), context));
    sameBytes(new Uint8Array(await response.arrayBuffer()), bytes);
    assert.equal(context.budget.held, 0);
  });

  test('outputStream not read -> nothing is made; cancelled -> the producer is stopped', async () => {
    let made = 0;
    let stopped = false;
    const context = new RunContext();
    const file = {
      name: 'a',
      byteLength: 100_000_000,
      async *chunks() {
        try {
          for (made = 1; ; made++) yield new Uint8Array(500_000);
        } finally {
          stopped = true;
        }
      },
    };
    const reader = outputStream(file, context).getReader();
    await new Promise(setImmediate);
    assert.equal(made, 0);
    await reader.read();
    assert.equal(made, 3);
    await reader.cancel();
    await new Promise(setImmediate);
    assert.ok(stopped);
    assert.equal(context.budget.held, 0);
  });

  test('outputStream and outputBytes hanging producer -> ABORTED', async () => {
    await abortsSoon((signal) =>
      outputStream(hangingOutput('a', 5, 10), contextWith(signal))
        .getReader()
        .read(),
    );
    await abortsSoon((signal) => outputBytes(hangingOutput('a', 5, 10), contextWith(signal)));
  });

  test('outputStream and outputBytes wrong length -> IO_FAILED', async () => {
    for (const byteLength of [9, 11]) {
      const file = { ...outputOf('a', seededBytes(10)), byteLength };
      await fails(() => outputBytes(file, new RunContext()), 'IO_FAILED');
      await fails(() => new Response(outputStream(file, new RunContext())).arrayBuffer(), 'IO_FAILED');
    }
  });
});
