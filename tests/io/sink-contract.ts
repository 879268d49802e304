// What every Sink must do, run against each adapter.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import { writeFiles } from '../../ts-host/io/copy.js';
import type { Sink } from '../../ts-host/io/sink.js';
import {
  abortsSoon,
  contextWith,
  fails,
  hangingOutput,
  outputOf,
  sameBytes,
  seededBytes,
} from './support.js';

/** A sink with a view of what others see. */
export interface Bench {
  readonly sink: Sink;
  /** Names and contents visible under their final names. */
  visible(): Promise<Map<string, Uint8Array>>;
  /** Everything begun and not removed: temporary files, open uploads. */
  leftovers(): Promise<string[]>;
}

export interface SinkTraits {
  /** How many files it takes. */
  readonly files: 'one' | 'many';
  /** Small enough that a test may write past the buffers of the adapter. */
  readonly largeFile: number;
}

export function sinkContract(
  unit: string,
  traits: SinkTraits,
  open: (context: RunContext) => Promise<Bench>,
): void {
  const small = seededBytes(4321);
  const large = seededBytes(traits.largeFile);
  const nothingLeft = async (bench: Bench): Promise<void> => {
    assert.deepEqual([...(await bench.visible()).keys()], []);
    assert.deepEqual(await bench.leftovers(), []);
  };

  describe(`${unit} as a sink`, () => {
    test(`${unit} files written and committed -> the same bytes, nothing else`, async () => {
      const files = [outputOf('model.onnx', large, 70_001)];
      if (traits.files === 'many') {
        files.unshift(outputOf('model.onnx.data', small), outputOf('empty', new Uint8Array(0)));
      }
      const context = new RunContext();
      const bench = await open(context);
      await writeFiles(files, bench.sink, context);
      const visible = await bench.visible();
      assert.deepEqual([...visible.keys()].sort(), files.map((file) => file.name).sort());
      sameBytes(visible.get('model.onnx'), large);
      if (traits.files === 'many') sameBytes(visible.get('model.onnx.data'), small);
      assert.deepEqual(await bench.leftovers(), []);
      assert.equal(context.budget.held, 0);
    });

    test(`${unit} before commit -> nothing visible; abort -> nothing left, also twice`, async () => {
      const bench = await open(new RunContext());
      const file = await bench.sink.create('a.bin', small.byteLength);
      await file.write(small);
      await file.close();
      assert.deepEqual([...(await bench.visible()).keys()], []);
      await bench.sink.abort(new Error('enough'));
      await bench.sink.abort();
      await nothingLeft(bench);
    });

    test(`${unit} chunk changed after its write -> the bytes as they were`, async () => {
      const bench = await open(new RunContext());
      const file = await bench.sink.create('a.bin', 6);
      const chunk = new Uint8Array([1, 2, 3]);
      await file.write(chunk);
      chunk.fill(9);
      await file.write(chunk);
      chunk.fill(8);
      await file.close();
      await bench.sink.commit();
      assert.deepEqual([...(await bench.visible()).get('a.bin')!], [1, 2, 3, 9, 9, 9]);
    });

    test(`${unit} more or fewer bytes than announced -> IO_FAILED`, async () => {
      for (const announced of [9, 11]) {
        const bench = await open(new RunContext());
        const file = await bench.sink.create('a.bin', announced);
        const error = await fails(async () => {
          await file.write(new Uint8Array(10));
          await file.close();
        }, 'IO_FAILED');
        assert.match(error.message, /announced/);
        await bench.sink.abort(error);
        await nothingLeft(bench);
      }
    });

    test(`${unit} output of a wrong length -> IO_FAILED, nothing left`, async () => {
      for (const byteLength of [small.byteLength - 1, small.byteLength + 1]) {
        const bench = await open(new RunContext());
        const file = { ...outputOf('a.bin', small), byteLength };
        await fails(() => writeFiles([file], bench.sink, new RunContext()), 'IO_FAILED');
        await nothingLeft(bench);
      }
    });

    test(`${unit} producer that throws -> its error, nothing left`, async () => {
      const bench = await open(new RunContext());
      const file = {
        name: 'a.bin',
        byteLength: 5000,
        async *chunks() {
          yield new Uint8Array(4000);
          throw new RangeError('broken producer');
        },
      };
      await assert.rejects(writeFiles([file], bench.sink, new RunContext()), /broken producer/);
      await nothingLeft(bench);
    });

    test(`${unit} abort while the producer hangs -> ABORTED, nothing left`, async () => {
      let bench: Bench | undefined;
      await abortsSoon(async (signal) => {
        const context = contextWith(signal);
        bench = await open(context);
        const size = traits.largeFile + 1000;
        await writeFiles([hangingOutput('a.bin', traits.largeFile, size)], bench.sink, context);
      });
      await nothingLeft(bench!);
    });

    if (traits.files === 'many') {
      test(`${unit} names that are no plain or new names -> INVALID_ARGUMENT`, async () => {
        const bench = await open(new RunContext());
        for (const name of ['', '.', '..', '../a', 'a/b', 'a\\b', 'a\0b']) {
          await fails(() => bench.sink.create(name, 1), 'INVALID_ARGUMENT');
        }
        for (const length of [-1, 0.5, Number.NaN]) {
          await fails(() => bench.sink.create(`length${length}`, length), 'INVALID_ARGUMENT');
        }
        await bench.sink.create('twice', 0);
        await fails(() => bench.sink.create('twice', 0), 'INVALID_ARGUMENT');
        await bench.sink.abort();
        await nothingLeft(bench);
      });
    }
  });
}
