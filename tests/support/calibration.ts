// Statistics of the values of a prepared model over a few feeds: extremes only, which is what the method minmax looks at.

import { RunContext } from '../../ts-host/context.js';
import { Executor, type HostTensor } from '../../ts-host/execute/executor.js';
import type { Model } from '../../ts-host/ir/model.js';
import type { TensorStats } from '../../ts-host/observers/activation/stats.js';
import { executionEngine } from './engine.js';

export type Feeds = Readonly<Record<string, HostTensor>>;

/** Statistics with these extremes. */
export function extremes(min: number, max: number, samples = 1): TensorStats {
  return {
    samples,
    count: samples,
    zeros: 0,
    min,
    max,
    histogram: { exponent: 0, first: 0, counts: new Float64Array(0) },
    extremes: [],
    meanAbsMax: Math.max(-min, max),
    meanQuantiles: { low: min, high: max },
  };
}

/** Runs the model over all feeds and looks at the values `names`. */
export async function statsOf(
  model: Model,
  names: readonly string[],
  feeds: readonly Feeds[],
): Promise<Map<string, TensorStats>> {
  const engine = await executionEngine();
  const executor = await Executor.create(model, engine, { watched: names }, new RunContext());
  const stats = new Map<string, TensorStats>();
  const see = (name: string, values: Float32Array): void => {
    const before = stats.get(name);
    let [min, max] = [before?.min ?? Infinity, before?.max ?? -Infinity];
    for (const value of values) [min, max] = [Math.min(min, value), Math.max(max, value)];
    stats.set(name, extremes(min, max, (before?.samples ?? 0) + 1));
  };
  for (const each of feeds) {
    for (const [name, { data }] of Object.entries(each)) {
      if (names.includes(name)) see(name, data as Float32Array);
    }
    await executor.run(new Map(Object.entries(each)), new RunContext(), {
      watch: ({ name, dims, address }) => {
        const count = dims.reduce((a, b) => a * b, 1);
        see(name, new Float32Array(engine.heap.bytes.buffer, address, count));
      },
    });
  }
  executor.dispose();
  return stats;
}
