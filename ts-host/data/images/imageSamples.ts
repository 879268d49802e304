// imageSamples(): JPEG and PNG files as samples of a model with one image input.

import type { RunContext } from '../../context.js';
import { OctavoError } from '../../errors.js';
import { type SourceInput, toSource } from '../../io/any-source.js';
import { Buffers, Lent } from '../../io/buffers.js';
import { ioWait } from '../../io/wait.js';
import type { ValueInfo } from '../../ir/model.js';
import { batched, batchRule, type Item } from '../batches.js';
import { type AnyIterable, iterate } from '../iterate.js';
import type { SampleSource, Wants } from '../sample.js';
import { type SkipOptions, Skips } from '../skipped.js';
import { ImageMaker } from './imageMaker.js';
import { checkPreparation, type PrepareOptions } from './options.js';
import type { ImageDecoder } from './ownDecoder.js';

/** An image file: its name, and its bytes or how to get them. A `File` of a browser is one. */
export type ImageFile =
  | {
      readonly name: string;
      readonly data: SourceInput | (() => SourceInput | Promise<SourceInput>);
    }
  | (Blob & { readonly name: string });

export interface ImageSamplesOptions extends PrepareOptions, SkipOptions {
  /** Images in all, for progress. Default: the length of an array, the size of a set. */
  readonly count?: number | undefined;
  /** Decodes files instead of Octavo's own decoder, for other kinds of images or speed: the platform's decoder, a package.
   *  Results are then as equal as its pixels are. */
  readonly decoder?: ImageDecoder | undefined;
  /** Most bytes of images and what is made of them, at once. Default: no limit but `maxPixels`. */
  readonly memoryLimit?: number | undefined;
}

/** Most bytes of one file. */
const MOST_FILE_BYTES = 2 ** 29;

/** Samples from JPEG and PNG files, prepared for the model they are given to. One batch is in memory at a time. Files that
 *  cannot be decoded are left out and reported, or refused with `strict`. The same pixels in every runtime.
 *  @param files - gone through once for each pass
 *  @throws OctavoError `INVALID_ARGUMENT` for options; the rest while samples are read
 *  @example
 *  ```ts
 *  import { imageSamples } from 'octavo/images';
 *  const samples = imageSamples(fileInput.files, { preset: 'imagenet', onSkip: ({ name, reason }) => log(name, reason) });
 *  ``` */
export function imageSamples(files: AnyIterable<ImageFile>, options: ImageSamplesOptions = {}): SampleSource {
  const preparation = checkPreparation(options);
  const given = files as { readonly length?: unknown; readonly size?: unknown };
  const known = [options.count, given.length, given.size].find((count) => typeof count === 'number');
  return {
    count: known as number | undefined,
    open: async function* (inputs, context, wants) {
      const input = onlyInput(inputs);
      const rule = batchRule(inputs, preparation.batch);
      const maker = await ImageMaker.create(input, preparation, options.memoryLimit, options.decoder);
      const items = iterate(files, context.signal, 'files', 'images { name, data }');
      const buffers = new Buffers();
      yield* batched(imageItems(items, maker, buffers, options, context, wants), rule, buffers);
    },
  };
}

function onlyInput(inputs: readonly ValueInfo[]): ValueInfo {
  const [input] = inputs;
  if (inputs.length === 1 && input !== undefined) return input;
  const names = inputs.map(({ name }) => name).join(', ') || 'none';
  const message = `images feed a model of one input; this one has ${inputs.length} (${names})`;
  throw new OctavoError('INVALID_ARGUMENT', message, { field: 'samples' });
}

async function* imageItems(
  files: AsyncIterable<ImageFile>,
  maker: ImageMaker,
  buffers: Buffers,
  options: ImageSamplesOptions,
  context: RunContext,
  wants: Wants = () => true,
): AsyncGenerator<Item> {
  const skips = new Skips(options);
  let number = -1;
  for await (const file of files) {
    number++;
    if (!wants(number)) continue;
    const name = nameOf(file, number);
    const lent = new Lent(buffers);
    const make = async () => maker.make(name, await fileBytes(name, file, context), lent.take, context);
    const tensor = await skips.try(name, number, make);
    if (tensor === undefined) continue;
    yield { name, number, feeds: new Map([[maker.input, tensor]]), release: lent.release };
  }
  skips.end();
}

function nameOf(file: ImageFile, number: number): string {
  const given = file as Partial<ImageFile> | null;
  if (typeof given === 'object' && given !== null && typeof given.name === 'string') return given.name;
  const message = 'an image is { name, data }, or a File';
  throw new OctavoError('INVALID_ARGUMENT', message, { field: `files[${number}]` });
}

async function fileBytes(name: string, file: ImageFile, context: RunContext): Promise<Uint8Array> {
  const data = 'data' in file ? file.data : file;
  const get = async () => (typeof data === 'function' ? data() : data);
  const given = await ioWait('getting the file', get, { signal: context.signal, place: { file: name } });
  const source = await toSource(given, context, name);
  try {
    if (source.size > MOST_FILE_BYTES) {
      const message = `the file has ${source.size} bytes; ${MOST_FILE_BYTES} are read at most`;
      throw new OctavoError('LIMIT_EXCEEDED', message, { file: name });
    }
    return await source.read(0, source.size, context);
  } finally {
    await source.close?.();
  }
}
