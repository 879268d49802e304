// What leaving layers in float would gain, measured: variants of the quantized model, run over a few samples.

import type { RunContext } from '../../context.js';
import type { HostTensor } from '../../execute/executor.js';
import { Executor } from '../../execute/executor.js';
import type { Model } from '../../ir/model.js';
import type { ExecutionEngine } from '../../wasm/execution.js';
import { ERROR_SUMS, finishErrors } from '../../wasm/kernels/execute/errors.js';
import { MOST_DECIBELS } from '../compare/outputs.js';
import { type Leavable, type NodeStates, variantModel } from './variants.js';

/** A sample kept for trials. */
export type KeptFeeds = ReadonlyMap<string, HostTensor>;

export interface TrialInput {
  readonly engine: ExecutionEngine;
  readonly float: Model;
  readonly quantized: Model;
  readonly twins: ReadonlyMap<string, string>;
  readonly states: NodeStates;
  readonly samples: readonly KeptFeeds[];
}

/** For each variant the SQNR of the outputs in dB, by sample, the mean where there are several. An exact output counts as
 *  float32's own limit.
 *  @param tell - called after each sample */
export async function tryVariants(
  { engine, float, quantized, twins, states, samples }: TrialInput,
  variants: readonly (readonly Leavable[])[],
  tell: () => void,
  context: RunContext,
): Promise<number[][]> {
  const { model, errors } = variantModel(float, quantized, twins, states, variants);
  const executor = await Executor.create(model, engine, {}, context);
  const found: number[][] = variants.map(() => []);
  try {
    for (const feeds of samples) {
      const outputs = await executor.run(feeds, context);
      for (const [variant, names] of errors.entries()) {
        const sums = names.map((name) => outputs.get(name)!.data as Float64Array);
        found[variant]!.push(meanDecibels(engine, sums));
      }
      tell();
    }
  } finally {
    executor.dispose();
  }
  return found;
}

/** Of outputs that can be compared. */
function meanDecibels(engine: ExecutionEngine, sums: readonly Float64Array[]): number {
  const compared = sums.filter((state) => state.length > 0);
  const decibels = compared.map((state) => {
    const { sqnrDb } = finishErrors(engine, state.slice(0, ERROR_SUMS), state[ERROR_SUMS]!);
    return Math.min(MOST_DECIBELS, sqnrDb);
  });
  return decibels.reduce((sum, each) => sum + each, 0) / decibels.length;
}
