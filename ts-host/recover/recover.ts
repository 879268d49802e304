// Recovery: steps that bring a quantized model nearer to the float model. Each is tried on the draft as it is, and kept only
// if the outputs on samples held out come nearer; otherwise the draft stays what it was.

import { calibrateModel } from '../calibrate/calibrate.js';
import type { RunContext } from '../context.js';
import type { Samples } from '../data/sample.js';
import { materializeStatic } from '../formats/onnx/materialize/static/index.js';
import { Breather } from '../io/breather.js';
import type { Model } from '../ir/model.js';
import type { QuantPlan } from '../ir/plan.js';
import type { StatsByValue } from '../observers/activation/statsByValue.js';
import { planStatic } from '../quantize/static/planStatic.js';
import type { StaticSettings } from '../quantize/static/settings.js';
import { valuesToObserve } from '../quantize/static/valuesToObserve.js';
import type { Engine } from '../wasm/engine.js';
import type { ExecutionEngine } from '../wasm/execution.js';
import { type ChannelSummary, summarizeChannels } from './channels.js';
import { RECOVERY_STEPS } from './index.js';
import { isBetter, Judge, meanOf } from './judge.js';
import { correctedModel } from './measured.js';
import { quiet } from './quiet.js';
import { itemsOf, LEAST, releaseSamples, type SplitSamples, splitSamples } from './samples.js';
import type { Draft, Recovery, RecoveryStep, RecoveryTools, StepOutcome } from './step.js';

export interface RecoveryInput {
  readonly engine: Engine;
  readonly execution: ExecutionEngine;
  readonly original: Model;
  /** The prepared model. */
  readonly model: Model;
  readonly settings: StaticSettings;
  /** Over all samples. */
  readonly stats: StatsByValue;
  /** Gone through again by steps that change what there is to see. */
  readonly samples: Samples;
  readonly level: Exclude<Recovery, 'none'>;
  /** Default: those of the level. */
  readonly steps?: readonly RecoveryStep[] | undefined;
}

/** What was tried and what came of it. */
export interface RecoveryReport {
  readonly level: Recovery;
  /** Samples that steps learnt from, and that they were judged by. */
  readonly learningSamples: number;
  readonly heldOutSamples: number;
  /** Signal to noise of the outputs on the held-out samples in dB (of a Softmax: of what it reads), without any step and with
   *  those kept; null where it could not be told. */
  readonly before: number | null;
  readonly after: number | null;
  readonly steps: readonly StepOutcome[];
  /** Why nothing was tried. */
  readonly skipped?: string;
}

export interface Recovered {
  /** What the quantized model is to compute: the prepared model, its channels rescaled at most. */
  readonly float: Model;
  /** The prepared model with what steps made of its weights and biases: the plan is for it. */
  readonly model: Model;
  readonly plan: QuantPlan;
  readonly report: RecoveryReport;
}

/** Makes the plan of a prepared model and recovers what its codes lose. The same input gives the same bytes.
 *  @throws OctavoError as planStatic, calibrateModel and the executor; `ABORTED` within 50 ms */
export async function recoverStatic(input: RecoveryInput, context: RunContext): Promise<Recovered> {
  const { model, samples, level } = input;
  const plan = await planStatic(input, context);
  const biases = input.settings.biasCorrection ? 'told' : 'own';
  const first: Draft = { ...input, float: model, activations: undefined, biases, plan };
  const split = await splitSamples(samples, model.graph.inputs, quiet(context));
  const run = new Run(input, split, context);
  try {
    const report = {
      level,
      learningSamples: itemsOf(split.learning),
      heldOutSamples: itemsOf(split.heldOut),
    };
    const skipped = tooFew(split);
    if (skipped !== undefined) {
      const none = { before: null, after: null, steps: [], skipped };
      return { float: model, model: await run.corrected(first), plan, report: { ...report, ...none } };
    }
    const { draft, ...rest } = await run.all(first);
    const marked = markedPlan(draft, model, rest.steps);
    const corrected = await run.corrected(draft);
    return { float: draft.float, model: corrected, plan: marked, report: { ...report, ...rest } };
  } finally {
    run.release();
    releaseSamples(split, context);
  }
}

function tooFew({ learning, heldOut }: SplitSamples): string | undefined {
  const [learn, judge] = [itemsOf(learning), itemsOf(heldOut)];
  if (learn >= LEAST.learning && judge >= LEAST.heldOut) return undefined;
  return `${learn + judge} samples are too few to learn from some and judge by others: give 4 at least`;
}

/** A plan for other weights than the model has says so. */
function markedPlan({ model, biases, plan }: Draft, before: Model, steps: readonly StepOutcome[]): QuantPlan {
  if (model === before && typeof biases === 'string') return plan;
  return { ...plan, recovered: steps.filter(({ kept }) => kept).map(({ step }) => step) };
}

type Outcome = Pick<RecoveryReport, 'before' | 'after' | 'steps' | 'skipped'> & { readonly draft: Draft };

class Run implements RecoveryTools {
  readonly engine: Engine;
  readonly execution: ExecutionEngine;
  readonly samples: SplitSamples;
  readonly context: RunContext;
  readonly #input: RecoveryInput;
  readonly #steps: readonly RecoveryStep[];
  readonly #outer: RunContext;
  #done = 0;
  #judge: Judge | undefined;
  /** Of the model that was asked about last. */
  #channels: { model: Model; known: Map<string, ChannelSummary> } | undefined;

  constructor(input: RecoveryInput, samples: SplitSamples, context: RunContext) {
    this.#input = input;
    this.engine = input.engine;
    this.execution = input.execution;
    this.samples = samples;
    this.#outer = context;
    this.context = quiet(context);
    const all = input.steps ?? RECOVERY_STEPS;
    this.#steps = all.filter(({ level }) => input.level === 'best' || level === 'fast');
  }

  async all(first: Draft): Promise<Outcome> {
    const { model } = this.#input;
    const { heldOut } = this.samples;
    this.onSample();
    this.#judge = await Judge.create(this.execution, model, heldOut, this.context, () => this.onSample());
    const begun = await this.#judge.decibels(await this.quantized(first));
    if (begun.length === 0) {
      const skipped = 'no output of the model is float32, so nothing tells which of two drafts is nearer';
      return { draft: first, before: null, after: null, steps: [], skipped };
    }
    let [draft, figures] = [first, begun];
    const steps: StepOutcome[] = [];
    for (const step of this.#steps) {
      const found = await step.apply(draft, this);
      if (typeof found === 'string') steps.push(unchanged(step, found));
      else {
        await Breather.of(this.context).breathe();
        const after = await this.#judge.decibels(await this.quantized(found));
        const kept = isBetter(figures, after);
        steps.push(outcome(step, figures, after, kept));
        if (kept) [draft, figures] = [found, after];
      }
      this.#done++;
      this.onSample();
    }
    return { draft, before: known(meanOf(begun)), after: known(meanOf(figures)), steps };
  }

  release(): void {
    this.#judge?.release();
  }

  async replan(draft: Draft, change: Partial<Draft>): Promise<Draft> {
    await Breather.of(this.context).breathe();
    const changed = { ...draft, ...change };
    return { ...changed, plan: await planStatic({ ...this.#input, ...changed }, this.context) };
  }

  async calibrate(float: Model, settings: StaticSettings): Promise<StatsByValue> {
    const names = await valuesToObserve(float, settings, this.context);
    return calibrateModel(float, this.execution, names, this.#input.samples, {}, this.context);
  }

  async channels(model: Model, names: readonly string[]): Promise<ReadonlyMap<string, ChannelSummary>> {
    if (this.#channels?.model !== model) this.#channels = { model, known: new Map() };
    const { known } = this.#channels;
    const unknown = [...new Set(names)].filter((name) => !known.has(name));
    if (unknown.length > 0) {
      const { learning } = this.samples;
      const notify = (): void => this.onSample();
      const found = await summarizeChannels(this.execution, model, unknown, learning, this.context, notify);
      for (const [name, summary] of found) known.set(name, summary);
    }
    return known;
  }

  async quantized(draft: Draft): Promise<Model> {
    const model = await this.corrected(draft);
    return materializeStatic(model, { ...draft.plan, representation: 'qdq' }, this.engine);
  }

  corrected(draft: Draft): Promise<Model> {
    return correctedModel(this.engine, this.#input.original, draft, this.context);
  }

  onSample(): void {
    this.#outer.report('recover', this.#done, this.#steps.length);
  }
}

const unchanged = ({ name }: RecoveryStep, reason: string): StepOutcome => ({
  step: name,
  before: null,
  after: null,
  kept: false,
  reason,
});

function outcome(
  { name }: RecoveryStep,
  figures: readonly number[],
  found: readonly number[],
  kept: boolean,
): StepOutcome {
  const [before, after] = [meanOf(figures), meanOf(found)];
  const chance = after > before ? 'the held-out samples come no nearer than chance would have it' : undefined;
  const reason = kept
    ? 'the held-out samples come nearer'
    : (chance ?? 'the held-out samples do not come nearer');
  return { step: name, before: known(before), after: known(after), kept, reason };
}

/** As JSON can tell it. */
const known = (decibels: number): number | null => (Number.isFinite(decibels) ? decibels : null);
