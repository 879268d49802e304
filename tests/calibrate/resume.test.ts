// Checkpoints: a calibration that is stopped anywhere and begun again ends with the bytes of one that was not.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Samples } from '../../ts-host/data/sample.js';
import { calibrate, checkpointFile, OctavoError } from '../../ts-host/node.js';
import { prepareOctavo } from '../support/octavo.js';
import { batch, batches, MemoryStore, netWith, refused } from './support.js';

before(prepareOctavo);

const NET = netWith();
const COUNT = 6;

/** Samples that stop everything in front of sample `stop`. */
function stopping(stop: number, size: number, controller: AbortController): Samples {
  return {
    async *[Symbol.asyncIterator]() {
      let number = 0;
      for (const sample of batches(COUNT, size)) {
        if (number >= stop) controller.abort();
        yield sample;
        number += sample.dims[0]!;
      }
    },
  };
}

describe('a checkpoint', () => {
  it('stopped after any number of samples, in batches and shards -> resumed to the same bytes', async () => {
    for (const [size, shard] of [
      [1, undefined],
      [2, undefined],
      [1, { index: 1, count: 2 }],
      [3, { index: 0, count: 2 }],
    ] as const) {
      const whole = await (await calibrate(NET, batches(COUNT, size), { shard })).bytes();
      for (let stop = 0; stop < COUNT; stop += size) {
        const store = new MemoryStore();
        const controller = new AbortController();
        const checkpoint = { store, everySamples: 1 };
        await assert.rejects(
          calibrate(NET, stopping(stop, size, controller), { shard, checkpoint, signal: controller.signal }),
          refused('ABORTED'),
        );
        const resumed = await calibrate(NET, batches(COUNT, size), { shard, checkpoint });
        assert.deepEqual(await resumed.bytes(), whole, `stopped at ${stop}, batches of ${size}`);
      }
    }
  });

  it('of every moment -> ends with the same bytes, and runs only what is missing', async () => {
    const store = new MemoryStore();
    const whole = await (
      await calibrate(NET, batches(COUNT), { checkpoint: { store, everySamples: 1 } })
    ).bytes();
    assert.equal(store.saved.length, COUNT);
    assert.deepEqual(store.saved.at(-1), whole);
    for (const saved of store.saved) {
      const again = await calibrate(NET, batches(COUNT), { checkpoint: { store: new MemoryStore(saved) } });
      assert.deepEqual(await again.bytes(), whole);
    }
    const rare = new MemoryStore();
    await calibrate(NET, batches(COUNT), { checkpoint: { store: rare, everySamples: 4 } });
    assert.equal(rare.saved.length, 1);
    const never = new MemoryStore();
    await calibrate(NET, batches(COUNT), { checkpoint: { store: never, everySeconds: 3600 } });
    assert.equal(never.saved.length, 0);
  });

  it('of another model, shard or other values, damaged, intervals that are none -> refused', async () => {
    const saved = await (await calibrate(NET, batches(3))).bytes();
    const checkpoint = { store: new MemoryStore(saved) };
    await assert.rejects(
      calibrate(netWith(9), batches(3), { checkpoint }),
      refused('STATS_MISMATCH', /different models/, { file: 'memory' }),
    );
    await assert.rejects(
      calibrate(NET, batches(3), { checkpoint, shard: { index: 0, count: 2 } }),
      refused('STATS_MISMATCH', /another shard: sample 1 is not in 0\/2/, { file: 'memory' }),
    );
    await assert.rejects(
      calibrate(NET, batches(3), { checkpoint, values: ['y'] }),
      refused('STATS_MISMATCH', /values/),
    );
    const cut = { store: new MemoryStore(saved.subarray(0, 100)) };
    await assert.rejects(
      calibrate(NET, batches(3), { checkpoint: cut }),
      refused('STATS_INVALID', /./, { file: 'memory' }),
    );
    for (const every of [{ everySamples: 0 }, { everySeconds: -1 }, { everySeconds: Number.NaN }]) {
      await assert.rejects(
        calibrate(NET, batches(3), { checkpoint: { store: new MemoryStore(), ...every } }),
        refused('INVALID_ARGUMENT', /must be > 0/),
      );
    }
  });

  it('that cannot be saved -> the error of the store', async () => {
    class Full extends MemoryStore {
      override async save(): Promise<void> {
        throw new OctavoError('IO_FAILED', 'the disk is full');
      }
    }
    const checkpoint = { store: new Full(), everySamples: 2 };
    await assert.rejects(calibrate(NET, batches(3), { checkpoint }), refused('IO_FAILED', /disk is full/));
  });
});

describe('checkpointFile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'octavo-checkpoint-'));
  after(() => rmSync(folder, { recursive: true }));

  it('written, read, replaced, removed -> nothing else in the folder', async () => {
    const path = join(folder, 'a.checkpoint');
    const store = checkpointFile(path);
    assert.equal(await store.load(), undefined);
    await store.save(Uint8Array.of(1, 2, 3));
    await store.save(Uint8Array.of(4, 5));
    assert.deepEqual(new Uint8Array((await store.load())!), Uint8Array.of(4, 5));
    assert.deepEqual(readdirSync(folder), ['a.checkpoint']);
    await store.remove();
    await store.remove();
    assert.deepEqual(readdirSync(folder), []);
  });

  it('what a killed process left of it -> removed by the next one, and nothing else', async () => {
    const [path, left] = [join(folder, 'k.checkpoint'), '.octavo-k.checkpoint.tmp'];
    const others = ['.octavo-5e7c.tmp', '.octavo-j.checkpoint.tmp', 'k.checkpoint.tmp'];
    for (const name of [left, ...others]) writeFileSync(join(folder, name), 'half');
    assert.equal(await checkpointFile(path).load(), undefined);
    assert.deepEqual(readdirSync(folder).sort(), others);
    writeFileSync(join(folder, left), 'half');
    await checkpointFile(path).save(Uint8Array.of(1));
    assert.deepEqual(readdirSync(folder).sort(), [...others.slice(0, 2), 'k.checkpoint', others[2]]);
    for (const name of ['k.checkpoint', ...others]) rmSync(join(folder, name));
  });

  it('a calibration over it -> the file is a stats file', async () => {
    const path = join(folder, 'b.checkpoint');
    const checkpoint = { store: checkpointFile(path), everySamples: 1 };
    const stats = await calibrate(NET, [batch(0), batch(1)], { checkpoint });
    assert.deepEqual(new Uint8Array(readFileSync(path)), await stats.bytes());
    rmSync(path);
  });

  it('a folder that is gone -> IO_FAILED; a damaged file -> named', async () => {
    const lost = { store: checkpointFile(join(folder, 'gone/c.checkpoint')), everySamples: 1 };
    await assert.rejects(
      calibrate(NET, batches(2), { checkpoint: lost }),
      refused('IO_FAILED', /c\.checkpoint/),
    );
    const path = join(folder, 'd.checkpoint');
    writeFileSync(path, 'no stats');
    const damaged = { store: checkpointFile(path) };
    await assert.rejects(
      calibrate(NET, batches(2), { checkpoint: damaged }),
      refused('STATS_INVALID', /no stats file/, { file: path }),
    );
    assert.deepEqual(readFileSync(path, 'utf8'), 'no stats');
  });
});
