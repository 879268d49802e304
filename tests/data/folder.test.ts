// Folders of images as samples, with real photographs where the shared folder is there.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import { type CheckedSample, readSamples } from '../../ts-host/data/readSamples.js';
import type { Samples, Wants } from '../../ts-host/data/sample.js';
import type { SkippedSample } from '../../ts-host/data/skipped.js';
import { OctavoError } from '../../ts-host/errors.js';
import type { ValueInfo } from '../../ts-host/ir/model.js';
import { folderSamples } from '../../ts-host/node/folderSamples.js';
import { sharedData } from '../support/data.js';
import { prepareImages } from '../support/engine.js';
import { DECODE_CASES } from './goldenImages.js';

const folder = mkdtempSync(join(tmpdir(), 'octavo-samples-'));
after(() => rmSync(folder, { recursive: true }));
before(prepareImages);

const INPUT: ValueInfo = { name: 'image', dtype: 'float32', dims: ['N', 3, 8, 8] };

async function all(samples: Samples, input = INPUT, wants?: Wants): Promise<CheckedSample[]> {
  const found: CheckedSample[] = [];
  for await (const sample of readSamples(samples, [input], new RunContext(), wants)) found.push(sample);
  return found;
}

const jpeg = DECODE_CASES.find(({ name }) => name.startsWith('jpeg 40 x 23'))!.file;
const png = DECODE_CASES.find(({ name }) => name.startsWith('png 21 x 13 colour 2'))!.file;

function write(path: string, bytes: Uint8Array | string): void {
  const place = join(folder, path);
  mkdirSync(join(place, '..'), { recursive: true });
  writeFileSync(place, bytes);
}

describe('folderSamples', () => {
  before(() => {
    write('good/b.png', png);
    write('good/B.JPG', jpeg);
    write('good/a/z.jpeg', jpeg);
    write('good/a-1.jpg', jpeg);
    write('good/notes.txt', 'no sample');
    write('good/.hidden.png', png);
    write('broken/1.jpg', jpeg);
    write('broken/2.jpg', jpeg.subarray(0, 300));
    write('broken/3.png', png);
    write('empty/readme.md', '');
  });

  it('images of all folders -> by path, ascending; other files listed', async () => {
    const samples = await folderSamples(join(folder, 'good'));
    assert.deepEqual(samples.files, ['B.JPG', 'a-1.jpg', 'a/z.jpeg', 'b.png']);
    assert.deepEqual(samples.ignored, ['notes.txt']);
    assert.equal(samples.count, 4);
    const found = await all(samples);
    assert.deepEqual(
      found.map(({ name, items, numbers }) => [name, items, numbers]),
      samples.files.map((name, i) => [name, [name], [i]]),
    );
    assert.deepEqual(found[0]!.feeds.get('image')!.dims, [1, 3, 8, 8]);
    assert.equal((await all(samples)).length, 4);
  });

  it('a batch of the model -> full batches, the last filled up with its first images', async () => {
    const samples = await folderSamples(join(folder, 'good'), { preset: 'tf' });
    const [first, second] = await all(samples, { ...INPUT, dims: [3, 3, 8, 8] });
    assert.deepEqual([first!.items.length, second!.items, second!.numbers], [3, ['b.png'], [3]]);
    const { data, dims } = second!.feeds.get('image')!;
    assert.deepEqual(dims, [3, 3, 8, 8]);
    assert.deepEqual(data.slice(0, 192), data.slice(192, 384));
  });

  it('wanted numbers -> only those are decoded', async () => {
    const samples = await folderSamples(join(folder, 'good'), { batch: 2 });
    const found = await all(samples, INPUT, (number) => number !== 1);
    assert.deepEqual(
      found.map(({ numbers }) => numbers),
      [[0, 2], [3]],
    );
  });

  it('one broken among good ones -> named and left out, or refused', async () => {
    const skipped: SkippedSample[] = [];
    const onSkip = (item: SkippedSample) => skipped.push(item);
    const found = await all(await folderSamples(join(folder, 'broken'), { onSkip }));
    assert.deepEqual(
      found.map(({ name, numbers }) => [name, ...numbers]),
      [
        ['1.jpg', 0],
        ['3.png', 2],
      ],
    );
    assert.deepEqual(
      skipped.map(({ name, number, reason }) => [name, number, reason.code, reason.place.file]),
      [['2.jpg', 1, 'TRUNCATED', '2.jpg']],
    );
    const strict = await folderSamples(join(folder, 'broken'), { strict: true });
    await assert.rejects(all(strict), (error: OctavoError) => error.place.file === '2.jpg');
  });

  it('nothing there, nothing usable -> SAMPLES_MISSING', async () => {
    const missing = (pattern: RegExp) => (error: unknown) => {
      assert.ok(error instanceof OctavoError && error.code === 'SAMPLES_MISSING', String(error));
      assert.match(error.message, pattern);
      return true;
    };
    await assert.rejects(folderSamples(join(folder, 'empty')), missing(/endings found: \.md/));
    write('bad/1.jpg', 'x');
    await assert.rejects(all(await folderSamples(join(folder, 'bad'))), missing(/1\.jpg/));
  });

  it('no folder -> IO_FAILED; unknown preset -> the nearest name', async () => {
    await assert.rejects(
      folderSamples(join(folder, 'none')),
      (error: OctavoError) => error.code === 'IO_FAILED',
    );
    const preset = 'imagnet' as 'imagenet';
    await assert.rejects(folderSamples(join(folder, 'good'), { preset }), /did you mean imagenet\?/);
  });

  it('the photographs -> samples for a model of 224 x 224', async (t) => {
    const photos = sharedData === undefined ? '' : join(sharedData, 'images/photos');
    if (!existsSync(photos)) return t.skip('no shared photographs');
    const input: ValueInfo = { name: 'x', dtype: 'float32', dims: ['N', 3, 224, 224] };
    const samples = await folderSamples(photos, { preset: 'tf', strict: true });
    const found = await all(samples, input, (number) => number < 3);
    assert.deepEqual(
      found.map(({ name }) => name),
      ['01a.jpg', '01b.jpg', '01c.jpg'],
    );
    const values = found[0]!.feeds.get('x')!.data as Float32Array;
    assert.ok(values.every((x) => x >= -1 && x <= 1) && values.some((x) => x > 0.3));
  });
});
