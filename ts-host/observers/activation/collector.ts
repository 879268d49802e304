// StatsCollector: watches one tensor through calibration. What it holds depends on what was seen alone, not on its order or
// cut into batches and shards; its size does not grow with the number of samples.
//
//   range and zeros of each sample ─► the sample's grid ─► its counts ─► its tails
//                                     the tensor's grid ─► counts, coarsened to it, added

import { OctavoError } from '../../errors.js';
import type { ExecutionEngine } from '../../wasm/execution.js';
import {
  addCounts,
  type Bins,
  countBins,
  countBytes,
  observeRange,
  RANGE_BYTES,
  readRange,
  type SeenRange,
  tailBins,
} from '../../wasm/kernels/execute/observe.js';
import { exactUnits } from './exactSum.js';
import { Extremes } from './extremes.js';
import { gridOf } from './grid.js';
import { EMPTY_STATE, requireExact, type TensorState } from './state.js';
import { HISTOGRAM_BINS } from './stats.js';

/** A tail of a sample holds at most this share of its elements, the ends of meanQuantiles leave out no more. */
const TAIL_SHARE = 1e-4;
const COUNTS_BYTES = 8 * HISTOGRAM_BINS;

/** Elements of a tensor in the engine's memory: float32, dense. */
export interface Seen {
  readonly address: number;
  /** Elements of all samples. */
  readonly count: number;
  /** Samples that they are of, in equal parts one after another; 1 where the first dim is not the batch. */
  readonly items: number;
  /** Number of the first of these samples in the whole calibration set. */
  readonly sample: number;
}

export class StatsCollector {
  readonly #engine: ExecutionEngine;
  /** Counts lie in the engine's heap while there are any. */
  #counts: { address: number; grid: Bins } | undefined;
  #samples = 0;
  #count = 0;
  #zeros = 0;
  #min = 0;
  #max = 0;
  #extremes = new Extremes();
  #absMax = 0n;
  #low = 0n;
  #high = 0n;

  constructor(engine: ExecutionEngine, state: TensorState = EMPTY_STATE) {
    this.#engine = engine;
    if (state.count !== 0) this.#resume(state);
  }

  /** Counts what a tensor holds. Nothing is kept of a batch in which a number is not finite.
   *  @returns undefined, or the number of the first sample that holds NaN or an infinity
   *  @throws OctavoError `MEMORY_LIMIT` */
  observe({ address, count, items, sample }: Seen): number | undefined {
    if (count === 0) return undefined;
    const length = count / items;
    if (!Number.isInteger(length)) {
      throw new OctavoError('INVALID_ARGUMENT', `${count} elements are not of ${items} equal samples`);
    }
    requireExact(this.#count + count);
    const block = RANGE_BYTES * (items + 1);
    const scratch = this.#engine.heap.alloc(block + countBytes(HISTOGRAM_BINS), 'observing a tensor');
    try {
      for (let item = 0; item < items; item++) {
        const finite = observeRange(
          this.#engine,
          address + 4 * length * item,
          length,
          scratch + RANGE_BYTES * item,
        );
        if (!finite) return sample + item;
      }
      const ranges = Array.from({ length: items }, (_, item) =>
        readRange(this.#engine, scratch + RANGE_BYTES * item),
      );
      this.#cover(ranges);
      ranges.forEach((range, item) => {
        this.#add(address + 4 * length * item, length, range, sample + item, scratch + block);
      });
    } finally {
      this.#engine.heap.free(scratch);
    }
    return undefined;
  }

  /** What has been seen so far, in memory of its own. */
  state(): TensorState {
    if (this.#counts === undefined) return EMPTY_STATE;
    const { address, grid } = this.#counts;
    return {
      samples: this.#samples,
      count: this.#count,
      zeros: this.#zeros,
      min: this.#min,
      max: this.#max,
      counts: new Float64Array(this.#engine.heap.copyOut(address, 8 * grid.bins).buffer),
      extremes: this.#extremes.copy(),
      sums: { absMax: this.#absMax, low: this.#low, high: this.#high },
    };
  }

  /** Lets the memory go; the collector is empty then. */
  dispose(): void {
    if (this.#counts !== undefined) this.#engine.heap.free(this.#counts.address);
    this.#counts = undefined;
  }

  #resume({ samples, count, zeros, min, max, counts, extremes, sums }: TensorState): void {
    const { heap } = this.#engine;
    const address = heap.alloc(COUNTS_BYTES, 'statistics of a tensor');
    heap.bytes.set(new Uint8Array(counts.buffer, counts.byteOffset, counts.byteLength), address);
    this.#counts = { address, grid: gridOf(min, max) };
    [this.#samples, this.#count, this.#zeros, this.#min, this.#max] = [samples, count, zeros, min, max];
    this.#extremes = extremes.copy();
    [this.#absMax, this.#low, this.#high] = [sums.absMax, sums.low, sums.high];
  }

  /** Makes the grid cover `ranges`: counts move to a wider one in a block of their own. */
  #cover(ranges: readonly SeenRange[]): void {
    const before = this.#counts;
    const known: readonly { min: number; max: number }[] =
      before === undefined ? [] : [{ min: this.#min, max: this.#max }];
    const all = [...known, ...ranges];
    const min = all.reduce((least, range) => Math.min(least, range.min), Infinity);
    const max = all.reduce((most, range) => Math.max(most, range.max), -Infinity);
    const grid = gridOf(min, max);
    if (before === undefined || !sameGrid(before.grid, grid)) {
      const { heap } = this.#engine;
      const address = heap.alloc(COUNTS_BYTES, 'statistics of a tensor');
      heap.bytes.fill(0, address, address + COUNTS_BYTES);
      if (before !== undefined) {
        addCounts(this.#engine, 'f64', before.address, before.grid, address, grid);
        heap.free(before.address);
      }
      this.#counts = { address, grid };
    }
    this.#min = min;
    this.#max = max;
  }

  /** Adds one sample; the grid covers it. */
  #add(address: number, length: number, range: SeenRange, sample: number, table: number): void {
    const engine = this.#engine;
    const { min, max, zeros } = range;
    const grid = gridOf(min, max);
    countBins(engine, address, length, grid, table);
    const counts = this.#counts!;
    addCounts(engine, 'u32', table, grid, counts.address, counts.grid);
    const tails = tailBins(engine, table, grid.bins, Math.floor(length * TAIL_SHARE), table - RANGE_BYTES);
    this.#samples++;
    this.#count += length;
    this.#zeros += zeros;
    this.#extremes.add({ sample, min, max });
    this.#absMax += exactUnits(Math.max(-min, max));
    // The outer borders of the bins in which the quantiles lie.
    this.#low += exactUnits(Math.max(min, (grid.first + tails.low) * grid.width));
    this.#high += exactUnits(Math.min(max, (grid.first + grid.bins - tails.high) * grid.width));
  }
}

const sameGrid = (a: Bins, b: Bins): boolean =>
  a.exponent === b.exponent && a.first === b.first && a.bins === b.bins;
