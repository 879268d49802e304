// imageSamples(): JPEG and PNG files as samples of a model with one image input.

import type { RunContext } from '../../context.js';
import { OctavoError } from '../../errors.js';
import { type SourceInput, toSource } from '../../io/any-source.js';
import type { ValueInfo } from '../../ir/model.js';
import type { ExecutionEngine } from '../../wasm/execution.js';
import { imageEngine } from '../../wasm/images.js';
import { type AnyIterable, iterate } from '../iterate.js';
import type { Sample, SampleSource, Wants } from '../sample.js';
import { type SkipOptions, Skips } from '../skipped.js';
import type { TensorInput } from '../tensor.js';
import { decodePixels } from './decode.js';
import { channelsOf, checkPreparation, type Preparation, type PrepareOptions } from './options.js';
import { imageBytes, prepareImage } from './prepare.js';
import { type ImageTarget, imageTarget } from './target.js';
import { Work } from './work.js';

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
    open: (inputs, context, wants) => {
      const target = imageTarget(onlyInput(inputs), preparation);
      const items = iterate(files, context.signal, 'files', 'images { name, data }');
      return batches(items, target, { ...options, ...preparation }, context, wants);
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

/** Images of a batch, prepared: their bytes one behind the other. */
class Batch {
  readonly names: string[] = [];
  readonly numbers: number[] = [];
  readonly #target: ImageTarget;
  readonly #bytes: Uint8Array<ArrayBuffer>;

  constructor(target: ImageTarget) {
    this.#target = target;
    this.#bytes = new Uint8Array(target.batch * imageBytes(target));
  }

  get isFull(): boolean {
    return this.names.length === this.#target.batch;
  }

  add(name: string, number: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.names.length * bytes.byteLength);
    this.names.push(name);
    this.numbers.push(number);
  }

  /** A batch that must be full is filled up with its own images from the first. */
  sample(): Sample {
    const { input, dtype, layout, width, height, format, batch, isFull, hasBatch } = this.#target;
    const each = imageBytes(this.#target);
    const length = isFull ? batch : this.names.length;
    for (let i = this.names.length; i < length; i++) {
      this.#bytes.copyWithin(i * each, (i % this.names.length) * each, ((i % this.names.length) + 1) * each);
    }
    const channels = channelsOf(format);
    const dims = layout === 'NCHW' ? [channels, height, width] : [height, width, channels];
    const { buffer } = this.#bytes;
    const count = (length * each) / { float32: 4, float16: 2, uint8: 1 }[dtype];
    const View = { float32: Float32Array, float16: Uint16Array, uint8: Uint8Array }[dtype];
    const tensor: TensorInput = {
      data: new View(buffer, 0, count),
      dims: hasBatch ? [length, ...dims] : dims,
      dtype,
    };
    const name = this.names.length === 1 ? this.names[0]! : `${this.names[0]} … ${this.names.at(-1)}`;
    return { name, feeds: { [input]: tensor }, numbers: this.numbers, items: this.names };
  }
}

async function* batches(
  files: AsyncIterable<ImageFile>,
  target: ImageTarget,
  options: Preparation & ImageSamplesOptions,
  context: RunContext,
  wants: Wants = () => true,
): AsyncGenerator<Sample> {
  const engine = await imageEngine(options.memoryLimit);
  const skips = new Skips(options);
  let batch = new Batch(target);
  let number = -1;
  for await (const file of files) {
    number++;
    if (!wants(number)) continue;
    const name = nameOf(file, number);
    const bytes = await skips.try(name, number, () =>
      imageElements(engine, name, file, target, options, context),
    );
    if (bytes === undefined) continue;
    batch.add(name, number, bytes);
    if (!batch.isFull) continue;
    yield batch.sample();
    batch = new Batch(target);
  }
  if (batch.names.length > 0) yield batch.sample();
  skips.end();
}

function nameOf(file: ImageFile, number: number): string {
  const given = file as Partial<ImageFile> | null;
  if (typeof given === 'object' && given !== null && typeof given.name === 'string') return given.name;
  const message = 'an image is { name, data }, or a File';
  throw new OctavoError('INVALID_ARGUMENT', message, { field: `files[${number}]` });
}

async function imageElements(
  engine: ExecutionEngine,
  name: string,
  file: ImageFile,
  target: ImageTarget,
  options: Preparation,
  context: RunContext,
): Promise<Uint8Array> {
  const bytes = await fileBytes(name, file, context);
  const work = new Work(engine, context, name);
  try {
    const pixels = await decodePixels(work, bytes, options);
    const out = work.alloc(imageBytes(target), 'an image');
    await prepareImage(work, pixels, target, options, out);
    return engine.heap.copyOut(out, imageBytes(target));
  } finally {
    work.end();
  }
}

async function fileBytes(name: string, file: ImageFile, context: RunContext): Promise<Uint8Array> {
  const data = 'data' in file ? file.data : file;
  const given = typeof data === 'function' ? await data() : data;
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
