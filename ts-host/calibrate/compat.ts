// Calibration as another system does it: the samples go through the model once or twice, batch by batch in their order, and every value
// has an observer of that system. What it keeps cannot be merged, so there are no shards and no stats file.

import type { RunContext } from '../context.js';
import { isRepeatable, readSamples } from '../data/readSamples.js';
import type { Samples } from '../data/sample.js';
import { OctavoError } from '../errors.js';
import { Executor } from '../execute/executor.js';
import type { Watch } from '../execute/program.js';
import { sizeOf } from '../execute/value.js';
import type { Model } from '../ir/model.js';
import { type CompatObserver, extremesOf } from '../observers/activation/compat/observer.js';
import type { ActivationRange } from '../observers/activation/method.js';
import { withZero } from '../observers/activation/ranges.js';
import type { ExecutionEngine } from '../wasm/execution.js';
import { requireValuesOf } from './values.js';

/** Ranges of values of a model over samples; float32 values that were seen.
 *  @param model - the float model as it will be quantized: prepared
 *  @param observer - makes an observer for one value
 *  @throws OctavoError `INVALID_ARGUMENT` for a name there is not, or samples that can be gone through once only where two
 *  passes are needed; `NON_FINITE_ACTIVATION`; as the executor and readSamples */
export async function compatRanges(
  model: Model,
  engine: ExecutionEngine,
  names: readonly string[],
  samples: Samples,
  observer: () => CompatObserver,
  context: RunContext,
): Promise<Map<string, ActivationRange>> {
  requireValuesOf(model.graph, names);
  const observers = new Map(names.map((name) => [name, observer()]));
  const seen = new Set<string>();
  const executor = await Executor.create(model, engine, { watched: names }, context);
  try {
    const passes = Math.max(1, ...[...observers.values()].map((each) => each.passes));
    if (passes > 1) requireRepeatable(samples);
    for (let pass = 0; pass < passes; pass++) {
      for await (const { name: sample, feeds } of readSamples(samples, executor.inputs, context)) {
        const watch: Watch = (watched) => {
          if (watched.dtype !== 'float32' || sizeOf(watched) === 0) return;
          observe(engine, observers.get(watched.name)!, pass, watched, sample);
          seen.add(watched.name);
        };
        await executor.run(feeds, context, { watch, wanted: NOTHING });
      }
    }
    return new Map([...seen].map((name) => [name, rangeOf(observers.get(name)!)]));
  } finally {
    for (const each of observers.values()) each.dispose();
    executor.dispose();
  }
}

const NOTHING: ReadonlySet<string> = new Set();

function requireRepeatable(samples: Samples): void {
  if (isRepeatable(samples)) return;
  const message = 'this method goes through the samples twice: give a collection, not a generator';
  throw new OctavoError('INVALID_ARGUMENT', message, { field: 'samples' });
}

function observe(
  engine: ExecutionEngine,
  observer: CompatObserver,
  pass: number,
  watched: Parameters<Watch>[0],
  sample: string,
): void {
  const { name, dims, address } = watched;
  const batch = { address, count: sizeOf(watched), rows: dims[0] ?? 1 };
  const extremes = extremesOf(engine, batch);
  if (extremes === undefined) {
    throw new OctavoError('NON_FINITE_ACTIVATION', 'the value is NaN or infinite', { tensor: name, sample });
  }
  observer.observe(pass, batch, extremes);
}

/** Widened to hold 0, as codes must. */
function rangeOf(observer: CompatObserver): ActivationRange {
  const { min, max } = observer.threshold();
  return withZero(min, max);
}
