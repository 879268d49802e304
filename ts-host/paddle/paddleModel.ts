// PaddleModel: what readPaddle returns. It holds the program as Paddle has it, and opens itself as a Model wherever Octavo
// takes one, so that the core knows nothing of Paddle.

import type { ModelOpener, OpenModel } from '../api/open.js';
import type { RunContext } from '../context.js';
import { planOnnxFiles } from '../formats/onnx/writer.js';
import type { PaddleNet } from '../formats/paddle/program.js';
import { paddleToModel } from '../formats/paddle/toModel/toModel.js';
import { outputBytes } from '../io/output.js';
import type { Model } from '../ir/model.js';

/** A net of Paddle's, accepted wherever a model is: Session.create, quantize, inspect, calibrate, compareModels, … */
export class PaddleModel implements ModelOpener {
  /** Program and parameters, in Paddle's own terms. Data is lazy: the files must stay open. */
  readonly net: PaddleNet;
  /** Bytes of the files that it was read from, or of its tensors. */
  readonly byteLength: number;
  readonly #close: () => Promise<void>;

  /** @internal
   *  @param close - closes the files */
  constructor(net: PaddleNet, byteLength = tensorBytes(net), close: () => Promise<void> = async () => {}) {
    this.net = net;
    this.byteLength = byteLength;
    this.#close = close;
  }

  /** The net in ONNX's operators. Engines that take bytes get it as an ONNX file.
   *  @throws OctavoError as paddleToModel
   *  @internal */
  async open(context: RunContext): Promise<OpenModel> {
    const model = await paddleToModel(this.net, context);
    return {
      model,
      byteLength: this.byteLength,
      readFile: (reading) => onnxBytes(model, reading),
      externalFiles: new Map(),
      close: async () => {},
    };
  }

  /** Closes what readPaddle() opened; a Source that the caller made stays open. */
  async close(): Promise<void> {
    await this.#close();
  }
}

async function onnxBytes(model: Model, context: RunContext): Promise<Uint8Array> {
  const [file] = planOnnxFiles(model, { fileName: 'model.onnx', externalData: 'never' }, context);
  return outputBytes(file!, context);
}

function tensorBytes({ parameters }: PaddleNet): number {
  return [...parameters.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
}
