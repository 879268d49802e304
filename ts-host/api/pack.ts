// pack(): a model made ready to run, as the bytes of one file. docs/packed.md tells what is in it.

import { RunContext, type RunOptions } from '../context.js';
import { OctavoError } from '../errors.js';
import { writePacked } from '../execute/packed/write.js';
import type { IntegerMode } from '../execute/rewrite/index.js';
import type { ExternalResolver } from '../io/external.js';
import type { ValueInfo } from '../ir/model.js';
import { inputTypes } from './inputTypes.js';
import { OctavoRunner } from './octavoRunner.js';
import { type ModelInput, openModel } from './open.js';

export interface PackOptions extends RunOptions {
  /** Where external data is, if the model has any. It goes into the file. */
  readonly external?: ExternalResolver | undefined;
  /** What sessions of the file will ask for; default `strict`. */
  readonly precision?: 'strict' | 'fast' | undefined;
  /** The same; default `fused`. */
  readonly integers?: IntegerMode | undefined;
  /** Dims of inputs by name, where the model leaves more open than how many items there are. Packed weights seldom depend on
   *  them. */
  readonly shapes?: Readonly<Record<string, readonly number[]>> | undefined;
}

/** Makes a model ready to run: sessions of the file rewrite nothing and pack nothing. It holds the model too, so that it is taken
 *  wherever a model is, and serves other options and machines that choose other kernels, only slower.
 *  @throws OctavoError as Session.create; `FEED_INVALID` where shapes are open or do not fit; `CRYPTO_UNAVAILABLE`
 *  @example
 *  ```ts
 *  const packed = await pack(modelBytes);
 *  const session = await Session.create(packed);
 *  ``` */
export async function pack(input: ModelInput, options: PackOptions = {}): Promise<Uint8Array> {
  const { precision, integers = 'fused', shapes } = options;
  const context = new RunContext(options);
  const opened = await openModel(input, options, context);
  try {
    const { files } = opened;
    if (files === undefined) {
      throw new OctavoError('INVALID_ARGUMENT', 'only ONNX models are packed: write this one as ONNX first');
    }
    const runner = await OctavoRunner.create(opened, { precision, integers }, context);
    try {
      const { executor, engine, inputs } = runner;
      await executor.describe(inputTypes(inputs, { ...oneItem(inputs), ...shapes }), context);
      const { prepared: graph, opsets, decisions } = executor;
      const packs = executor.packs();
      return await writePacked({ graph, opsets, decisions, integers, packs, files, engine }, context);
    } finally {
      await runner.dispose();
    }
  } finally {
    await opened.close();
  }
}

/** Shapes of inputs that leave nothing open but how many items there are: packs do not depend on that. */
function oneItem(inputs: readonly ValueInfo[]): Record<string, number[]> {
  const shapes: Record<string, number[]> = {};
  for (const { name, dims = [] } of inputs) {
    const [first, ...rest] = dims;
    if (typeof first === 'number' || !rest.every((dim) => typeof dim === 'number')) continue;
    if (dims.length > 0) shapes[name] = [1, ...(rest as number[])];
  }
  return shapes;
}
