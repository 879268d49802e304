// writePaddle: a PaddleModel as the files of Paddle's inference models.

import { RunContext, type RunOptions } from '../context.js';
import { OctavoError } from '../errors.js';
import { type PaddleFilesOptions, planPaddleFiles } from '../formats/paddle/write/files.js';
import { writeFiles } from '../io/copy.js';
import { type OutputFile, outputBytes } from '../io/output.js';
import type { Sink } from '../io/sink.js';
import type { PaddleModel } from './paddleModel.js';

export interface WritePaddleOptions extends PaddleFilesOptions, RunOptions {}

/** A model ready to be written. What it was read from must stay readable until it is. */
export class PaddleOutput {
  /** The files with their exact lengths, parameters before the program. */
  readonly files: readonly OutputFile[];
  readonly #context: RunContext;

  /** @internal */
  constructor(files: readonly OutputFile[], context: RunContext) {
    this.files = files;
    this.#context = context;
  }

  /** One of the files as bytes.
   *  @throws OctavoError `INVALID_ARGUMENT` for a name that none of them has */
  async bytes(name: string): Promise<Uint8Array> {
    const file = this.files.find((each) => each.name === name);
    if (file !== undefined) return outputBytes(file, this.#context);
    const names = this.files.map((each) => each.name).join(', ');
    throw new OctavoError('INVALID_ARGUMENT', `there is no file ${name}: ${names}`, { field: 'name' });
  }

  /** Writes all files. They become visible together, or not at all.
   *  @throws OctavoError `IO_FAILED`, `ABORTED`, `SOURCE_CHANGED`, after the sink has removed what it began. */
  async writeTo(sink: Sink): Promise<void> {
    await writeFiles(this.files, sink, this.#context);
  }
}

/** Writes a Paddle model as program and parameters, in the layout that it was read from. Read and written unchanged, it keeps its
 *  bytes. A model of Paddle 3's JSON becomes a ProgramDesc, which Paddle 2 loads, where `layout` or the file's name says so.
 *  @throws OctavoError as planPaddleFiles
 *  @example
 *  ```ts
 *  const output = writePaddle(await readPaddle({ model, params }), { paramsFilename: 'inference.pdiparams' });
 *  await output.writeTo(folderSink('out'));
 *  ``` */
export function writePaddle(model: PaddleModel, options: WritePaddleOptions = {}): PaddleOutput {
  return new PaddleOutput(planPaddleFiles(model.net, options), new RunContext(options));
}
