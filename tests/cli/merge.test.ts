// `octavo merge`: shards made one, and what does not belong together refused with the name of the file.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { buildIfStale } from '../../scripts/build.js';
import { calibrate } from '../../ts-host/index.js';
import { batches, netWith, VALUES } from '../calibrate/support.js';
import { prepareOctavo } from '../support/octavo.js';
import { json, namesIn, octavo, testFolder } from './support.js';

before(async () => {
  await buildIfStale();
  await prepareOctavo();
});

/** A folder with the stats of three shards, and those of the whole. */
async function shards(): Promise<{ folder: string; files: string[]; whole: Uint8Array }> {
  const folder = testFolder();
  const files: string[] = [];
  for (let index = 0; index < 3; index++) {
    const stats = await calibrate(netWith(), batches(7), { values: VALUES, shard: { index, count: 3 } });
    files.push(join(folder, `${index}.stats`));
    writeFileSync(files[index]!, await stats.bytes());
  }
  return { folder, files, whole: await (await calibrate(netWith(), batches(7), { values: VALUES })).bytes() };
}

describe('octavo merge', () => {
  it('shards in any order -> the file of the whole', async () => {
    const { folder, files, whole } = await shards();
    const out = join(folder, 'all.stats');
    const { code, stdout, stderr } = await octavo(['merge', ...files.toReversed(), '-o', out]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(new Uint8Array(readFileSync(out)), whole);
    assert.match(
      stdout.toString(),
      /^written +.*all\.stats {2}.*\nmerged +3 files\nsamples +7\nvalues +7 observed\n$/,
    );
  });

  it('--json, and -o - -> a document; the bytes', async () => {
    const { folder, files, whole } = await shards();
    const out = join(folder, 'all.stats');
    assert.deepEqual(json(await octavo(['merge', ...files, '-o', out, '--json'])), {
      command: 'merge',
      inputs: files,
      stats: { path: out, bytes: whole.byteLength },
      samples: 7,
      values: VALUES.length,
      unseen: [],
      constant: [],
    });
    const run = await octavo(['merge', ...files, '-o', '-']);
    assert.deepEqual(new Uint8Array(run.stdout), whole);
    assert.match(run.stderr, /^written +standard output/);
  });

  it('a shard twice, another model, a cut file, no output, an input as output -> refused, nothing written', async () => {
    const { folder, files } = await shards();
    const other = join(folder, 'other.stats');
    writeFileSync(other, await (await calibrate(netWith(5), batches(1), { values: VALUES })).bytes());
    const cut = join(folder, 'cut.stats');
    writeFileSync(cut, readFileSync(files[0]!).subarray(0, 200));
    const before = namesIn(folder);
    const out = join(folder, 'all.stats');
    const [first, second] = files as [string, string];
    const cases: [string[], number, RegExp][] = [
      [[first, second, first, '-o', out], 1, /both have seen sample 0.*file .*0\.stats.*\[STATS_MISMATCH\]/],
      [[first, other, '-o', out], 1, /different models.*other\.stats.*\[STATS_MISMATCH\]/],
      [[first, cut, '-o', out], 1, /truncated.*cut\.stats.*\[STATS_INVALID\]/],
      [[first, join(folder, 'missing'), '-o', out], 1, /missing.*\[IO_FAILED\]/],
      [[first], 2, /'-o, --output <file>' not specified/],
      [['-o', out], 2, /missing required argument 'stats'/],
      [[first, second, '-o', second], 2, /would replace the input/],
      [[first, second, '-o', '-', '--json'], 2, /both want standard output/],
      [[first, second, '-o', join(folder, 'gone/all.stats')], 1, /\[IO_FAILED\]/],
    ];
    for (const [args, code, pattern] of cases) {
      const run = await octavo(['merge', ...args]);
      assert.equal(run.code, code, `${args.join(' ')}: ${run.stderr}`);
      assert.match(args.includes('--json') ? run.stdout.toString() : run.stderr, pattern);
    }
    assert.deepEqual(namesIn(folder), before);
  });
});
