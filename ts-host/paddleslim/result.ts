// What the quantizers return: the quantized program, what was decided, and its files, made while they are written.

import type { RunContext } from '../context.js';
import type { PaddleNet } from '../formats/paddle/program.js';
import { planPaddleFiles } from '../formats/paddle/write/files.js';
import { PaddleModel } from '../paddle/paddleModel.js';
import { PaddleOutput } from '../paddle/writePaddle.js';
import type { SaveSettings } from './options/model.js';
import type { SkippedOp } from './structure.js';
import type { SeenRange } from './styles/style.js';

/** An operator that was quantized. */
export interface QuantizedOp {
  /** Place in block 0 of the float program, as it was when weights were looked at. */
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
export class PaddleQuantizeResult extends PaddleOutput {
  /** Operators that were quantized. */
  readonly quantized: readonly QuantizedOp[];
  /** Operators that could have been, with the reasons. */
  readonly skipped: readonly SkippedOp[];
  /** What each variable that was watched reaches to over the samples. */
  readonly thresholds: ReadonlyMap<string, SeenRange>;
  /** Bytes of the parameters' values before and after. */
  readonly size: { readonly float: number; readonly quantized: number };
  /** The quantized model: sessions, reports and `toOnnx` take it, which makes Q/DQ of its operators. */
  readonly model: PaddleModel;
  readonly #close: () => Promise<void>;

  /** @internal */
  constructor({ net, save, context, ...parts }: Parts) {
    super(planPaddleFiles(net, save), context);
    this.model = new PaddleModel(net);
    this.quantized = parts.quantized;
    this.skipped = parts.skipped;
    this.thresholds = parts.thresholds ?? new Map();
    const stored = [...net.parameters.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    this.size = { float: parts.floatParameterBytes, quantized: stored };
    this.#close = parts.close;
  }

  /** Closes the files that the float model was read from. */
  close(): Promise<void> {
    return this.#close();
  }
}
