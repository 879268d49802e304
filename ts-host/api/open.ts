// Opening a model: source, external files and reader together, with everything opened here closed together.
// Readers and writers are loaded when first used: they are most of the code, and importing Octavo stays cheap.

import type { RunContext } from '../context.js';
import { type SourceInput, toSource } from '../io/any-source.js';
import { exactSource } from '../io/exact-source.js';
import { cachingResolver, type ExternalResolver } from '../io/external.js';
import type { Source } from '../io/source.js';
import type { Model } from '../ir/model.js';

export interface OpenModel {
  readonly model: Model;
  /** Bytes of the model file and of the external files it names. */
  readonly byteLength: number;
  /** Closes what was opened for the model; a Source that the caller made stays open. */
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly external?: ExternalResolver | undefined;
}

/** Opens and reads a model of any format Octavo knows (ONNX).
 *  @throws OctavoError as readOnnx and toSource. */
export async function openModel(
  input: SourceInput,
  { external }: OpenOptions,
  context: RunContext,
): Promise<OpenModel> {
  const source = await toSource(input, context);
  const files = external === undefined ? undefined : cachingResolver(external);
  let externalBytes = 0;
  const known = new Map<Source, Source>();
  const resolve: ExternalResolver | undefined =
    files &&
    (async (location) => {
      const opened = await files.resolve(location);
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
    return { model, byteLength: source.size + externalBytes, close };
  } catch (error) {
    await close();
    throw error;
  }
}
