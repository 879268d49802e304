// One tensor through all samples: its moments, its histogram and how much of it codes clip, in memory that does not grow
// with their number.

import { type Address, sizeOf, type TensorType } from '../../execute/value.js';
import { StatsCollector } from '../../observers/activation/collector.js';
import { statsOf } from '../../observers/activation/state.js';
import type { TensorStats } from '../../observers/activation/stats.js';
import type { ExecutionEngine } from '../../wasm/execution.js';
import { countOutside } from '../../wasm/kernels/execute/counts.js';
import { addMomentsAt, finishMoments, MOMENT_BYTES } from '../../wasm/kernels/execute/moments.js';
import type { Moments } from '../../wasm/kernels/moments.js';

/** Numbers below `low` or above `high` are clipped. */
export interface Limits {
  readonly low: number;
  readonly high: number;
}

export interface SeriesResult {
  readonly moments: Moments;
  readonly stats: TensorStats;
  /** Share of elements outside the limits; 0 without limits. */
  readonly clipped: number;
}

export class Series {
  readonly #engine: ExecutionEngine;
  readonly #collector: StatsCollector;
  readonly #limits: Limits | undefined;
  readonly #sums: Address;
  #count = 0;
  #outside = 0;
  #seen = 0;

  constructor(engine: ExecutionEngine, limits?: Limits) {
    this.#engine = engine;
    this.#limits = limits;
    this.#collector = new StatsCollector(engine);
    this.#sums = engine.heap.alloc(MOMENT_BYTES, 'moments of a tensor');
    engine.heap.bytes.fill(0, this.#sums, this.#sums + MOMENT_BYTES);
  }

  /** Adds a float32 tensor in the engine's memory. */
  add(address: Address, type: TensorType): void {
    const count = sizeOf(type);
    addMomentsAt(this.#engine, address, this.#sums, count, this.#count);
    if (this.#limits !== undefined) {
      this.#outside += countOutside(this.#engine, address, count, this.#limits.low, this.#limits.high);
    }
    this.#collector.observe({ address, count, items: 1, sample: this.#seen++ });
    this.#count += count;
  }

  result(): SeriesResult {
    return {
      moments: finishMoments(this.#engine, this.#sums, this.#count),
      stats: statsOf(this.#collector.state()),
      clipped: this.#count === 0 ? 0 : this.#outside / this.#count,
    };
  }

  dispose(): void {
    this.#collector.dispose();
    this.#engine.heap.free(this.#sums);
  }
}
