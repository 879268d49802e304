// What the quantizers return: the quantized program, what was decided, and its files, made while they are written.

import type { RunContext } from '../context.js';
import { planOnnxFiles } from '../formats/onnx/writer.js';
import type { PaddleNet } from '../formats/paddle/program.js';
import { paddleToModel } from '../formats/paddle/toModel/toModel.js';
import { planPaddleFiles } from '../formats/paddle/write/files.js';
import { writeFiles } from '../io/copy.js';
import { type OutputFile, outputBytes } from '../io/output.js';
import type { Sink } from '../io/sink.js';
import type { Model } from '../ir/model.js';
import type { SaveSettings } from './options/static.js';
import type { SkippedOp } from './structure.js';
import type { SeenRange } from './styles/style.js';

/** An operator that was quantized. */
export interface QuantizedOp {
  /** Place in block 0. */
  readonly index: number;
  readonly type: string;
  /** Its weights that became codes. */
  readonly weights: readonly string[];
}

interface Parts {
  readonly net: PaddleNet;
  readonly quantized: readonly QuantizedOp[];
  readonly skipped: readonly SkippedOp[];
  readonly thresholds?: ReadonlyMap<string, SeenRange>;
  readonly floatParameterBytes: number;
  readonly save: SaveSettings;
  readonly close: () => Promise<void>;
  readonly context: RunContext;
}

/** A quantized Paddle program, ready to be written. The float model must stay readable until it is. */
export class PaddleQuantizeResult {
  /** Operators that were quantized, by their places in the float program. */
  readonly quantized: readonly QuantizedOp[];
  /** Operators that could have been, with the reasons. */
  readonly skipped: readonly SkippedOp[];
  /** What each variable that was watched reaches to over the samples. */
  readonly thresholds: ReadonlyMap<string, SeenRange>;
  /** The files with their exact lengths. */
  readonly files: readonly OutputFile[];
  /** Bytes of the parameters before and after. */
  readonly size: { readonly float: number; readonly quantized: number };
  readonly net: PaddleNet;
  readonly #parts: Parts;

  /** @internal */
  constructor(parts: Parts) {
    const { net, save } = parts;
    this.#parts = parts;
    this.net = net;
    this.quantized = parts.quantized;
    this.skipped = parts.skipped;
    this.thresholds = parts.thresholds ?? new Map();
    this.files = planPaddleFiles(net, save);
    const stored = [...net.parameters.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    this.size = { float: parts.floatParameterBytes, quantized: stored };
  }

  /** One of the files as bytes. */
  async bytes(name: string): Promise<Uint8Array> {
    return outputBytes(this.files.find((file) => file.name === name)!, this.#parts.context);
  }

  /** Writes all files. They become visible together, or not at all.
   *  @throws OctavoError `IO_FAILED`, `ABORTED`, `SOURCE_CHANGED`, after the sink has removed what it began. */
  async writeTo(sink: Sink): Promise<void> {
    await writeFiles(this.files, sink, this.#parts.context);
  }

  /** The quantized program in ONNX's operators: QuantizeLinear and DequantizeLinear. Sessions and reports take it. */
  toModel(): Promise<Model> {
    return paddleToModel(this.net, this.#parts.context);
  }

  /** The same as ONNX files. */
  async onnxFiles(fileName = 'model.onnx'): Promise<readonly OutputFile[]> {
    return planOnnxFiles(await this.toModel(), { fileName }, this.#parts.context);
  }

  /** Closes the files that the model was read from. */
  close(): Promise<void> {
    return this.#parts.close();
  }
}
