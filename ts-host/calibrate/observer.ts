// The watcher of a calibration: every watched value of a run goes to the collector of its name, an item of the batch at a
// time, so that batches and shards count what single samples would.

import type { CheckedSample } from '../data/readSamples.js';
import type { Wants } from '../data/sample.js';
import { OctavoError } from '../errors.js';
import type { Watched } from '../execute/program.js';
import { sizeOf } from '../execute/value.js';
import { StatsCollector } from '../observers/activation/collector.js';
import type { TensorState } from '../observers/activation/state.js';
import type { ExecutionEngine } from '../wasm/execution.js';

const FLOAT_BYTES = 4;

export class Observer {
  readonly #collectors: ReadonlyMap<string, StatsCollector>;

  /** @param states - what was seen before, by name */
  constructor(
    engine: ExecutionEngine,
    names: Iterable<string>,
    states: ReadonlyMap<string, TensorState> | undefined,
  ) {
    const collectors = new Map<string, StatsCollector>();
    this.#collectors = collectors;
    try {
      for (const name of names) collectors.set(name, new StatsCollector(engine, states?.get(name)));
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** Counts a value of a run over `sample`.
   *  @param wants - items to count
   *  @throws OctavoError `NON_FINITE_ACTIVATION`, `UNSUPPORTED_DTYPE` */
  see(watched: Watched, { name: whole, numbers, items, length }: CheckedSample, wants: Wants): void {
    const { name, dtype, dims, address } = watched;
    const collector = this.#collectors.get(name);
    const total = sizeOf(watched);
    if (collector === undefined || total === 0) return;
    requireNoHalf(watched);
    if (dtype !== 'float32') return;
    const isBatched = length > 1 && dims.length > 0 && dims[0]! % length === 0;
    const count = isBatched ? total / length : total;
    for (const [index, number] of (isBatched ? numbers : numbers.slice(0, 1)).entries()) {
      if (!wants(number)) continue;
      const seen = { address: address + FLOAT_BYTES * count * index, count, items: 1, sample: number };
      if (collector.observe(seen) === undefined) continue;
      const place = { tensor: name, sample: items[index] ?? whole };
      throw new OctavoError('NON_FINITE_ACTIVATION', 'the value is NaN or infinite', place);
    }
  }

  /** What has been seen so far, in memory of its own. */
  states(): Map<string, TensorState> {
    return new Map([...this.#collectors].map(([name, collector]) => [name, collector.state()]));
  }

  dispose(): void {
    for (const collector of this.#collectors.values()) collector.dispose();
  }
}

/** Codes are made for float32; what the executor does with halves in between is its own. */
function requireNoHalf({ name, dtype }: Watched): void {
  if (dtype !== 'float16' && dtype !== 'bfloat16') return;
  const message = `calibration takes float32 models; this value is ${dtype}`;
  throw new OctavoError('UNSUPPORTED_DTYPE', message, { tensor: name });
}
