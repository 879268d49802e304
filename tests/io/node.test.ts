// The adapters of octavo/node on a real file system: files beyond 4 GiB, pipes, full and read-only disks.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { RunContext } from '../../ts-host/context.js';
import { writeFiles } from '../../ts-host/io/copy.js';
import { fileSource } from '../../ts-host/io/node/file-source.js';
import { folderSink } from '../../ts-host/io/node/folder-sink.js';
import { sinkContract } from './sink-contract.js';
import { sourceContract } from './source-contract.js';
import { contextWith, fails, outputOf, sameBytes, seededBytes, temporaryFolder } from './support.js';

const folder = temporaryFolder();
let count = 0;
const fresh = (): string => join(folder, `n${count++}`);
const freshFolder = (): string => {
  const path = fresh();
  mkdirSync(path);
  return path;
};

sourceContract('fileSource', (bytes, context) => {
  const path = fresh();
  writeFileSync(path, bytes);
  return fileSource(path, context);
});

sinkContract('folderSink', { files: 'many', largeFile: 5_000_000 }, async () => {
  const path = freshFolder();
  const isTemporary = (name: string): boolean => name.startsWith('.octavo-');
  return {
    sink: folderSink(path),
    visible: async () => {
      const names = readdirSync(path).filter((name) => !isTemporary(name));
      return new Map(names.map((name) => [name, new Uint8Array(readFileSync(join(path, name)))]));
    },
    leftovers: async () => readdirSync(path).filter(isTemporary),
  };
});

/** Whether this process may mount; the reason to skip otherwise. */
function mountTmpfs(options: string): { path: string } | { skip: string } {
  const path = freshFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { stdio: 'pipe' });
  } catch (error) {
    return { skip: `cannot mount a tmpfs here: ${(error as Error).message.split('\n')[0]}` };
  }
  after(() => execFileSync('umount', [path]));
  return { path };
}

describe('fileSource', () => {
  test('fileSource sparse file of 6 GiB -> reads around 2, 4 and 6 GiB', async () => {
    const path = fresh();
    const size = 6 * 2 ** 30;
    const places = [2 ** 31 - 3, 2 ** 32 - 3, size - 6];
    const file = openSync(path, 'w');
    ftruncateSync(file, size);
    for (const [index, place] of places.entries()) writeSync(file, Buffer.from(`mark${index}!`), 0, 6, place);
    closeSync(file);
    const source = await fileSource(path);
    assert.equal(source.size, size);
    assert.equal(source.readSync, undefined);
    for (const [index, place] of places.entries()) {
      assert.equal(Buffer.from(await source.read(place, 6)).toString(), `mark${index}!`);
    }
    const across = await source.read(2 ** 31 - 40_000_000, 80_000_000);
    assert.equal(Buffer.from(across.subarray(39_999_997, 40_000_003)).toString(), 'mark0!');
    await fails(() => source.read(size - 5, 6), 'TRUNCATED');
    await source.close();
    rmSync(path);
  });

  test('fileSource file cut while it is read -> SOURCE_CHANGED', async () => {
    const path = fresh();
    writeFileSync(path, seededBytes(1000));
    const source = await fileSource(path);
    truncateSync(path, 500);
    const error = await fails(() => source.read(400, 200), 'SOURCE_CHANGED');
    assert.deepEqual(error.place, { file: path, offset: 400 });
    await fails(() => source.readSync?.(400, 200), 'SOURCE_CHANGED');
    await source.close();
  });

  test('fileSource missing path, folder, pipe or device -> IO_FAILED at once', async () => {
    const pipe = fresh();
    execFileSync('mkfifo', [pipe]);
    for (const path of [join(folder, 'missing'), folder, pipe, '/dev/null']) {
      const error = await fails(() => fileSource(path), 'IO_FAILED');
      assert.equal(error.place.file, path);
    }
  });

  test('fileSource signal fired between reads -> readSync ABORTED too', async () => {
    const path = fresh();
    writeFileSync(path, 'abc');
    const controller = new AbortController();
    const context = contextWith(controller.signal);
    const source = await fileSource(path, context);
    assert.equal(source.readSync?.(0, 3).byteLength, 3);
    controller.abort();
    await fails(() => source.readSync?.(0, 3), 'ABORTED');
    await fails(() => source.read(0, 3), 'ABORTED');
    await source.close();
    await fails(() => fileSource(path, context), 'ABORTED');
  });
});

describe('folderSink', () => {
  test('folderSink existing files and links -> replaced at commit only', async () => {
    const path = freshFolder();
    const outside = fresh();
    writeFileSync(outside, 'outside');
    writeFileSync(join(path, 'a'), 'old');
    symlinkSync(outside, join(path, 'b'));
    const sink = folderSink(path);
    for (const name of ['a', 'b']) {
      const file = await sink.create(name, 3);
      await file.write(Buffer.from('new'));
      await file.close();
    }
    assert.equal(readFileSync(join(path, 'a'), 'utf8'), 'old');
    await sink.commit();
    assert.equal(readFileSync(join(path, 'a'), 'utf8'), 'new');
    assert.equal(readFileSync(join(path, 'b'), 'utf8'), 'new');
    assert.equal(readFileSync(outside, 'utf8'), 'outside');
    await sink.abort();
    assert.deepEqual(readdirSync(path).sort(), ['a', 'b']);
  });

  test('folderSink commit that fails at the last rename -> IO_FAILED with its path, no temporary file', async () => {
    const path = freshFolder();
    mkdirSync(join(path, 'model.onnx'));
    const files = [outputOf('data', seededBytes(10)), outputOf('model.onnx', seededBytes(20))];
    const error = await fails(() => writeFiles(files, folderSink(path), new RunContext()), 'IO_FAILED');
    assert.equal(error.place.file, join(path, 'model.onnx'));
    assert.deepEqual(readdirSync(path).sort(), ['data', 'model.onnx']);
  });

  test('folderSink commit with an open file, or create after the end -> IO_FAILED', async () => {
    const sink = folderSink(freshFolder());
    const file = await sink.create('a', 0);
    await fails(() => sink.commit(), 'IO_FAILED');
    await file.close();
    await sink.commit();
    await fails(() => sink.create('b', 0), 'IO_FAILED');
  });

  test('folderSink missing folder, or a file in its place -> IO_FAILED with path and cause', async () => {
    const file = fresh();
    writeFileSync(file, 'x');
    for (const [path, code] of [
      [fresh(), 'ENOENT'],
      [join(file, 'below'), 'ENOTDIR'],
    ] as const) {
      const error = await fails(
        () => writeFiles([outputOf('a', seededBytes(9))], folderSink(path), new RunContext()),
        'IO_FAILED',
      );
      assert.equal(error.place.file, join(path, 'a'));
      assert.equal((error.cause as NodeJS.ErrnoException).code, code);
    }
  });

  test('folderSink full disk -> IO_FAILED with ENOSPC, nothing left', (context) => {
    const mounted = mountTmpfs('size=1m');
    if ('skip' in mounted) return context.skip(mounted.skip);
    return (async () => {
      const files = [outputOf('a', seededBytes(300_000)), outputOf('b', seededBytes(3_000_000))];
      const error = await fails(
        () => writeFiles(files, folderSink(mounted.path), new RunContext()),
        'IO_FAILED',
      );
      assert.equal((error.cause as NodeJS.ErrnoException).code, 'ENOSPC');
      assert.equal(error.place.file, join(mounted.path, 'b'));
      assert.deepEqual(readdirSync(mounted.path), []);
    })();
  });

  test('folderSink read-only disk -> IO_FAILED with EROFS', (context) => {
    const mounted = mountTmpfs('ro');
    if ('skip' in mounted) return context.skip(mounted.skip);
    return (async () => {
      const sink = folderSink(mounted.path);
      const error = await fails(() => sink.create('a', 5), 'IO_FAILED');
      assert.equal((error.cause as NodeJS.ErrnoException).code, 'EROFS');
      await sink.abort();
    })();
  });

  test('folderSink abort at many moments -> ABORTED and no file, or all files', async () => {
    const files = [outputOf('data', seededBytes(2_500_000)), outputOf('model.onnx', seededBytes(1000))];
    for (let steps = 0; steps < 60; steps++) {
      const path = freshFolder();
      const controller = new AbortController();
      const context = contextWith(controller.signal);
      const done = writeFiles(files, folderSink(path), context).then(
        () => 'done',
        (error) => error.code,
      );
      // Lets the event loop turn `steps` times before the abort.
      for (let step = 0; step < steps; step++) await new Promise(setImmediate);
      controller.abort();
      const outcome = await done;
      // On a loaded machine the clean-up may outlast the 40 ms that writeFiles waits for it.
      const temporaries = (): boolean => readdirSync(path).some((name) => name.startsWith('.octavo-'));
      for (let wait = 0; wait < 100 && temporaries(); wait++) await sleep(20);
      const names = readdirSync(path).sort();
      assert.ok(outcome === 'done' || outcome === 'ABORTED', outcome);
      if (names.length > 0) assert.deepEqual(names, ['data', 'model.onnx']);
      if (outcome === 'done') assert.equal(names.length, 2);
      assert.equal(context.budget.held, 0);
    }
  });
});

test('fileSource to folderSink -> the same bytes', async () => {
  const from = fresh();
  const bytes = seededBytes(3_333_333);
  writeFileSync(from, bytes);
  const source = await fileSource(from);
  const to = freshFolder();
  const file = {
    name: 'copy',
    byteLength: source.size,
    async *chunks(context: RunContext) {
      for (let offset = 0; offset < source.size; offset += 100_000) {
        const length = Math.min(100_000, source.size - offset);
        yield await source.read(offset, length, { signal: context.signal });
      }
    },
  };
  await writeFiles([file], folderSink(to), new RunContext());
  await source.close();
  sameBytes(new Uint8Array(readFileSync(join(to, 'copy'))), bytes);
});
