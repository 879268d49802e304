// `octavo calibrate`: a folder to a stats file, in shards and with checkpoints, and what is said of samples that do not fit.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { buildIfStale } from '../../scripts/build.js';
import { CalibrationStats } from '../../ts-host/index.js';
import { writeNpy } from '../../ts-host/node/npy.js';
import { batch, netWith } from '../calibrate/support.js';
import { folderWithModel, json, namesIn, octavo } from './support.js';

before(buildIfStale);

const COUNT = 7;

/** A folder with a model, and COUNT samples for it in `samples`. */
function prepared(): { folder: string; path: string; samples: string; out: string } {
  const { folder, path } = folderWithModel(netWith());
  const samples = join(folder, 'samples');
  mkdirSync(samples);
  for (let i = 0; i < COUNT; i++) writeFileSync(join(samples, `${i}.npy`), npy(i));
  return { folder, path, samples, out: join(folder, 'model.stats') };
}

function npy(number: number): Uint8Array {
  const data = batch(number).data as Float32Array;
  return writeNpy({ dtype: 'float32', dims: [1, 2, 6, 6], bytes: new Uint8Array(data.buffer) });
}

const bytes = (path: string) => new Uint8Array(readFileSync(path));

describe('octavo calibrate', () => {
  it('a folder -> a stats file, told in text and JSON; the same in batches', async () => {
    const { path, samples, out, folder } = prepared();
    writeFileSync(join(samples, 'notes.txt'), 'no sample');
    const { code, stdout, stderr } = await octavo(['calibrate', path, '--calibrate', samples, '-o', out]);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    assert.match(
      stdout.toString(),
      /^written +.*model\.stats {2}.*\nfrom +.*samples, 7 samples\nsamples +7\nvalues +3 observed\n$/,
    );
    const stats = await CalibrationStats.fromBytes(bytes(out));
    assert.deepEqual([stats.sampleCount, stats.values], [COUNT, ['f', 'r', 'x']]);
    const batched = join(folder, 'batched.stats');
    const args = ['calibrate', path, '--calibrate', samples, '--batch', '3', '-o', batched, '--json'];
    assert.deepEqual(json(await octavo(args)), {
      command: 'calibrate',
      input: path,
      folder: samples,
      shard: null,
      stats: { path: batched, bytes: bytes(out).byteLength },
      samples: COUNT,
      values: 3,
      unseen: [],
      constant: [],
      skipped: [],
      ignored: 1,
    });
    assert.deepEqual(bytes(batched), bytes(out));
  });

  it('shards and merge -> the file of the whole', async () => {
    const { folder, path, samples, out } = prepared();
    await octavo(['calibrate', path, '--calibrate', samples, '-o', out]);
    const shards = [0, 1, 2].map((index) => join(folder, `${index}.stats`));
    for (const [index, shard] of shards.entries()) {
      const args = ['calibrate', path, '--calibrate', samples, '--shard', `${index}/3`, '-o', shard];
      const { stdout } = await octavo(args);
      assert.match(stdout.toString(), new RegExp(`^from .*, 7 samples, of which shard ${index}/3$`, 'm'));
    }
    const merged = join(folder, 'merged.stats');
    await octavo(['merge', ...shards.toReversed(), '-o', merged]);
    assert.deepEqual(bytes(merged), bytes(out));
  });

  it('a checkpoint of some samples -> gone on from, the same file, and the checkpoint goes', async () => {
    const { folder, path, samples, out } = prepared();
    await octavo(['calibrate', path, '--calibrate', samples, '-o', out]);
    const part = join(folder, 'part');
    await octavo(['calibrate', path, '--calibrate', samples, '--shard', '1/2', '-o', part]);
    // Broken now: a run that looked at it again would leave it out.
    writeFileSync(join(samples, '1.npy'), 'broken');
    const again = join(folder, 'again.stats');
    const args = ['calibrate', path, '--calibrate', samples, '--checkpoint', part, '-o', again];
    const { code, stderr } = await octavo(args);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    assert.deepEqual(bytes(again), bytes(out));
    assert.deepEqual(namesIn(folder), ['again.stats', 'model.onnx', 'model.stats', 'samples']);
  });

  it('a broken sample -> left out and told; --strict -> refused', async () => {
    const { path, samples, out } = prepared();
    writeFileSync(join(samples, '3.npy'), npy(3).subarray(0, 100));
    const args = ['calibrate', path, '--calibrate', samples, '-o', out, '--json'];
    const run = await octavo(args);
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stderr, /^octavo: left out 3\.npy: /);
    const told = json(run);
    assert.equal(told.samples, COUNT - 1);
    const [skipped] = told.skipped as { name: string; number: number; code: string }[];
    assert.deepEqual([skipped!.name, skipped!.number, skipped!.code], ['3.npy', 3, 'TRUNCATED']);
    const strict = await octavo([...args, '--strict']);
    assert.equal(strict.code, 1);
    assert.match(strict.stdout.toString(), /"code": "TRUNCATED"/);
  });

  it('NaN, another shape, no samples, no such folder -> named, nothing written', async () => {
    const { folder, path, samples, out } = prepared();
    const run = (dir: string) => octavo(['calibrate', path, '--calibrate', dir, '-o', out]);
    const broken = batch(9);
    (broken.data as Float32Array)[3] = Number.NaN;
    const raw = new Uint8Array(broken.data.buffer);
    writeFileSync(join(samples, '4.npy'), writeNpy({ dtype: 'float32', dims: [1, 2, 6, 6], bytes: raw }));
    assert.match((await run(samples)).stderr, /sample 4\.npy.*tensor x.*\[NON_FINITE_ACTIVATION\]/);
    writeFileSync(join(samples, '4.npy'), writeNpy({ dtype: 'float32', dims: [1, 6, 2, 6], bytes: raw }));
    assert.match((await run(samples)).stderr, /4\.npy.*\[FEED_INVALID\]/);
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    assert.match((await run(empty)).stderr, /no samples.*\[SAMPLES_MISSING\]/);
    assert.match((await run(join(folder, 'gone'))).stderr, /gone.*\[IO_FAILED\]/);
    assert.deepEqual(namesIn(folder), ['empty', 'model.onnx', 'samples']);
  });

  it('wrong usage -> exit 2', async () => {
    const { path, samples, out } = prepared();
    const cases: [string[], RegExp][] = [
      [['-o', out], /'--calibrate <folder>' not specified/],
      [['--calibrate', samples], /'-o, --output <file>' not specified/],
      [['--calibrate', samples, '-o', out, '--shard', '4/4'], /shards of 4 are 0 to 3, there is no 4/],
      [['--calibrate', samples, '-o', out, '--shard', '1-4'], /0\/4 is the first of four/],
      [['--calibrate', samples, '-o', out, '--preset', 'imagnet'], /did you mean imagenet/i],
      [['--calibrate', samples, '-o', out, '--target', 'onnxruntime'], /target is onnxruntime/],
      [['--calibrate', samples, '-o', out, '--batch', '0'], /above 0/],
      [['--calibrate', samples, '-o', out, '--mean', '1,x'], /commas between/],
      [['--calibrate', samples, '-o', out, '--resize', 'big'], /width x height/],
      [['--calibrate', samples, '-o', out, '--checkpoint', out], /cannot both be/],
      [['--calibrate', samples, '-o', out, '--checkpoint-seconds', '3'], /goes with --checkpoint/],
      [['--calibrate', samples, '-o', path], /would replace the input/],
      [['--calibrate', samples, '-o', out, '--checkpoint', path], /would replace the input/],
      [['--calibrate', samples, '-o', '-', '--json'], /both want standard output/],
    ];
    for (const [args, pattern] of cases) {
      const run = await octavo(['calibrate', path, ...args]);
      assert.equal(run.code, 2, `${args.join(' ')}: ${run.stderr}${run.stdout}`);
      assert.match(args.includes('--json') ? run.stdout.toString() : run.stderr, pattern);
    }
  });

  it('a disk that is full at a checkpoint -> IO_FAILED, the one before stays, no other file', async (context) => {
    const { folder, path, samples, out } = prepared();
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', disk], { stdio: 'pipe' });
    } catch (error) {
      return context.skip(`cannot mount a tmpfs here: ${(error as Error).message.split('\n')[0]}`);
    }
    try {
      const part = join(disk, 'part');
      const args = ['calibrate', path, '--calibrate', samples, '--shard', '0/7', '-o', part];
      assert.equal((await octavo(args)).code, 0);
      const before = bytes(part);
      writeFileSync(
        join(disk, 'ballast'),
        new Uint8Array(131072 - 4096 * Math.ceil(before.byteLength / 4096)),
      );
      const { code, stderr } = await octavo([
        ...['calibrate', path, '--calibrate', samples, '-o', out],
        ...['--checkpoint', part, '--checkpoint-samples', '1'],
      ]);
      assert.equal(code, 1);
      assert.match(stderr, /ENOSPC.*part.*\[IO_FAILED\]/);
      assert.deepEqual(namesIn(disk), ['ballast', 'part']);
      assert.deepEqual(bytes(part), before);
      assert.deepEqual(namesIn(folder), ['disk', 'model.onnx', 'samples']);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});
