// compareModels(): two models and samples that become figures: how near the outputs are, and whether the same class wins.

import { RunContext, type RunOptions } from '../context.js';
import type { Samples } from '../data/sample.js';
import type { ExternalResolver } from '../io/external.js';
import { type Comparison, compareOutputs } from '../report/compare/compare.js';
import type { Labels } from '../report/compare/labels.js';
import { executionEngine } from '../wasm/load.js';
import { type ModelInput, openModel } from './open.js';

export interface CompareOptions extends RunOptions {
  /** Where external data of `a` is, if it has any. */
  readonly external?: ExternalResolver | undefined;
  /** The same for `b`. Default: where that of `a` is. */
  readonly externalB?: ExternalResolver | undefined;
  /** Class of each sample: by its name, or in the order of the samples. */
  readonly labels?: Labels | undefined;
  /** As of a session. Default strict: the same figures in every runtime. */
  readonly precision?: 'strict' | 'fast' | undefined;
}

/** Runs two models over the same samples and compares their outputs. One sample is in memory at a time; both models are, with
 *  their weights.
 *  @param a - the model that is right, mostly the float model
 *  @param b - the model that is judged
 *  @param samples - as for calibrate()
 *  @throws OctavoError `INVALID_ARGUMENT` for models whose inputs or outputs do not correspond, and for a sample without a
 *  label; `SAMPLES_MISSING`, `FEED_INVALID`; as Session.create and run
 *  @example
 *  ```ts
 *  import { compareModels } from 'octavo/report';
 *  const { cosine, sqnrDb, agreement } = await compareModels(floatBytes, quantizedBytes, samples);
 *  ``` */
export async function compareModels(
  a: ModelInput,
  b: ModelInput,
  samples: Samples,
  options: CompareOptions = {},
): Promise<Comparison> {
  const context = new RunContext(options);
  const { external, externalB = external, precision = 'strict', labels } = options;
  const first = await openModel(a, { external }, context);
  try {
    const second = await openModel(b, { external: externalB }, context);
    try {
      const { limit, held } = context.budget;
      const engine = await executionEngine(precision, Math.max(0, limit - held));
      return await compareOutputs(engine, first.model, second.model, samples, labels, context);
    } finally {
      await second.close();
    }
  } finally {
    await first.close();
  }
}
