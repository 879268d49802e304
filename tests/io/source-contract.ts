// What every Source must do, run against each adapter.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import type { Source } from '../../ts-host/io/source.js';
import { Rng } from '../support/rng.js';
import { contextWith, fails, sameBytes, seededBytes } from './support.js';

export type OpenSource = (bytes: Uint8Array, context: RunContext) => Promise<Source>;

/** Larger than the first slabs of a collected stream and than a stream's usual chunk. */
const SIZE = 300_001;

export function sourceContract(unit: string, open: OpenSource): void {
  const bytes = seededBytes(SIZE);
  const opened = async <T>(use: (source: Source) => Promise<T>): Promise<T> => {
    const source = await open(bytes, new RunContext());
    try {
      return await use(source);
    } finally {
      await source.close?.();
    }
  };

  describe(`${unit} as a source`, () => {
    test(`${unit} any range inside -> exactly those bytes`, () =>
      opened(async (source) => {
        assert.equal(source.size, SIZE);
        for (const [offset, length] of [
          [0, SIZE],
          [0, 1],
          [SIZE - 1, 1],
          [65_535, 2],
          [65_536, 65_536],
          [1, SIZE - 2],
        ] as const) {
          sameBytes(await source.read(offset, length), bytes.slice(offset, offset + length));
        }
      }));

    test(`${unit} length 0, also at the end -> no bytes`, () =>
      opened(async (source) => {
        for (const offset of [0, 5, SIZE]) assert.equal((await source.read(offset, 0)).byteLength, 0);
      }));

    test(`${unit} range past the end -> TRUNCATED with the offset`, () =>
      opened(async (source) => {
        for (const [offset, length] of [
          [0, SIZE + 1],
          [SIZE, 1],
          [SIZE + 1, 0],
          [1, Number.MAX_SAFE_INTEGER],
        ] as const) {
          const error = await fails(() => source.read(offset, length), 'TRUNCATED');
          assert.equal(error.place.offset, offset);
        }
      }));

    test(`${unit} range that is no range -> INVALID_ARGUMENT`, () =>
      opened(async (source) => {
        for (const [offset, length] of [
          [-1, 1],
          [0, -1],
          [0.5, 1],
          [0, Number.NaN],
          [2 ** 53, 1],
        ] as const) {
          await fails(() => source.read(offset, length), 'INVALID_ARGUMENT');
        }
      }));

    test(`${unit} 50 reads at once -> each its own range`, () =>
      opened(async (source) => {
        const rng = new Rng(7);
        const ranges = Array.from({ length: 50 }, () => {
          const offset = rng.int(0, SIZE);
          return { offset, length: rng.int(0, Math.min(5000, SIZE - offset)) };
        });
        const reads = await Promise.all(ranges.map(({ offset, length }) => source.read(offset, length)));
        for (const [index, { offset, length }] of ranges.entries()) {
          sameBytes(reads[index]!, bytes.slice(offset, offset + length));
        }
      }));

    test(`${unit} readSync, where there is one -> the same bytes and errors`, () =>
      opened(async (source) => {
        const { readSync } = source;
        if (readSync === undefined) return assert.equal(readSync, undefined);
        sameBytes(readSync(65_000, 9000), bytes.slice(65_000, 74_000));
        assert.equal(readSync(SIZE, 0).byteLength, 0);
        await fails(() => readSync(SIZE, 1), 'TRUNCATED');
      }));

    test(`${unit} no bytes at all -> size 0`, async () => {
      const source = await open(new Uint8Array(0), new RunContext());
      assert.equal(source.size, 0);
      assert.equal((await source.read(0, 0)).byteLength, 0);
      await fails(() => source.read(0, 1), 'TRUNCATED');
      await source.close?.();
    });

    test(`${unit} signal fired before -> ABORTED or bytes at once`, async () => {
      const controller = new AbortController();
      const source = await open(bytes, contextWith(controller.signal));
      controller.abort();
      // Bytes in memory need no wait and may be given; whoever waits must refuse.
      if (source.close === undefined) assert.equal((await source.read(0, 10)).byteLength, 10);
      else await fails(() => source.read(0, 10, { signal: controller.signal }), 'ABORTED');
      await source.close?.();
    });

    test(`${unit} read after close -> IO_FAILED, closing twice is fine`, async () => {
      const source = await open(bytes, new RunContext());
      if (source.close === undefined) return assert.equal(source.close, undefined);
      await source.close();
      await source.close();
      await fails(() => source.read(0, 1), 'IO_FAILED');
      if (source.readSync !== undefined) await fails(() => source.readSync?.(0, 1), 'IO_FAILED');
    });
  });
}
