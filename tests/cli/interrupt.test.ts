// Ctrl-C at any time: exit 130, within a moment, and nothing left behind.

import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildIfStale } from '../../scripts/build.js';
import { externalModel, folderWithModel, json, namesIn, octavo } from './support.js';

before(buildIfStale);

const skip = process.platform === 'win32' && 'no signals on Windows';

/** A model whose 1.2 GB of zeros take no room on disk, but seconds to go through. */
function longJob(): { folder: string; path: string } {
  const rows = 300_000;
  const made = folderWithModel(externalModel('weights.bin', rows));
  writeFileSync(join(made.folder, 'weights.bin'), '');
  truncateSync(join(made.folder, 'weights.bin'), rows * 4096);
  return made;
}

/** Sends `signal` as soon as `ready` holds. */
function interruptWhen(ready: () => boolean, signal: NodeJS.Signals) {
  return async (child: ChildProcess): Promise<void> => {
    while (!ready() && child.exitCode === null) await sleep(5);
    assert.equal(child.exitCode, null, 'it ended before it could be interrupted');
    child.kill(signal);
  };
}

describe('interrupt', { skip }, () => {
  it('SIGINT while the output is written -> 130, no temporary file', async () => {
    const { folder, path } = longJob();
    const isWriting = (): boolean => namesIn(folder).some((name) => name.startsWith('.octavo-'));
    const during = interruptWhen(isWriting, 'SIGINT');
    const run = await octavo(['quantize', path, '--mode', 'weights'], { during });
    assert.equal(run.code, 130, run.stderr);
    assert.equal(run.stderr, 'octavo: interrupted\n');
    assert.deepEqual(namesIn(folder), ['model.onnx', 'weights.bin']);
  });

  it('SIGTERM while the output is written -> 143, no temporary file', async () => {
    const { folder, path } = longJob();
    const isWriting = (): boolean => namesIn(folder).some((name) => name.startsWith('.octavo-'));
    const run = await octavo(['quantize', path], { during: interruptWhen(isWriting, 'SIGTERM') });
    assert.equal(run.code, 143, run.stderr);
    assert.deepEqual(namesIn(folder), ['model.onnx', 'weights.bin']);
  });

  it('SIGINT while it waits for standard input, with --json -> 130 and the error as JSON', async () => {
    const { folder } = folderWithModel();
    const during = async (child: ChildProcess): Promise<void> => {
      child.stdin!.write(Buffer.alloc(16, 8));
      await sleep(1500);
      child.kill('SIGINT');
    };
    const run = await octavo(['quantize', '-', '-o', join(folder, 'out.onnx'), '--json'], { during });
    assert.equal(run.code, 130, run.stderr);
    assert.equal((json(run).error as { code: string }).code, 'ABORTED');
    assert.deepEqual(namesIn(folder), ['model.onnx']);
  });
});
