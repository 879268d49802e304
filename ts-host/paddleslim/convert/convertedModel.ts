// What convert() returns: a model that is accepted wherever models are, and what is to know about it.

import type { ModelOpener, OpenModel } from '../../api/open.js';
import type { RunContext } from '../../context.js';
import { planOnnxFiles } from '../../formats/onnx/writer.js';
import { type OutputFile, outputBytes } from '../../io/output.js';
import type { Model } from '../../ir/model.js';
import type { LoneOperator } from './loneOperators.js';

/** A converted model: `Session.create` runs it, `toOnnx` writes it. The files of the program it comes from must stay open. */
export class ConvertedModel implements ModelOpener {
  /** Integer operators alone between float neighbours, which may cost more than they save. */
  readonly lone: readonly LoneOperator[];
  readonly #model: Model;
  readonly #close: () => Promise<void>;

  /** @internal
   *  @param close - closes the files that the program was read from */
  constructor(model: Model, lone: readonly LoneOperator[], close: () => Promise<void>) {
    this.#model = model;
    this.lone = lone;
    this.#close = close;
  }

  /** In ONNX's operators: float ones between QuantizeLinear and DequantizeLinear, which engines make integer ones of.
   *  @internal */
  async open(): Promise<OpenModel> {
    const model = this.#model;
    return {
      model,
      byteLength: [...model.graph.initializers.values()].reduce((sum, { data }) => sum + data.byteLength, 0),
      readFile: (context) => outputBytes(this.onnxFiles(context)[0]!, context),
      externalFiles: new Map(),
      close: async () => {},
    };
  }

  /** The ONNX file.
   *  @internal */
  onnxFiles(context: RunContext): readonly OutputFile[] {
    return planOnnxFiles(this.#model, { fileName: 'model.onnx', externalData: 'never' }, context);
  }

  /** Closes what convert() opened. */
  close(): Promise<void> {
    return this.#close();
  }
}
