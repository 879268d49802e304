// readPaddle: the files of a Paddle inference model, given as whatever holds bytes, to a PaddleModel.

import { RunContext, type RunOptions } from '../context.js';
import { type InputDims, withInputDims } from '../formats/paddle/inputDims.js';
import { readPaddleNet } from '../formats/paddle/readNet.js';
import type { ParameterFiles } from '../formats/paddle/readParameters.js';
import { type SourceInput, toSource } from '../io/any-source.js';
import { exactSource } from '../io/exact-source.js';
import { cachingResolver, type ExternalResolver } from '../io/external.js';
import type { Source } from '../io/source.js';
import { PaddleModel } from './paddleModel.js';

/** The files of a model: program and parameters, which are all in one file or each in a file of its name. */
export interface PaddleFiles {
  /** `.pdmodel`, `__model__`, or Paddle 3's `.json`. */
  readonly model: SourceInput;
  /** `.pdiparams`, `__params__`: all parameters in one file. */
  readonly params?: SourceInput | undefined;
  /** Opens the file of each parameter, where there is no `params`. */
  readonly external?: ExternalResolver | undefined;
}

export interface ReadPaddleOptions extends RunOptions {
  /** Dims that inputs are to have, by name; -1 is a dim of any size. Without them inputs are open where Paddle takes any size. */
  readonly inputDims?: InputDims | undefined;
}

/** Reads a Paddle inference model. Weights stay in their sources until they are used; `close()` closes what was opened here.
 *  @throws OctavoError `NOT_A_MODEL`, `MALFORMED`, `TRUNCATED`, `SHAPE_MISMATCH` (parameters of another model, with file, tensor and
 *  byte), `LIMIT_EXCEEDED`, `UNSUPPORTED_DTYPE`, `EXTERNAL_DATA_REFUSED`, `EXTERNAL_DATA_MISSING`, `INVALID_ARGUMENT`, `MEMORY_LIMIT`,
 *  `IO_FAILED`, `ABORTED`. What an operator lacks is said when the model is used.
 *  @example
 *  ```ts
 *  import { Session } from 'octavo';
 *  import { readPaddle } from 'octavo/paddle';
 *  const model = await readPaddle({ model: programBytes, params: parameterBytes });
 *  const session = await Session.create(model);
 *  ``` */
export async function readPaddle(files: PaddleFiles, options: ReadPaddleOptions = {}): Promise<PaddleModel> {
  const context = new RunContext(options);
  const opened = new OpenedFiles();
  try {
    const model = await opened.open(files.model, context);
    const net = await readPaddleNet(model, await opened.parameters(files, context), context);
    const { inputDims } = options;
    const program = inputDims === undefined ? net.program : withInputDims(net.program, inputDims);
    return new PaddleModel({ ...net, program }, opened.byteLength, () => opened.close());
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Sources of a model, and how to close those that were opened here. */
class OpenedFiles {
  byteLength = 0;
  readonly #closers: (() => Promise<void> | undefined)[] = [];

  async open(input: SourceInput, context: RunContext): Promise<Source> {
    const source = await toSource(input, context);
    if (source !== input) this.#closers.push(() => source.close?.());
    this.byteLength += source.size;
    return exactSource(source);
  }

  async parameters({ params, external }: PaddleFiles, context: RunContext): Promise<ParameterFiles> {
    if (params !== undefined) return { combined: await this.open(params, context) };
    if (external === undefined) return { none: true };
    const files = cachingResolver(external);
    this.#closers.push(() => files.close());
    return {
      external: async (name) => {
        const source = await files.resolve(name);
        this.byteLength += source.size;
        return exactSource(source);
      },
    };
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0)) await close();
  }
}
