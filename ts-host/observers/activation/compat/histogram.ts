// Two passes: extremes of everything first, then a histogram between edges made from them.

import { OctavoError } from '../../../errors.js';
import type { ExecutionEngine } from '../../../wasm/execution.js';
import { countBetweenEdges, smallestSize } from '../../../wasm/kernels/execute/compat.js';
import type { ActivationRange } from '../method.js';
import { type Batch, type CompatObserver, type Extremes, widened } from './observer.js';

/** What the first pass has seen. */
export interface Seen extends Extremes {
  /** Of |x|. */
  readonly absolute: Extremes;
}

export interface Histogram {
  readonly edges: Float64Array;
  readonly counts: Float64Array;
  /** Where the counts lie in the engine's memory. */
  readonly address: number;
}

export interface HistogramRules {
  readonly absolute: boolean;
  edges(seen: Seen): Float64Array;
  threshold(histogram: Histogram, seen: Seen): ActivationRange;
}

export class HistogramObserver implements CompatObserver {
  readonly passes = 2;
  readonly #engine: ExecutionEngine;
  readonly #rules: HistogramRules;
  #seen: Seen | undefined;
  #edges: Float64Array | undefined;
  #block: number | undefined;

  constructor(engine: ExecutionEngine, rules: HistogramRules) {
    this.#engine = engine;
    this.#rules = rules;
  }

  observe(pass: number, batch: Batch, extremes: Extremes): void {
    if (pass === 0) this.#widen(extremes, batch);
    else this.#count(batch);
  }

  threshold(): ActivationRange {
    const [seen, edges, block] = [this.#seen, this.#edges, this.#block];
    if (seen === undefined || edges === undefined || block === undefined) return { min: 0, max: 0 };
    const address = block + edges.byteLength;
    const bytes = this.#engine.heap.copyOut(address, edges.byteLength - 8);
    return this.#rules.threshold({ edges, counts: new Float64Array(bytes.buffer), address }, seen);
  }

  dispose(): void {
    if (this.#block !== undefined) this.#engine.heap.free(this.#block);
    this.#block = undefined;
  }

  #widen({ min, max }: Extremes, batch: Batch): void {
    const sizes = { min: this.#smallestSize(min, max, batch), max: Math.max(-min, max) };
    const { min: low, max: high } = widened(this.#seen, { min, max });
    this.#seen = { min: low, max: high, absolute: widened(this.#seen?.absolute, sizes) };
  }

  /** The smallest |x|, where it is asked for. */
  #smallestSize(min: number, max: number, batch: Batch): number {
    if (min >= 0) return min;
    if (max <= 0) return -max;
    return this.#rules.absolute ? smallestSize(this.#engine, batch.address, batch.count) : 0;
  }

  #count({ address, count }: Batch): void {
    if (this.#seen === undefined) {
      throw new OctavoError('INVALID_ARGUMENT', 'the second pass has a batch the first did not have');
    }
    this.#edges ??= this.#rules.edges(this.#seen);
    const { heap } = this.#engine;
    const bytes = this.#edges.byteLength;
    if (this.#block === undefined) {
      this.#block = heap.alloc(2 * bytes, 'a histogram');
      heap.bytes.fill(0, this.#block, this.#block + 2 * bytes);
      new Float64Array(heap.memory.buffer, this.#block, this.#edges.length).set(this.#edges);
    }
    const { absolute } = this.#rules;
    const bins = this.#edges.length - 1;
    countBetweenEdges(this.#engine, address, count, absolute, this.#block, bins, this.#block + bytes);
  }
}

/** NumPy's linspace with `bins` + 1 numbers, every step rounded by `round`; ends that are equal are moved apart by half
 *  either way, as its histogram does. */
export function evenEdges(
  low: number,
  high: number,
  bins: number,
  round = (x: number): number => x,
): Float64Array {
  const [start, stop] = low === high ? [round(low - 0.5), round(high + 0.5)] : [low, high];
  const delta = round(stop - start);
  const step = round(delta / bins);
  return Float64Array.from({ length: bins + 1 }, (_, k) => {
    if (k === bins) return stop;
    return round((step === 0 ? round(round(k / bins) * delta) : round(k * step)) + start);
  });
}
