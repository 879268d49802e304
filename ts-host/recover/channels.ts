// Statistics of the channels (axis 1) of values over the samples to learn from, collected where the executor makes them:
//
//   mean and mean square   float64 sums of each item in a fixed order, averaged over items in theirs
//   most                   largest |x|

import type { RunContext } from '../context.js';
import { Executor } from '../execute/executor.js';
import type { Watched } from '../execute/program.js';
import type { Model } from '../ir/model.js';
import type { ExecutionEngine } from '../wasm/execution.js';
import { type AxisView, Fold, fold } from '../wasm/kernels/execute/reduce.js';
import { quiet } from './quiet.js';
import type { HeldSample } from './samples.js';

export interface ChannelSummary {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly most: Float64Array;
  /** Extents behind the channels, where all samples have the same. */
  readonly spatial: readonly number[] | undefined;
}

/** @param names - values of the model; those without channels or not of float32 have no summary
 *  @param onSample - called after each */
export async function summarizeChannels(
  engine: ExecutionEngine,
  model: Model,
  names: readonly string[],
  samples: readonly HeldSample[],
  context: RunContext,
  onSample: () => void,
): Promise<ReadonlyMap<string, ChannelSummary>> {
  const inner = quiet(context);
  const sums = new Map<string, ChannelSums>();
  const executor = await Executor.create(model, engine, { watched: names }, inner);
  try {
    for (const sample of samples) {
      const watch = (watched: Watched): void => {
        const known = sums.get(watched.name) ?? new ChannelSums(engine);
        sums.set(watched.name, known);
        known.add(watched, sample);
      };
      await executor.run(sample.feeds, inner, { watch, wanted: new Set() });
      onSample();
    }
  } finally {
    executor.dispose();
  }
  return new Map([...sums].flatMap(([name, each]) => (each.isEmpty ? [] : [[name, each.summary()]])));
}

class ChannelSums {
  readonly #engine: ExecutionEngine;
  #items = 0;
  #mean = new Float64Array(0);
  #square = new Float64Array(0);
  #most = new Float64Array(0);
  #spatial: readonly number[] | undefined;

  constructor(engine: ExecutionEngine) {
    this.#engine = engine;
  }

  get isEmpty(): boolean {
    return this.#items === 0;
  }

  add({ dtype, dims, address, channelsLast }: Watched, { items, length }: HeldSample): void {
    if (dtype !== 'float32' || dims.length < 2 || dims.includes(0)) return;
    const channels = channelsLast ? dims.at(-1)! : dims[1]!;
    const spatial = channelsLast ? dims.slice(1, -1) : dims.slice(2);
    if (this.#items === 0) this.#begin(channels, spatial);
    if (channels !== this.#mean.length) return;
    if (spatial.some((extent, axis) => extent !== this.#spatial?.[axis])) this.#spatial = undefined;
    const isBatch = length > 1 && dims[0]! % length === 0;
    const rows = isBatch ? dims[0]! / length : dims[0]!;
    const area = spatial.reduce((a, b) => a * b, 1);
    const bytes = 4 * rows * channels * area;
    for (const item of isBatch ? items : [0]) {
      this.#addItem(address + bytes * item, rows, area, channelsLast);
    }
  }

  summary(): ChannelSummary {
    const mean = this.#mean.map((sum) => sum / this.#items);
    const variance = this.#square.map((sum, c) => Math.max(0, sum / this.#items - mean[c]! * mean[c]!));
    return { mean, variance, most: this.#most, spatial: this.#spatial };
  }

  #begin(channels: number, spatial: readonly number[]): void {
    this.#mean = new Float64Array(channels);
    this.#square = new Float64Array(channels);
    this.#most = new Float64Array(channels);
    this.#spatial = spatial;
  }

  #addItem(address: number, rows: number, area: number, channelsLast: boolean): void {
    const channels = this.#mean.length;
    // One view where the channels lie innermost, else one a row.
    const flat = channelsLast || area === 1;
    const view = flat
      ? { outer: 1, axis: rows * area, inner: channels }
      : { outer: channels, axis: area, inner: 1 };
    for (let row = 0; row < (flat ? 1 : rows); row++)
      this.#addView(address + 4 * row * channels * area, view, rows * area);
    this.#items++;
  }

  #addView(x: number, view: AxisView, count: number): void {
    const { heap, kernels } = this.#engine;
    const channels = this.#mean.length;
    const block = heap.alloc(24 * channels, 'sums of channels');
    try {
      const [squares, most, least] = [block + 8 * channels, block + 16 * channels, block + 20 * channels];
      fold(kernels, 'float32', Fold.sum, x, block, view);
      fold(kernels, 'float32', Fold.sumSquare, x, squares, view);
      fold(kernels, 'float32', Fold.max, x, most, view);
      fold(kernels, 'float32', Fold.min, x, least, view);
      const { buffer } = heap.copyOut(block, 24 * channels);
      const sums = new Float64Array(buffer, 0, 2 * channels);
      const ends = new Float32Array(buffer, 16 * channels, 2 * channels);
      for (let c = 0; c < channels; c++) {
        this.#mean[c] = this.#mean[c]! + sums[c]! / count;
        this.#square[c] = this.#square[c]! + sums[channels + c]! / count;
        this.#most[c] = Math.max(this.#most[c]!, ends[c]!, -ends[channels + c]!);
      }
    } finally {
      heap.free(block);
    }
  }
}
