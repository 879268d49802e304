// What a style of quantized programs is: a way to say in Paddle's operators and attributes which codes and thresholds were found.
// One style a file.

import type { PaddleNet } from '../../formats/paddle/program.js';
import type { Engine } from '../../wasm/engine.js';
import type { Structure } from '../structure.js';
import type { CodeBits, QuantizedWeight } from '../weights.js';

/** Ranges of a variable over the samples. */
export interface SeenRange {
  readonly min: number;
  readonly max: number;
  /** What codes reach to on either side of 0; above 0. */
  readonly threshold: number;
}

export interface StyleTask {
  readonly engine: Engine;
  readonly net: PaddleNet;
  readonly structure: Structure;
  /** The weights of the structure, quantized. */
  readonly weights: ReadonlyMap<string, QuantizedWeight>;
  /** Of variables that were seen. Empty where activations are not quantized. */
  readonly activations: ReadonlyMap<string, SeenRange>;
  readonly settings: StyleSettings;
}

export interface StyleSettings {
  readonly bits: CodeBits;
  /** PaddleSlim's name of the algorithm, in lower case, as `quantization_type` has it. */
  readonly algo: string;
  readonly activationType: 'abs_max' | 'range_abs_max' | 'moving_average_abs_max';
  /** Codes of weights take a byte each, or two; else they are stored as float32, as Paddle stores them. */
  readonly saveInt8: boolean;
}

/** Writes what was found into the program. Pure: the net given stays as it is. */
export type Style = (task: StyleTask) => PaddleNet;
