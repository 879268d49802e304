// calibrate(): a model and samples that become statistics, for quantize() in mode static.

import type { CalibrationOptions } from '../calibrate/calibrate.js';
import type { CalibrationStats } from '../calibrate/stats.js';
import { RunContext, type RunOptions } from '../context.js';
import type { Samples } from '../data/sample.js';
import { Breather } from '../io/breather.js';
import type { ExternalResolver } from '../io/external.js';
import { engine, executionEngine } from '../wasm/load.js';
import type { ObservationOptions } from './observedValues.js';
import { type ModelInput, openModel } from './open.js';

export interface CalibrateOptions extends RunOptions, CalibrationOptions, ObservationOptions {
  /** Where external data is, if the model has any. */
  readonly external?: ExternalResolver | undefined;
  /** Names of the values to observe. Default: those whose ranges quantize() asks for in mode static, with the same `skip`,
   *  `opTypes`, `minElements` and `minChannels`, for `target` or else for every target. */
  readonly values?: readonly string[] | undefined;
}

/** Runs a float model over samples and collects statistics of its values. What is kept does not grow with the number of
 *  samples; one is held at a time. The same samples give the same bytes in every runtime, in whatever batches and shards.
 *  @param samples - an array, an iterable or async iterable of tensors (or records of tensors by input name), or a source
 *  such as `folderSamples`
 *  @throws OctavoError as the reader; `SAMPLES_MISSING`; `FEED_INVALID` naming sample and input; `NON_FINITE_ACTIVATION`
 *  naming value and sample; `UNSUPPORTED_OP`, `UNSUPPORTED_DTYPE`; `STATS_MISMATCH`, `STATS_INVALID` for a checkpoint of
 *  something else; `MEMORY_LIMIT`; `ABORTED` within 50 ms
 *  @example
 *  ```ts
 *  const stats = await calibrate(modelBytes, [{ data: pixels, dims: [1, 3, 224, 224] }]);
 *  await writeFile('model.stats', await stats.bytes());
 *  ``` */
export async function calibrate(
  source: ModelInput,
  samples: Samples,
  options: CalibrateOptions = {},
): Promise<CalibrationStats> {
  const context = new RunContext(options);
  const opened = await openModel(source, options, context);
  try {
    const { prepareModel } = await import('../passes/prepare/index.js');
    const { calibrateModel } = await import('../calibrate/calibrate.js');
    const { observedValues } = await import('./observedValues.js');
    const kernels = await engine();
    await Breather.of(context).breathe();
    const model = await prepareModel(kernels, opened.model, context);
    const names = options.values ?? (await observedValues(model, options, context));
    const { limit, held } = context.budget;
    const execution = await executionEngine('strict', Math.max(0, limit - held));
    await Breather.of(context).breathe();
    return await calibrateModel(model, execution, names, samples, options, context);
  } finally {
    await opened.close();
  }
}
