// What convert() returns: a model that is accepted wherever models are, and what is to know about it.

import type { ModelOpener, OpenModel } from '../../api/open.js';
import type { RunContext } from '../../context.js';
import { planOnnxFiles } from '../../formats/onnx/writer.js';
import { outputBytes } from '../../io/output.js';
import type { Model } from '../../ir/model.js';
import type { LoneOperator } from './loneOperators.js';

/** A converted model: `Session.create` runs it, `toOnnx` writes it. The files of the program it comes from must stay open. */
export class ConvertedModel implements ModelOpener {
  /** Integer operators alone between float neighbours, which may cost more than they save. */
  readonly lone: readonly LoneOperator[];
  readonly #model: Model;

  /** @internal */
  constructor(model: Model, lone: readonly LoneOperator[]) {
    this.#model = model;
    this.lone = lone;
  }

  /** In ONNX's operators: float ones between QuantizeLinear and DequantizeLinear, which engines make integer ones of.
   *  @internal */
  async open(): Promise<OpenModel> {
    const model = this.#model;
    return {
      model,
      byteLength: [...model.graph.initializers.values()].reduce((sum, { data }) => sum + data.byteLength, 0),
      readFile: (context: RunContext) => {
        const [file] = planOnnxFiles(model, { fileName: 'model.onnx', externalData: 'never' }, context);
        return outputBytes(file!, context);
      },
      externalFiles: new Map(),
      close: async () => {},
    };
  }
}
