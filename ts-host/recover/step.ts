// What a step of recovery is: from one draft of a quantized model to another, which the judge may find worse.

import type { RunContext } from '../context.js';
import type { Model } from '../ir/model.js';
import type { QuantPlan } from '../ir/plan.js';
import type { StatsByValue } from '../observers/activation/statsByValue.js';
import type { ActivationStatistics } from '../quantize/activations.js';
import type { BiasMeans } from '../quantize/static/bias/weightLoss.js';
import type { StaticSettings } from '../quantize/static/settings.js';
import type { Engine } from '../wasm/engine.js';
import type { ExecutionEngine } from '../wasm/execution.js';
import type { ChannelSummary } from './channels.js';
import type { SplitSamples } from './samples.js';

/** none: the plan as it is. fast: what a pass over a few samples pays for. best: all steps. */
export type Recovery = 'none' | 'fast' | 'best';

/** A quantized model in the making. */
export interface Draft {
  /** Computes what the prepared model computes: steps rescale its channels at most. */
  readonly float: Model;
  /** `float` with corrected biases: what the plan is for. */
  readonly model: Model;
  /** Of the values of `float`. */
  readonly stats: StatsByValue;
  readonly settings: StaticSettings;
  /** What the inputs of weights are like, where it was measured; else normalizations tell. */
  readonly activations: ActivationStatistics | undefined;
  /** What the biases of `model` are corrected by when it is quantized. */
  readonly biases: BiasMeans;
  readonly plan: QuantPlan;
}

/** What a step gives: all of a draft but the plan, which is made anew. */
export type Change = Partial<Omit<Draft, 'plan'>>;

export interface RecoveryTools {
  readonly engine: Engine;
  readonly execution: ExecutionEngine;
  readonly samples: SplitSamples;
  readonly context: RunContext;
  /** The draft with a change and a plan made for it. */
  replan(draft: Draft, change: Change): Promise<Draft>;
  /** Statistics over all samples, of the values a plan asks for. */
  calibrate(float: Model, settings: StaticSettings): Promise<StatsByValue>;
  /** Summaries of values of a model over the samples to learn from; what was asked for once is remembered. */
  channels(model: Model, names: readonly string[]): Promise<ReadonlyMap<string, ChannelSummary>>;
  /** As QuantizeLinear and DequantizeLinear, whatever form will be written. */
  quantized(draft: Draft): Promise<Model>;
  /** The model of a draft with the biases that it is quantized with. */
  corrected(draft: Draft): Promise<Model>;
  /** Called after each run of a model. */
  onSample(): void;
}

export interface RecoveryStep {
  readonly name: string;
  /** The least level that takes the step. */
  readonly level: Exclude<Recovery, 'none'>;
  /** The changed draft, or why there is nothing to change. */
  apply(draft: Draft, tools: RecoveryTools): Promise<Draft | string>;
}

/** What became of a step. */
export interface StepOutcome {
  readonly step: string;
  /** Signal to noise of the outputs on the held-out samples in dB; null where the step changed nothing. */
  readonly before: number | null;
  readonly after: number | null;
  readonly kept: boolean;
  readonly reason: string;
}
