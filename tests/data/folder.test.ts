// Folders of images as samples, with real photographs where the shared folder is there.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import { countOf } from '../../ts-host/data/countOf.js';
import type { ImageDecoder } from '../../ts-host/data/images/ownDecoder.js';
import { type CheckedSample, readSamples } from '../../ts-host/data/readSamples.js';
import type { Sample, Samples, Wants } from '../../ts-host/data/sample.js';
import type { SkippedSample } from '../../ts-host/data/skipped.js';
import { OctavoError } from '../../ts-host/errors.js';
import type { ValueInfo } from '../../ts-host/ir/model.js';
import { type FolderSamplesOptions, folderSamples } from '../../ts-host/node/folderSamples.js';
import { readNpy, writeNpy } from '../../ts-host/node/npy.js';
import { writeNpz } from '../../ts-host/node/npz.js';
import { type SharpImage, sharpDecoder } from '../../ts-host/node/sharpDecoder.js';
import { sharedData } from '../support/data.js';
import { prepareImages } from '../support/engine.js';
import { DECODE_CASES } from './goldenImages.js';

const folder = mkdtempSync(join(tmpdir(), 'octavo-samples-'));
after(() => rmSync(folder, { recursive: true }));
before(prepareImages);

const INPUT: ValueInfo = { name: 'image', dtype: 'float32', dims: ['N', 3, 8, 8] };

/** The feeds are gone when the next sample is asked for. */
const kept = ({ feeds, ...rest }: CheckedSample): CheckedSample => ({
  ...rest,
  feeds: structuredClone(feeds),
});

async function all(samples: Samples, input = INPUT, wants?: Wants): Promise<CheckedSample[]> {
  const found: CheckedSample[] = [];
  for await (const sample of readSamples(samples, [input], new RunContext(), wants)) found.push(kept(sample));
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

describe('folderSamples, tensors', () => {
  const floats = (dims: readonly number[], from: number): Uint8Array => {
    const count = dims.reduce((product, dim) => product * dim, 1);
    const bytes = new Uint8Array(Float32Array.from({ length: count }, (_, i) => from + i).buffer);
    return writeNpy({ dtype: 'float32', dims, bytes });
  };
  const stored = (dims: readonly number[], from: number) => readNpy(floats(dims, from), 'test');
  const raw = (count: number, from: number): Uint8Array =>
    new Uint8Array(Float32Array.from({ length: count }, (_, i) => from + i).buffer);
  const X: ValueInfo = { name: 'x', dtype: 'float32', dims: ['N', 2, 3] };
  const PAIR: readonly ValueInfo[] = [X, { name: 'len', dtype: 'float32', dims: ['N', 1] }];
  const shown = (found: readonly CheckedSample[], input = 'x') =>
    found.map(({ name, feeds, numbers }) => {
      const { dims, data } = feeds.get(input)!;
      return [name, dims.join('x'), Number(data[0]), numbers.join()].join(' ');
    });

  async function read(
    path: string,
    inputs: readonly ValueInfo[],
    options: FolderSamplesOptions = {},
  ): Promise<CheckedSample[]> {
    const found: CheckedSample[] = [];
    const samples = await folderSamples(join(folder, path), options);
    for await (const sample of readSamples(samples, inputs, new RunContext())) found.push(kept(sample));
    return found;
  }

  before(() => {
    write('npy/a.npy', floats([1, 2, 3], 10));
    write('npy/b.npy', floats([2, 3], 20));
    write('npy/c.npy', floats([4, 2, 3], 30));
    write(
      'npz/a.npz',
      writeNpz(
        new Map([
          ['x', stored([1, 2, 3], 10)],
          ['label', stored([1], 1)],
        ]),
      ),
    );
    write('npz/b.npz', writeNpz(new Map([['arr_0', stored([2, 3], 20)]])));
    write('raw/a.bin', raw(6, 10));
    write('raw/b.bin', raw(12, 20));
    write('pair/x/1.npy', floats([2, 3], 1));
    write('pair/x/deep/2.npy', floats([2, 3], 2));
    write('pair/len/1.bin', raw(1, 11));
    write('pair/len/deep/2.npy', floats([1], 12));
    write(
      'pair/0.npz',
      writeNpz(
        new Map([
          ['x', stored([2, 3], 0)],
          ['len', stored([1], 10)],
        ]),
      ),
    );
    write('odd/x/1.npy', floats([2, 3], 1));
    write('odd/len/2.npy', floats([1], 2));
  });

  it('.npy with and without a batch -> samples', async () => {
    assert.deepEqual(shown(await read('npy', [X])), [
      'a.npy 1x2x3 10 0',
      'b.npy 1x2x3 20 1',
      'c.npy 4x2x3 30 2',
    ]);
  });

  it('one after the other -> in the same memory; who goes through a folder by itself has each for good', async () => {
    const same = Array.from({ length: 8 }, (_, i) => ({ path: `same/${i}.npy`, from: 10 * i }));
    for (const { path, from } of same) write(path, floats([1, 2, 3], from));
    for (const batch of [1, 2]) {
      const samples = await folderSamples(join(folder, 'same'), { batch });
      const memory = new Set<ArrayBufferLike>();
      for await (const { feeds } of readSamples(samples, [X], new RunContext())) {
        memory.add(feeds.get('x')!.data.buffer);
      }
      assert.ok(memory.size <= 1 + batch, `${memory.size} buffers`);
      const own: Sample[] = [];
      for await (const sample of samples.open([X], new RunContext())) own.push(sample);
      const firsts = own.map(({ feeds }) => Number((feeds.x!.data as Float32Array)[0]));
      assert.deepEqual(
        firsts,
        same.map(({ from }) => from).filter((_, i) => i % batch === 0),
      );
    }
  });

  it('.npy for batches -> single ones are put together, whole ones stay', async () => {
    const three = { ...X, dims: [3, 2, 3] };
    await assert.rejects(read('npy', [three]), (error: OctavoError) => {
      assert.deepEqual([error.code, error.place.sample], ['FEED_INVALID', 'c.npy']);
      return true;
    });
    const four = shown(await read('npy', [{ ...X, dims: [4, 2, 3] }]));
    assert.deepEqual(four, ['a.npy … b.npy 4x2x3 10 0,1', 'c.npy 4x2x3 30 2']);
    assert.deepEqual(shown(await read('npy', [X], { batch: 2 })), [
      'a.npy … b.npy 2x2x3 10 0,1',
      'c.npy 4x2x3 30 2',
    ]);
  });

  it('.npz -> the array of the input, or the only one', async () => {
    assert.deepEqual(shown(await read('npz', [X])), ['a.npz 1x2x3 10 0', 'b.npz 1x2x3 20 1']);
    await assert.rejects(read('npz', [{ ...X, name: 'y' }]), /holds: x, label/);
  });

  it('.bin -> dims of the model, the open one from the length', async () => {
    assert.deepEqual(shown(await read('raw', [X])), ['a.bin 1x2x3 10 0', 'b.bin 2x2x3 20 1']);
    assert.deepEqual(shown(await read('raw', [{ ...X, dims: [2, 2, 3] }])), [
      'a.bin 2x2x3 10 0',
      'b.bin 2x2x3 20 1',
    ]);
    const open = { ...X, dims: [null, 'W', 3] };
    await assert.rejects(read('raw', [open]), (error: OctavoError) => error.place.field === 'shape');
    await assert.rejects(read('raw', [open], { shape: [1, 2, 3] }), (error: OctavoError) => {
      assert.deepEqual([error.code, error.place.file], ['SHAPE_MISMATCH', 'b.bin']);
      return true;
    });
  });

  it('several inputs -> a folder each, .npz beside them', async () => {
    const found = await read('pair', PAIR);
    assert.deepEqual(shown(found), ['0.npz 1x2x3 0 0', '1 1x2x3 1 1', 'deep/2 1x2x3 2 2']);
    assert.deepEqual(shown(found, 'len'), ['0.npz 1x1 10 0', '1 1x1 11 1', 'deep/2 1x1 12 2']);
    const samples = await folderSamples(join(folder, 'pair'), { batch: 3 });
    const batches: CheckedSample[] = [];
    for await (const sample of readSamples(samples, PAIR, new RunContext())) batches.push(sample);
    assert.deepEqual(shown(batches, 'len'), ['0.npz … deep/2 3x1 10 0,1,2']);
    assert.equal(samples.count, 3);
    const fresh = await folderSamples(join(folder, 'pair'));
    assert.deepEqual([fresh.count, countOf(fresh, PAIR), fresh.count], [5, 3, 3]);
  });

  it('folders of other names -> by the option', async () => {
    const inputs = [PAIR[0]!, { ...PAIR[1]!, name: 'Length:0' }];
    const found = await read('odd', [X], { folders: { x: 'x/' } });
    assert.deepEqual(shown(found), ['1.npy 1x2x3 1 0']);
    await assert.rejects(read('pair', inputs), /no file Length:0\/1\.\* for the input Length:0/);
    const named = await read('pair', inputs, { folders: { 'Length:0': 'len' } }).catch(
      (error: OctavoError) => error,
    );
    assert.match(String(named), /0\.npz/); // its array is called len
  });

  it('an input without a file -> the sample is named', async () => {
    await assert.rejects(read('odd', PAIR), (error: OctavoError) => {
      assert.deepEqual([error.code, error.place.sample, error.place.tensor], ['FEED_INVALID', '1', 'len']);
      return true;
    });
    await assert.rejects(read('npy', PAIR), (error: OctavoError) => {
      assert.equal(error.code, 'SAMPLES_MISSING');
      return /a folder for each input \(x, len\)/.test(error.message);
    });
  });

  it('a broken .npy -> left out; one of another dtype -> refused', async () => {
    write('half/1.npy', floats([2, 3], 1));
    write('half/2.npy', floats([2, 3], 1).subarray(0, 140));
    const skipped: SkippedSample[] = [];
    const found = await read('half', [X], { onSkip: (item) => skipped.push(item) });
    assert.deepEqual(
      [found.length, skipped.map(({ name, reason }) => `${name} ${reason.code}`)],
      [1, ['2.npy TRUNCATED']],
    );
    await assert.rejects(
      read('npy', [{ ...X, dtype: 'int64' }]),
      (error: OctavoError) => error.code === 'FEED_INVALID',
    );
  });
});

describe('decoders on request', () => {
  it('sharp -> what it decodes; where it is not installed, DECODER_MISSING', async () => {
    const samples = await folderSamples(join(folder, 'good'), { decoder: 'sharp' });
    const outcome = await all(samples).then(
      (found) => found.length,
      (error: OctavoError) => error.code,
    );
    assert.ok(outcome === 4 || outcome === 'DECODER_MISSING', String(outcome));
  });

  it('the calls of sharp -> upright RGB without alpha', async () => {
    const calls: string[] = [];
    const image: SharpImage = {
      rotate: () => (calls.push('rotate'), image),
      toColourspace: (space) => (calls.push(space), image),
      removeAlpha: () => (calls.push('removeAlpha'), image),
      raw: ({ depth }) => (calls.push(depth), image),
      toBuffer: async () => ({ data: new Uint8Array(12).fill(7), info: { width: 2, height: 2 } }),
    };
    const decoder = sharpDecoder(() => image, 100);
    const found = await all(await folderSamples(join(folder, 'good'), { decoder }));
    assert.deepEqual(calls.slice(0, 4), ['rotate', 'srgb', 'removeAlpha', 'uchar']);
    assert.deepEqual([...new Set(found[0]!.feeds.get('image')!.data as Float32Array)], [7]);
  });

  it('a function -> RGB or RGBA; its errors leave files out', async () => {
    const decoder: ImageDecoder = (file, name) => {
      if (name === 'b.png') throw new Error('not mine');
      return {
        width: 1,
        height: 1,
        data: name === 'B.JPG' ? Uint8Array.of(1, 2, 3, 99) : Uint8Array.of(1, 2, file.length ? 3 : 0),
      };
    };
    const skipped: SkippedSample[] = [];
    const samples = await folderSamples(join(folder, 'good'), {
      decoder,
      onSkip: (item) => skipped.push(item),
    });
    const found = await all(samples, { ...INPUT, dims: ['N', 3, 1, 1] });
    assert.deepEqual(
      found.map(({ feeds }) => [...feeds.get('image')!.data]),
      [
        [1, 2, 3],
        [1, 2, 3],
        [1, 2, 3],
      ],
    );
    assert.match(skipped[0]!.reason.message, /not mine/);
    for (const wrong of [
      { width: 2, height: 1, data: new Uint8Array(3) },
      { width: 0, height: 0, data: new Uint8Array(0) },
    ]) {
      const strict = await folderSamples(join(folder, 'good'), { decoder: () => wrong, strict: true });
      await assert.rejects(all(strict), (error: OctavoError) => error.code === 'MALFORMED');
    }
    const decoderName = 'Sharp' as 'sharp';
    await assert.rejects(folderSamples(join(folder, 'good'), { decoder: decoderName }), /octavo or sharp/);
  });
});
