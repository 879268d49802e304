// Opening a model: source, external files and reader together, with everything opened here closed together.
// Readers and writers are loaded when first used: they are most of the code, and importing Octavo stays cheap.

import type { RunContext } from '../context.js';
import { type SourceInput, toSource } from '../io/any-source.js';
import { exactSource } from '../io/exact-source.js';
import { cachingResolver, type ExternalResolver } from '../io/external.js';
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

/** Every function that takes a model takes these: an ONNX file, or what another entry of Octavo has read. */
export type ModelInput = SourceInput | ModelOpener;

/** Opens and reads a model: ONNX, or what opens itself.
 *  @throws OctavoError as readOnnx and toSource, or as the opener. */
export async function openModel(
  input: ModelInput,
  { external }: OpenOptions,
  context: RunContext,
): Promise<OpenModel> {
  if (isOpener(input)) return input.open(context);
  const source = await toSource(input, context);
  const files = external === undefined ? undefined : cachingResolver(external);
  let externalBytes = 0;
  const known = new Map<Source, Source>();
  const externalFiles = new Map<string, (context: RunContext) => Promise<Uint8Array>>();
  const resolve: ExternalResolver | undefined =
    files &&
    (async (location) => {
      const opened = await files.resolve(location);
      externalFiles.set(location, (reading) => readWhole(opened, reading));
      const before = known.get(opened);
      if (before !== undefined) return before;
      externalBytes += opened.size;
      const exact = exactSource(opened);
      known.set(opened, exact);
      return exact;
    });
  const close = async (): Promise<void> => {
    await files?.close();
    if (source !== input) await source.close?.();
  };
  try {
    const { readOnnx } = await import('../formats/onnx/reader.js');
    const model = await readOnnx(exactSource(source), { external: resolve }, context);
    const readFile = (reading: RunContext) => readWhole(source, reading);
    return { model, byteLength: source.size + externalBytes, readFile, externalFiles, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function isOpener(input: ModelInput): input is ModelOpener {
  return typeof input === 'object' && input !== null && 'open' in input && typeof input.open === 'function';
}

function readWhole(source: Source, context: RunContext): Promise<Uint8Array> {
  return readAll(sliceData(source, 0, source.size), context);
}
