// toOnnx: a model as an ONNX file. With a Paddle model it is the converter from Paddle to ONNX.

import { type ModelInput, type OpenModel, openModel } from '../api/open.js';
import { RunContext, type RunOptions } from '../context.js';
import { OctavoError } from '../errors.js';
import { planOnnxFiles } from '../formats/onnx/writer.js';
import { writeFiles } from '../io/copy.js';
import type { ExternalResolver } from '../io/external.js';
import { type OutputFile, outputBytes } from '../io/output.js';
import type { Sink } from '../io/sink.js';

export interface ToOnnxOptions extends RunOptions {
  /** Name of the model file. Default: `model.onnx`. */
  readonly fileName?: string | undefined;
  /** Name of the file for external data. Default: the model's with `.data`. */
  readonly externalName?: string | undefined;
  /** Whether weights go to a file of their own. Default `auto`: where one file would be too large. */
  readonly externalData?: 'auto' | 'always' | 'never' | undefined;
  /** Opens external data of an ONNX input. */
  readonly external?: ExternalResolver | undefined;
}

/** A model ready to be written as ONNX. The input must stay readable until it is. */
export class OnnxModel {
  /** The output files with their exact lengths; external data, where there is any, before the model. */
  readonly files: readonly OutputFile[];
  readonly #opened: OpenModel;
  readonly #context: RunContext;

  /** @internal */
  constructor(opened: OpenModel, files: readonly OutputFile[], context: RunContext) {
    this.files = files;
    this.#opened = opened;
    this.#context = context;
  }

  /** The model file as bytes.
   *  @throws OctavoError `INVALID_ARGUMENT` where there is external data: use {@link writeTo} then. */
  async bytes(): Promise<Uint8Array> {
    const [file, ...more] = this.files;
    if (file !== undefined && more.length === 0) return outputBytes(file, this.#context);
    throw new OctavoError('INVALID_ARGUMENT', `the output has ${this.files.length} files: use writeTo(sink)`);
  }

  /** Writes all files. They become visible together, or not at all.
   *  @throws OctavoError `IO_FAILED`, `ABORTED`, `SOURCE_CHANGED`, after the sink has removed what it began. */
  async writeTo(sink: Sink): Promise<void> {
    await writeFiles(this.files, sink, this.#context);
  }

  /** Closes what toOnnx() opened. */
  async close(): Promise<void> {
    await this.#opened.close();
  }
}

/** Converts a model to ONNX: operators of opset 17, weights as they are. Operators without an ONNX form are kept in the domain
 *  `paddle`, where only engines that know them can run them.
 *  @throws OctavoError `UNSUPPORTED_OP` and all that reading throws; `LIMIT_EXCEEDED`, `INVALID_ARGUMENT`, `ABORTED`.
 *  @example
 *  ```ts
 *  const onnx = await toOnnx(await readPaddle({ model, params }));
 *  const bytes = await onnx.bytes();
 *  ``` */
export async function toOnnx(input: ModelInput, options: ToOnnxOptions = {}): Promise<OnnxModel> {
  const context = new RunContext(options);
  const opened = await openModel(input, options, context);
  try {
    const { fileName = 'model.onnx', externalName, externalData } = options;
    const files = planOnnxFiles(opened.model, { fileName, externalName, externalData }, context);
    return new OnnxModel(opened, files, context);
  } catch (error) {
    await opened.close();
    throw error;
  }
}
