// Opening a model: source, external files and reader together, with everything opened here closed together.
// Readers and writers are loaded when first used: they are most of the code, and importing Octavo stays cheap.

import type { RunContext } from '../context.js';
import { isPacked } from '../execute/packed/format.js';
import type { PackedFile } from '../execute/packed/read.js';
import type { IntegerMode } from '../execute/rewrite/index.js';
import { type SourceInput, toSource } from '../io/any-source.js';
import { exactSource } from '../io/exact-source.js';
import { cachingResolver, checkLocation, type ExternalResolver, missing } from '../io/external.js';
import type { Source } from '../io/source.js';
import type { Model } from '../ir/model.js';
import { readAll, sliceData } from '../ir/tensor.js';

export interface OpenModel {
  readonly model: Model;
  /** Bytes of the model file and of the external files it names. */
  readonly byteLength: number;
  /** The whole model file, for engines that take bytes. */
  readFile(context: RunContext): Promise<Uint8Array>;
  /** The same for the external files it names, by location. */
  readonly externalFiles: ReadonlyMap<string, (context: RunContext) => Promise<Uint8Array>>;
  /** The files that tensors are slices of, by location; '' is the model file. Absent where it was not read from files of ONNX. */
  readonly files?: ReadonlyMap<string, Source>;
  /** Closes what was opened for the model; a Source that the caller made stays open. */
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly external?: ExternalResolver | undefined;
}

/** A model that opens itself: of a format that the core does not carry, as `readPaddle` of `octavo/paddle` returns. */
export interface ModelOpener {
  /** Gives the model; closing it must leave this object usable.
   *  @internal */
  open(context: RunContext): Promise<OpenModel>;
}

/** Every function that takes a model takes these: an ONNX file, a packed one, or what another entry of Octavo has read. */
export type ModelInput = SourceInput | ModelOpener;

/** A packed file that is run as it was prepared. */
export interface OpenPacked {
  readonly packed: PackedFile;
  close(): Promise<void>;
}

/** Opens and reads a model: ONNX, also inside a packed file, or what opens itself.
 *  @throws OctavoError as readOnnx, readPacked and toSource, or as the opener. */
export async function openModel(
  input: ModelInput,
  { external }: OpenOptions,
  context: RunContext,
): Promise<OpenModel> {
  return (await openRunnable(input, { external }, context)) as OpenModel;
}

/** As {@link openModel}; a packed file whose graph was prepared for `integers` is taken as it is.
 *  @param options - without `integers` the model is always read */
export async function openRunnable(
  input: ModelInput,
  { external, integers }: OpenOptions & { readonly integers?: IntegerMode },
  context: RunContext,
): Promise<OpenModel | OpenPacked> {
  if (isOpener(input)) return input.open(context);
  const source = await toSource(input, context);
  const close = async (): Promise<void> => {
    if (source !== input) await source.close?.();
  };
  try {
    if (!(await isPacked(source))) return await readModel(source, external, close, context);
    const { readPacked } = await import('../execute/packed/read.js');
    const packed = await readPacked(exactSource(source), context);
    if (packed.integers === integers) return { packed, close };
    const inside = async (location: string): Promise<Source> => {
      const part = packed.files.get(location);
      if (part === undefined) throw missing(location);
      return part.source;
    };
    return await readModel(await inside(''), inside, close, context);
  } catch (error) {
    await close();
    throw error;
  }
}

export function isOpener(input: ModelInput): input is ModelOpener {
  return typeof input === 'object' && input !== null && 'open' in input && typeof input.open === 'function';
}

/** @param closeSource - what closing the model closes beside its external files */
async function readModel(
  source: Source,
  external: ExternalResolver | undefined,
  closeSource: () => Promise<void>,
  context: RunContext,
): Promise<OpenModel> {
  const resolver = external === undefined ? undefined : cachingResolver(external);
  let externalBytes = 0;
  const known = new Map<Source, Source>();
  const own = exactSource(source);
  const files = new Map([['', own]]);
  const externalFiles = new Map<string, (context: RunContext) => Promise<Uint8Array>>();
  const resolve: ExternalResolver | undefined =
    resolver &&
    (async (location) => {
      const opened = await resolver.resolve(location);
      externalFiles.set(location, (reading) => readWhole(opened, reading));
      const before = known.get(opened);
      if (before === undefined) externalBytes += opened.size;
      const exact = before ?? exactSource(opened);
      known.set(opened, exact);
      files.set(checkLocation(location), exact);
      return exact;
    });
  try {
    const { readOnnx } = await import('../formats/onnx/reader.js');
    const model = await readOnnx(own, { external: resolve }, context);
    const readFile = (reading: RunContext) => readWhole(source, reading);
    const byteLength = source.size + externalBytes;
    const close = async (): Promise<void> => {
      await resolver?.close();
      await closeSource();
    };
    return { model, byteLength, readFile, externalFiles, files, close };
  } catch (error) {
    await resolver?.close();
    throw error;
  }
}

function readWhole(source: Source, context: RunContext): Promise<Uint8Array> {
  return readAll(sliceData(source, 0, source.size), context);
}
