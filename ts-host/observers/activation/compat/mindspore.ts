// MindSpore Lite's full quantization of activations (tools/converter/quantizer): MAX_MIN, KL and REMOVAL_OUTLIER. A batch is one run of
// its calibration. Float32 as there. KL gives a symmetric range whatever the codes.

import type { ExecutionEngine } from '../../../wasm/execution.js';
import { countQuotients, proportionalThreshold, selectRanks } from '../../../wasm/kernels/execute/compat.js';
import type { ActivationRange } from '../method.js';
import {
  type Batch,
  type CompatFactory,
  type CompatObserver,
  type Extremes,
  largest,
  minmaxObserver,
  onePass,
} from './observer.js';

const BINS = 2048;
/** Its counts are float32 that begin at this. */
const EMPTY = 1e-7;
/** Adding 1 to a float32 of this does nothing any more. */
const FULL = 2 ** 24;

class KlObserver implements CompatObserver {
  readonly passes = 2;
  readonly #engine: ExecutionEngine;
  #most = 0;
  #counts: number | undefined;

  constructor(engine: ExecutionEngine) {
    this.#engine = engine;
  }

  observe(pass: number, { address, count }: Batch, extremes: Extremes): void {
    if (pass === 0) this.#most = Math.max(this.#most, largest(extremes));
    else if (this.#most > 0) countQuotients(this.#engine, address, count, this.#width(), BINS, this.#block());
  }

  threshold(): ActivationRange {
    if (this.#counts === undefined) return { min: 0, max: 0 };
    const bytes = this.#engine.heap.copyOut(this.#counts, 8 * BINS);
    const bin = proportionalThreshold(
      this.#engine,
      Float32Array.from(new Float64Array(bytes.buffer), asFloat),
    );
    const threshold = Math.fround((bin + 0.5) * this.#width());
    return { min: -threshold, max: threshold };
  }

  dispose(): void {
    if (this.#counts !== undefined) this.#engine.heap.free(this.#counts);
    this.#counts = undefined;
  }

  #width(): number {
    return Math.fround(this.#most / BINS);
  }

  #block(): number {
    const { heap } = this.#engine;
    if (this.#counts === undefined) {
      this.#counts = heap.alloc(8 * BINS, 'a histogram');
      heap.bytes.fill(0, this.#counts, this.#counts + 8 * BINS);
    }
    return this.#counts;
  }
}

/** What float32 becomes of EMPTY by adding 1 `count` times: the fraction is gone after two. */
const asFloat = (count: number): number => (count < 2 ? Math.fround(EMPTY + count) : Math.min(count, FULL));

/** The means over batches of the elements of rank ⌊0.0001 n⌋ and ⌊0.9999 n⌋. */
const removalOutlier: CompatFactory = (engine) => {
  let [low, high, batches] = [0, 0, 0];
  return onePass(
    ({ address, count }) => {
      const ranks = [0.0001, 0.9999].map((share) =>
        Math.floor(Math.fround(Math.fround(share) * Math.fround(count))),
      );
      const [min, max] = selectRanks(engine, address, count, ranks);
      low += min!;
      high += max!;
      batches++;
    },
    () =>
      batches === 0
        ? { min: 0, max: 0 }
        : { min: Math.fround(low / batches), max: Math.fround(high / batches) },
  );
};

export const MINDSPORE: Readonly<Record<string, CompatFactory>> = {
  minmax: minmaxObserver,
  kl: (engine) => new KlObserver(engine),
  removalOutlier,
};
