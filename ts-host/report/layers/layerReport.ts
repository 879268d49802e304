// The report that compares a quantized model with its float model, value by value. docs/report.md documents its JSON form.

import type { DType } from '../../ir/dtype.js';
import type { ErrorMeasures } from '../../wasm/kernels/measures.js';
import type { Codes } from './codes.js';
import type { Distribution, HistogramPicture } from './distribution.js';

/** Written into every report. */
export const LAYER_REPORT_VERSION = 1;

/** A value of the float model and what the quantized model has for it, over all samples. */
export interface ValueReport {
  readonly value: string;
  /** Id of the node that makes it; null for inputs of the graph. */
  readonly node: string | null;
  /** Of the last sample. */
  readonly dims: readonly number[];
  /** Of the quantized model's value, with everything that went wrong before it. */
  readonly error: ErrorMeasures;
  /** Of its layer alone, whose inputs are as in the float model; null where not asked for, and for inputs. */
  readonly ownError: ErrorMeasures | null;
  /** How it is stored; null where it stays in float. */
  readonly codes: Codes | null;
  /** Share of the float model's numbers that the codes cut off, by more than half a step. */
  readonly clipped: number;
  /** In the float model. */
  readonly origin: Distribution;
  /** In the quantized model. */
  readonly dequantized: Distribution;
  /** Of the float model. */
  readonly histogram: HistogramPicture;
}

/** A weight of the float model and what its codes stand for. */
export interface WeightReport {
  readonly tensor: string;
  readonly dims: readonly number[];
  readonly dtype: DType;
  readonly bits: number;
  /** One a tensor or channel; empty where they are computed. */
  readonly scale: readonly number[];
  readonly zeroPoint: readonly number[];
  readonly error: ErrorMeasures;
  readonly origin: Distribution;
  readonly dequantized: Distribution;
}

/** How a layer runs in the quantized model. */
export type LayerState =
  /** Its inputs, weights and outputs are codes. */
  | 'integer'
  /** Its weights are codes, what it computes with is not. */
  | 'weights'
  | 'float';

export interface LayerReport {
  /** Id, in the float model, of the node that does the work. */
  readonly node: string;
  readonly opType: string;
  /** Nodes that the quantized model has melted into it. */
  readonly fused: readonly { readonly node: string; readonly opType: string }[];
  readonly state: LayerState;
  /** Why, where a plan tells it. */
  readonly reason?: string;
  /** Values it reads, those no run changes left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly weights: readonly WeightReport[];
}

/** An output of the graph in each run. */
export interface OutputReport {
  readonly value: string;
  /** By sample. */
  readonly cosine: readonly number[];
  readonly sqnrDb: readonly number[];
}

/** A layer that would better be left in float. */
export interface Suggestion {
  readonly node: string;
  readonly opType: string;
  /** Its part of the noise that all layers add by themselves, 0 to 1. */
  readonly share: number;
  /** What the mean SQNR of the outputs gains, in dB, when this layer alone stays in float: measured on a few samples. */
  readonly gainDb: number;
  /** The same for this layer and all suggested before it. */
  readonly togetherDb: number;
  /** What the file grows by. */
  readonly bytes: number;
}

/** What a report is about, in words and numbers that whoever asks for it knows. */
export interface ReportSubject {
  /** Names of the two models, as they should be shown. */
  readonly float: string;
  readonly quantized: string;
  /** Bytes of the two, with external data. */
  readonly floatBytes?: number | undefined;
  readonly quantizedBytes?: number | undefined;
  /** Settings to be shown, in order. */
  readonly settings?: readonly { readonly name: string; readonly value: string }[] | undefined;
}

export interface Report {
  readonly version: typeof LAYER_REPORT_VERSION;
  readonly subject: ReportSubject;
  /** Names of the samples that were run. */
  readonly samples: readonly string[];
  readonly layers: readonly LayerReport[];
  /** In the float model's order. */
  readonly values: readonly ValueReport[];
  readonly outputs: readonly OutputReport[];
  /** Values of the float model that the quantized model does not have, or not as float32 of the same dims. */
  readonly unmatched: readonly string[];
  readonly suggestions: readonly Suggestion[];
}
