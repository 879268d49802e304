// folderSamples(): a folder of images, .npy, .npz and .bin files as samples of any model.

import { join } from 'node:path';
import { RunContext, type RunOptions } from '../context.js';
import { type BatchRule, batched, batchRule, type Item, type ItemTensor } from '../data/batches.js';
import { ImageMaker } from '../data/images/imageMaker.js';
import type { ImageSamplesOptions } from '../data/images/imageSamples.js';
import { checkPreparation, type Preparation } from '../data/images/options.js';
import type { ImageDecoder } from '../data/images/ownDecoder.js';
import type { SampleSource, Wants } from '../data/sample.js';
import { Skips } from '../data/skipped.js';
import { OctavoError } from '../errors.js';
import { Buffers, Lent } from '../io/buffers.js';
import type { ValueInfo } from '../ir/model.js';
import { listFolder } from './listFolder.js';
import { readNpz } from './npz.js';
import { MOST_BYTES, readLimited } from './readLimited.js';
import { fileKind, groupFiles, type SampleFiles } from './sampleFiles.js';
import { loadSharp } from './sharpDecoder.js';
import { npyTensor, npzTensor, rawTensor } from './tensorFile.js';

export interface FolderSamplesOptions
  extends Omit<ImageSamplesOptions, 'count' | 'decoder'>,
    Pick<RunOptions, 'signal'> {
  /** Folders of inputs, from `folder` on, where they are not named like the inputs. */
  readonly folders?: Readonly<Record<string, string>> | undefined;
  /** Dims of .bin files, or of each input's. Default: the model's, where at most one is open. */
  readonly shape?: readonly number[] | Readonly<Record<string, readonly number[]>> | undefined;
  /** `octavo` (default): JPEG and PNG, the same pixels everywhere. `sharp`: that package, installed by you; it reads more
   *  kinds of images and is faster, but its pixels are those of its version. Or a function that decodes a file. */
  readonly decoder?: 'octavo' | 'sharp' | ImageDecoder | undefined;
  /** Which samples of the folder are used, by name: the path in the folder, without ending where files of several inputs make one.
   *  Default: all. */
  readonly only?: ((name: string) => boolean) | undefined;
}

/** Samples of a folder. */
export interface FolderSamples extends SampleSource {
  /** Items in all: files, until a model of several inputs is known. */
  readonly count: number;
  /** Paths in the folder that are read as samples, ascending. */
  readonly files: readonly string[];
  /** Files whose endings are no sample's. */
  readonly ignored: readonly string[];
}

/** Samples from the files of a folder and of the folders in it, ascending by path: images (.jpg, .jpeg, .jpe, .jfif, .png),
 *  .npy, .npz, and .bin (raw elements). For a model of several inputs each has a folder of its name, in which files of one
 *  name belong together; a .npz file holds all inputs. What is in the files is read when it is wanted.
 *  @throws OctavoError `INVALID_ARGUMENT` for options; `IO_FAILED`; `SAMPLES_MISSING` for a folder without any;
 *  `DECODER_MISSING`
 *  @example
 *  ```ts
 *  import { folderSamples } from 'octavo/node';
 *  const samples = await folderSamples('photos', { preset: 'imagenet' });
 *  ``` */
export async function folderSamples(
  folder: string,
  options: FolderSamplesOptions = {},
): Promise<FolderSamples> {
  const preparation = checkPreparation(options);
  checkDecoder(options.decoder);
  new RunContext(options).throwIfAborted();
  const all = await listFolder(folder, options.signal);
  const files = all.filter((path) => fileKind(path) !== undefined);
  const ignored = all.filter((path) => fileKind(path) === undefined);
  if (files.length === 0) throw noSamples(folder, ignored);
  let count = files.length;
  const groupsFor = (inputs: readonly ValueInfo[]): SampleFiles[] => {
    const names = inputs.map(({ name }) => name);
    const all = groupFiles(files, names, options.folders ?? {});
    const { only = () => true } = options;
    const groups = all.filter(({ name }) => only(name));
    if (groups.length === 0) {
      const message = `none of the ${all.length} samples of the folder is asked for, such as ${all[0]!.name}`;
      throw new OctavoError('SAMPLES_MISSING', message, { file: folder });
    }
    count = groups.length;
    return groups;
  };
  return {
    get count() {
      return count;
    },
    countFor: (inputs) => groupsFor(inputs).length,
    files,
    ignored,
    async *open(inputs, context, wants) {
      const rule = batchRule(inputs, preparation.batch);
      const groups = groupsFor(inputs);
      const reader = new FolderReader(folder, options, preparation, inputs, rule, context);
      yield* batched(reader.items(groups, wants), rule, reader.buffers);
    },
  };
}

function checkDecoder(decoder: FolderSamplesOptions['decoder']): void {
  if (decoder === undefined || decoder === 'octavo' || decoder === 'sharp') return;
  if (typeof decoder === 'function') return;
  throw new OctavoError('INVALID_ARGUMENT', `decoder must be octavo or sharp, not ${String(decoder)}`, {
    field: 'decoder',
  });
}

function noSamples(folder: string, ignored: readonly string[]): OctavoError {
  const endings = [...new Set(ignored.map((path) => /\.[^./]*$/.exec(path)?.[0] ?? 'none'))].slice(0, 10);
  const message = `the folder has no samples; endings found: ${endings.join(', ') || 'none at all'}`;
  return new OctavoError('SAMPLES_MISSING', message, { file: folder });
}

/** Reads the files of a folder for one pass over a model's samples. */
class FolderReader {
  readonly buffers = new Buffers();
  readonly #folder: string;
  readonly #options: FolderSamplesOptions;
  readonly #preparation: Preparation;
  readonly #inputs: readonly ValueInfo[];
  readonly #rule: BatchRule;
  readonly #context: RunContext;
  readonly #makers = new Map<string, ImageMaker>();

  constructor(
    folder: string,
    options: FolderSamplesOptions,
    preparation: Preparation,
    inputs: readonly ValueInfo[],
    rule: BatchRule,
    context: RunContext,
  ) {
    this.#folder = folder;
    this.#options = options;
    this.#preparation = preparation;
    this.#inputs = inputs;
    this.#rule = rule;
    this.#context = context;
  }

  async *items(groups: readonly SampleFiles[], wants: Wants = () => true): AsyncGenerator<Item> {
    const skips = new Skips(this.#options);
    for (const [number, { name, files }] of groups.entries()) {
      if (!wants(number)) continue;
      this.#context.throwIfAborted();
      const lent = new Lent(this.buffers);
      const feeds = await skips.try(name, number, () => this.#feeds(files, lent));
      if (feeds !== undefined) yield { name, number, feeds, release: lent.release };
    }
    skips.end();
  }

  async #feeds(files: string | ReadonlyMap<string, string>, lent: Lent): Promise<Map<string, ItemTensor>> {
    const feeds = new Map<string, ItemTensor>();
    const isLone = this.#inputs.length === 1;
    if (typeof files === 'string' && !isLone) {
      const arrays = readNpz(await this.#read(files, lent), files, this.#limit);
      for (const input of this.#inputs) {
        feeds.set(input.name, npzTensor(arrays, input, false, this.#rule, files));
      }
      return feeds;
    }
    for (const input of this.#inputs) {
      const path = typeof files === 'string' ? files : files.get(input.name)!;
      feeds.set(input.name, await this.#tensor(path, input, lent));
    }
    return feeds;
  }

  async #tensor(path: string, input: ValueInfo, lent: Lent): Promise<ItemTensor> {
    const bytes = await this.#read(path, lent);
    const kind = fileKind(path);
    if (kind === 'npy') return npyTensor(bytes, input, this.#rule, path);
    if (kind === 'npz') {
      return npzTensor(readNpz(bytes, path, this.#limit), input, true, this.#rule, path);
    }
    if (kind === 'raw') return rawTensor(bytes, input, this.#shapeOf(input.name), this.#rule, path);
    return (await this.#maker(input)).make(path, bytes, lent.take, this.#context);
  }

  get #limit(): number {
    return Math.min(this.#options.memoryLimit ?? MOST_BYTES, MOST_BYTES);
  }

  async #read(path: string, lent: Lent): Promise<Uint8Array> {
    return readLimited(join(this.#folder, path), this.#context.signal, this.#limit, lent.take);
  }

  #shapeOf(input: string): readonly number[] | undefined {
    const { shape } = this.#options;
    return Array.isArray(shape) ? shape : (shape as Record<string, readonly number[]> | undefined)?.[input];
  }

  /** Made when the first image is read: other files need none. */
  async #maker(input: ValueInfo): Promise<ImageMaker> {
    const known = this.#makers.get(input.name);
    if (known !== undefined) return known;
    const { decoder, memoryLimit } = this.#options;
    const given = decoder === 'sharp' ? await loadSharp(this.#preparation.maxPixels) : decoder;
    const own = given === 'octavo' ? undefined : given;
    const maker = await ImageMaker.create(input, this.#preparation, memoryLimit, own);
    this.#makers.set(input.name, maker);
    return maker;
  }
}
