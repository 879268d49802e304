// What becomes of pixels: presets, formats, layouts, sizes and dtypes against plain formulas; options that do not fit.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import { geometryOf } from '../../ts-host/data/images/geometry.js';
import {
  type ImageFile,
  type ImageSamplesOptions,
  imageSamples,
} from '../../ts-host/data/images/imageSamples.js';
import { checkPreparation, IMAGE_PRESETS } from '../../ts-host/data/images/options.js';
import { imageTarget } from '../../ts-host/data/images/target.js';
import { type CheckedSample, readSamples } from '../../ts-host/data/readSamples.js';
import { OctavoError } from '../../ts-host/errors.js';
import type { ValueInfo } from '../../ts-host/ir/model.js';
import { prepareImages } from '../support/engine.js';
import { Rng } from '../support/rng.js';

before(prepareImages);

/** The decoder of these tests: files are RGB of a size that the name tells. */
const files = (...sizes: readonly (readonly [number, number])[]): ImageFile[] =>
  sizes.map(([width, height], i) => {
    return { name: `${width}x${height}`, data: new Rng(i + 1).bytes(width * height * 3) };
  });

const decoder: ImageSamplesOptions['decoder'] = (data, name) => {
  const [width, height] = name.split('x').map(Number) as [number, number];
  return { width, height, data };
};

async function made(
  images: readonly ImageFile[],
  input: Partial<ValueInfo>,
  options: ImageSamplesOptions = {},
): Promise<CheckedSample[]> {
  const found: CheckedSample[] = [];
  const inputs = [{ name: 'x', dtype: 'float32' as const, ...input }];
  const samples = imageSamples(images, { decoder, ...options });
  for await (const sample of readSamples(samples, inputs, new RunContext())) found.push(sample);
  return found;
}

const tensor = (sample: CheckedSample | undefined) => sample!.feeds.get('x')!;
const pixelsOf = (file: ImageFile): Uint8Array => (file as { data: Uint8Array }).data;

const [PICTURE] = files([4, 2]) as [ImageFile];
const LEVELS = pixelsOf(PICTURE);
const planar = { dims: ['N', 3, 2, 4] };

describe('normalization', () => {
  it('no preset -> levels as they are, RGB', async () => {
    const { data, dims, dtype } = tensor((await made([PICTURE], planar))[0]);
    assert.deepEqual([dims, dtype], [[1, 3, 2, 4], 'float32']);
    assert.deepEqual(
      [...data],
      Array.from({ length: 24 }, (_, i) => LEVELS[(i % 8) * 3 + Math.floor(i / 8)]),
    );
  });

  it('presets -> (level − mean) / std in float32', async () => {
    const numbers = {
      imagenet: { order: [0, 1, 2], mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] },
      tf: { order: [0, 1, 2], mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] },
      caffe: { order: [2, 1, 0], mean: [103.939, 116.779, 123.68], std: [1, 1, 1] },
    };
    const f = Math.fround;
    for (const preset of IMAGE_PRESETS) {
      const { order, mean, std } = numbers[preset];
      const { data } = tensor((await made([PICTURE], planar, { preset }))[0]);
      for (let i = 0; i < 24; i++) {
        const c = Math.floor(i / 8);
        const level = LEVELS[(i % 8) * 3 + order[c]!]!;
        assert.equal(data[i], f(f(level - f(mean[c]!)) / f(std[c]!)), `${preset} ${i}`);
      }
    }
  });

  it('a preset in another format -> its numbers follow the colours', async () => {
    const rgb = tensor((await made([PICTURE], planar, { preset: 'imagenet' }))[0]).data;
    const bgr = tensor((await made([PICTURE], planar, { preset: 'imagenet', imageToFormat: 'BGR' }))[0]).data;
    assert.deepEqual([...bgr.subarray(0, 8)], [...rgb.subarray(16, 24)]);
    assert.deepEqual([...bgr.subarray(8, 16)], [...rgb.subarray(8, 16)]);
  });

  it('own mean and std, over a preset and for GRAY', async () => {
    const options = { preset: 'tf' as const, normalizeMean: [0], normalizeStd: [255] };
    const { data } = tensor((await made([PICTURE], planar, options))[0]);
    assert.equal(data[3], Math.fround(LEVELS[9]! / 255));
    const gray = tensor((await made([PICTURE], { dims: [1, 1, 2, 4] }, { normalizeMean: [10] }))[0]);
    const [r, g, b] = LEVELS as unknown as [number, number, number];
    assert.equal(gray.data[0], ((r * 19595 + g * 38470 + b * 7471 + 32768) >> 16) - 10);
    assert.deepEqual(gray.dims, [1, 1, 2, 4]);
  });
});

describe('layout and dtype', () => {
  it('NHWC, no batch, float16, uint8 -> as the model takes them', async () => {
    const nhwc = tensor((await made([PICTURE], { dims: [null, 2, 4, 3] }))[0]);
    assert.deepEqual([nhwc.dims, [...nhwc.data]], [[1, 2, 4, 3], [...LEVELS]]);
    const chw = tensor((await made([PICTURE], { dims: [3, 2, 4] }))[0]);
    assert.deepEqual(chw.dims, [3, 2, 4]);
    const bytes = tensor((await made([PICTURE], { dims: ['N', 2, 4, 3], dtype: 'uint8' }))[0]);
    assert.deepEqual([bytes.dtype, [...bytes.data]], ['uint8', [...LEVELS]]);
    const half = tensor((await made([PICTURE], { ...planar, dtype: 'float16' }, { normalizeStd: [256] }))[0]);
    const [bits] = half.data as Uint16Array;
    // A level over 256 is exact in float16.
    const value = (1 + (bits! & 1023) / 1024) * 2 ** ((bits! >> 10) - 15);
    assert.equal(value, LEVELS[0]! / 256);
  });

  it('a batch -> images of any size side by side', async () => {
    const images = files([4, 2], [8, 8], [3, 5], [1, 1], [40, 20]);
    const found = await made(images, planar, { batch: 2 });
    assert.deepEqual(
      found.map(({ numbers }) => numbers),
      [[0, 1], [2, 3], [4]],
    );
    assert.deepEqual(
      found.map((sample) => tensor(sample).dims[0]),
      [2, 2, 1],
    );
    const alone = await made([images[3]!], planar);
    assert.deepEqual([...tensor(found[1]).data.slice(24)], [...tensor(alone[0]).data]);
  });
});

describe('geometry', () => {
  const at = (
    size: readonly [number, number],
    input: readonly [number, number],
    options: ImageSamplesOptions = {},
  ) => {
    const checked = checkPreparation(options);
    const target = imageTarget({ name: 'x', dims: [1, 3, input[1], input[0]] }, checked);
    const { width, height, left, top } = geometryOf(
      { width: size[0], height: size[1] },
      target,
      checked,
      'x.png',
    );
    return [width, height, left, top];
  };

  it('without a preset -> the size of the input', () => {
    assert.deepEqual(at([640, 480], [224, 224]), [224, 224, 0, 0]);
    assert.deepEqual(at([10, 500], [192, 48]), [192, 48, 0, 0]);
  });

  it('a preset -> covers 8/7 of the input, the centre is cut out', () => {
    assert.deepEqual(at([640, 480], [224, 224], { preset: 'tf' }), [341, 256, 58, 16]);
    assert.deepEqual(at([480, 640], [224, 224], { preset: 'tf' }), [256, 341, 16, 58]);
    assert.deepEqual(at([288, 288], [227, 227], { preset: 'caffe' }), [259, 259, 16, 16]);
    assert.deepEqual(at([100, 100], [192, 48], { preset: 'tf' }), [219, 219, 13, 85]);
    assert.deepEqual(at([224, 224], [224, 224], { preset: 'tf' }), [224, 224, 0, 0]);
  });

  it('sizes -> resized to them, the centre of the input size', () => {
    assert.deepEqual(at([640, 480], [224, 224], { resizeWidth: 256, resizeHeight: 240 }), [256, 240, 16, 8]);
    assert.deepEqual(at([640, 480], [224, 224], { resizeWidth: 256, preset: 'tf' }), [256, 224, 16, 0]);
    assert.deepEqual(
      at([640, 480], [224, 224], { centerCropWidth: 224, centerCropHeight: 224 }),
      [640, 480, 208, 128],
    );
  });

  it('a model of open size -> the sizes given', async () => {
    const open = { dims: ['N', 3, 'H', 'W'] };
    const { dims } = tensor((await made([PICTURE], open, { resizeWidth: 6, resizeHeight: 3 }))[0]);
    assert.deepEqual(dims, [1, 3, 3, 6]);
    const cropped = await made([PICTURE], open, {
      resizeWidth: 6,
      resizeHeight: 3,
      centerCropWidth: 2,
      centerCropHeight: 1,
    });
    assert.deepEqual(tensor(cropped[0]).dims, [1, 3, 1, 2]);
    const unknown = await made([PICTURE], {}, { resizeWidth: 6, resizeHeight: 3, layout: 'NHWC' });
    assert.deepEqual(tensor(unknown[0]).dims, [1, 3, 6, 3]);
  });

  it('any size, one of them told -> the sizes given, else the one told; its layout and channels in any case', () => {
    const input = { name: 'x', dims: [null, null, null, null], toldDims: [null, 32, 100, 1] };
    const target = (options: ImageSamplesOptions) => {
      const { width, height, layout, format } = imageTarget(input, checkPreparation(options));
      return [width, height, layout, format];
    };
    assert.deepEqual(target({}), [100, 32, 'NHWC', 'GRAY']);
    assert.deepEqual(target({ resizeWidth: 192, resizeHeight: 48 }), [192, 48, 'NHWC', 'GRAY']);
    const cropped = { resizeWidth: 256, resizeHeight: 256, centerCropWidth: 224, centerCropHeight: 200 };
    assert.deepEqual(target(cropped), [224, 200, 'NHWC', 'GRAY']);
  });

  it('a crop larger than the picture -> that picture is left out', async () => {
    const skipped: string[] = [];
    const options = {
      centerCropWidth: 4,
      centerCropHeight: 2,
      onSkip: ({ name }: { name: string }) => skipped.push(name),
    };
    assert.equal((await made(files([3, 9], [9, 9]), planar, options)).length, 1);
    assert.deepEqual(skipped, ['3x9']);
  });
});

describe('options that do not fit', () => {
  const refused = (field: string | undefined, pattern: RegExp) => (error: unknown) => {
    assert.ok(error instanceof OctavoError && error.code === 'INVALID_ARGUMENT', String(error));
    assert.equal(error.place.field, field, error.message);
    assert.match(error.message, pattern);
    return true;
  };
  const wrong = (options: object) => () => imageSamples([], options as ImageSamplesOptions);

  it('names that there are not -> the nearest', () => {
    assert.throws(wrong({ preset: 'imageNet' }), refused('preset', /did you mean imagenet\?/));
    assert.throws(
      wrong({ preset: 'zzzzzzzzz' }),
      refused('preset', /imagenet, tf, caffe, not zzzzzzzzz$|\(field/),
    );
    assert.throws(wrong({ resizeMethod: 'linear' }), refused('resizeMethod', /did you mean LINEAR\?/));
    assert.throws(wrong({ imageToFormat: 'GREY' }), refused('imageToFormat', /did you mean GRAY\?/));
    assert.throws(wrong({ layout: 'NCWH' }), refused('layout', /NCHW/));
  });

  it('numbers out of range -> the option', () => {
    assert.throws(wrong({ resizeWidth: 0 }), refused('resizeWidth', /whole number/));
    assert.throws(wrong({ centerCropHeight: 1.5 }), refused('centerCropHeight', /whole number/));
    assert.throws(wrong({ batch: 70000 }), refused('batch', /65535/));
    assert.throws(wrong({ normalizeStd: [1, 0, 1] }), refused('normalizeStd', /other than 0/));
    assert.throws(wrong({ normalizeMean: [1, 2] }), refused('normalizeMean', /1 or 3/));
    assert.throws(wrong({ normalizeMean: '1,2,3' }), refused('normalizeMean', /1 or 3/));
  });

  it('inputs that take no such images -> the input and the option', async () => {
    const cases: [Partial<ValueInfo>, ImageSamplesOptions, string | undefined, RegExp][] = [
      [{ ...planar, dtype: 'int64' }, {}, undefined, /int64/],
      [{ dims: ['N', 10] }, {}, undefined, /2 dims/],
      [{ dims: ['N', 4, 8, 8] }, {}, undefined, /4 channels/],
      [{ dims: ['N', 3, 'H', 'W'] }, {}, 'resizeWidth', /does not tell its width/],
      [planar, { centerCropWidth: 3 }, 'centerCropWidth', /takes 4, not 3/],
      [planar, { resizeHeight: 1 }, 'resizeHeight', /takes 2, which 1 cannot cover/],
      [{ ...planar, dtype: 'uint8' }, { preset: 'tf' }, 'preset', /uint8/],
      [planar, { imageToFormat: 'GRAY' }, 'imageToFormat', /1 channels, the model takes 3/],
      [{ dims: [4, 3, 2, 4] }, { batch: 2 }, 'batch', /batches of 4/],
      [{ dims: ['N', 1, 2, 4] }, { preset: 'imagenet' }, 'normalizeMean', /three colours/],
      [
        planar,
        { imageToFormat: 'RGB', normalizeMean: [1, 2, 3], layout: 'NHWC' },
        undefined,
        /channels as NHWC/,
      ],
    ];
    for (const [input, options, field, pattern] of cases) {
      await assert.rejects(made([PICTURE], input, options), refused(field, pattern));
    }
  });

  it('a model of several inputs, files that are none -> INVALID_ARGUMENT', async () => {
    const samples = imageSamples([PICTURE], { decoder });
    const inputs = [{ name: 'a' }, { name: 'b' }];
    await assert.rejects(
      async () => {
        for await (const _ of readSamples(samples, inputs, new RunContext())) assert.fail();
      },
      refused('samples', /one input; this one has 2 \(a, b\)/),
    );
    const none = [new Uint8Array(3)] as unknown as ImageFile[];
    await assert.rejects(made(none, planar), refused('files[0]', /name, data/));
  });
});

describe('files', () => {
  it('bytes, Blob, File, stream, function -> the same', async () => {
    const bytes = LEVELS as Uint8Array<ArrayBuffer>;
    const name = '4x2';
    const all: ImageFile[] = [
      { name, data: bytes },
      { name, data: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
      { name, data: new Blob([bytes]) },
      Object.assign(new Blob([bytes]), { name }),
      { name, data: () => new Response(bytes) },
      { name, data: async () => new Blob([bytes]).stream() },
    ];
    const found = await made(all, planar);
    assert.equal(found.length, all.length);
    for (const sample of found) assert.deepEqual(tensor(sample).data, tensor(found[0]).data);
  });

  it('a file that cannot be got -> left out with the cause', async () => {
    const reasons: OctavoError[] = [];
    const gone: ImageFile = { name: 'gone', data: () => Promise.reject(new Error('404')) };
    const options: ImageSamplesOptions = { onSkip: ({ reason }) => void reasons.push(reason) };
    assert.equal((await made([gone, PICTURE], planar, options)).length, 1);
    assert.deepEqual([reasons[0]!.code, (reasons[0]!.cause as Error).message], ['IO_FAILED', '404']);
  });
});
