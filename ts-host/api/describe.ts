// What running a model would take: multiply-adds, memory, shapes. Compiles the model for given input shapes, weights
// included, and runs nothing.

import { RunContext, type RunOptions } from '../context.js';
import type { ProgramFacts } from '../execute/executor.js';
import type { ExternalResolver } from '../io/external.js';
import { inputTypes } from './inputTypes.js';
import { OctavoRunner } from './octavoRunner.js';
import { type ModelInput, openModel } from './open.js';

export type { ProgramFacts } from '../execute/executor.js';

export interface DescribeOptions extends RunOptions {
  readonly external?: ExternalResolver | undefined;
  /** Dims of inputs, by name; needed where the model leaves dims open. */
  readonly shapes?: Readonly<Record<string, readonly number[]>> | undefined;
}

/** @throws OctavoError `FEED_INVALID` where a shape is missing or does not fit; otherwise as a session that runs. */
export async function describeExecution(
  source: ModelInput,
  options: DescribeOptions = {},
): Promise<ProgramFacts> {
  const context = new RunContext(options);
  const opened = await openModel(source, options, context);
  try {
    const runner = await OctavoRunner.create(opened, {}, context);
    try {
      return await runner.describe(inputTypes(runner.inputs, options.shapes), context);
    } finally {
      await runner.dispose();
    }
  } finally {
    await opened.close();
  }
}
