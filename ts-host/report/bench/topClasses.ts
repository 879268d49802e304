// Accuracy: how often the label is the class with the highest score, or among the five highest.

import type { CheckedSample } from '../../data/readSamples.js';
import { OctavoError } from '../../errors.js';
import { asBytes } from '../../execute/elements.js';
import type { HostTensor } from '../../execute/executor.js';
import { bytesOf, sizeOf } from '../../execute/value.js';
import type { ExecutionEngine } from '../../wasm/execution.js';
import { castElements } from '../../wasm/kernels/execute/cast.js';
import { topK, topKScratchBytes } from '../../wasm/kernels/execute/order.js';
import { type ElementType, isElementType } from '../../wasm/kernels/execute/types.js';
import type { LabelFinder } from '../compare/labels.js';
import { classesOf } from '../compare/outputs.js';

/** Shares of samples. */
export interface Accuracy {
  readonly samples: number;
  readonly top1: number;
  readonly top5: number;
}

const MOST = 5;

export class TopClasses {
  readonly #engine: ExecutionEngine;
  readonly #labels: LabelFinder;
  #samples = 0;
  #first = 0;
  #among = 0;

  constructor(engine: ExecutionEngine, labels: LabelFinder) {
    this.#engine = engine;
    this.#labels = labels;
  }

  /** Counts a sample by the first output that has classes.
   *  @throws OctavoError `INVALID_ARGUMENT` where no output has, for a sample without a label, and for a class there is not */
  add(outputs: ReadonlyMap<string, HostTensor>, { items, numbers, length }: CheckedSample): void {
    const scores = [...outputs.values()].find((output) => scoresOf(output, length) > 1);
    if (scores === undefined) {
      const message = 'no output has scores of classes, so labels say nothing';
      throw new OctavoError('INVALID_ARGUMENT', message, { field: 'labels' });
    }
    const count = scoresOf(scores, length);
    const labels = items.map((item, i) => this.#label(item, numbers[i]!, count));
    for (const [item, best] of this.#best(scores, count, items.length).entries()) {
      this.#samples++;
      if (best[0] === labels[item]) this.#first++;
      if (best.includes(labels[item]!)) this.#among++;
    }
  }

  /** A class that is beyond the model's would count as wrong in silence; so do lists that count from 1, whose last class shows it. */
  #label(item: string, number: number, count: number): number {
    const label = this.#labels.of(item, number);
    if (label < count) return label;
    const message = `the label is class ${label}, the model has ${count} classes, from 0`;
    throw new OctavoError('INVALID_ARGUMENT', message, { sample: item, field: 'labels' });
  }

  result(): Accuracy {
    const { 0: samples, 1: first, 2: among } = [this.#samples, this.#first, this.#among] as const;
    return { samples, top1: first / samples, top5: among / samples };
  }

  /** The classes with the highest scores of each item, best first. */
  #best(scores: HostTensor, count: number, items: number): number[][] {
    const { heap, kernels } = this.#engine;
    const k = Math.min(MOST, count);
    const floats = { dtype: 'float32', dims: scores.dims } as const;
    const given = heap.copyIn(asBytes(scores.data), 'scores');
    const block = heap.alloc(bytesOf(floats) + 8 * k + topKScratchBytes(k), 'classes');
    try {
      const x = block;
      const indices = block + bytesOf(floats);
      castElements(kernels, scores.dtype as ElementType, 'float32', given, x, sizeOf(scores));
      const view = { outer: 1, axis: count, inner: 1 };
      return Array.from({ length: items }, (_, item) => {
        topK(kernels, 'float32', x + 4 * count * item, 0, indices, indices + 8 * k, view, k, true);
        const bytes = new DataView(heap.memory.buffer);
        return Array.from({ length: k }, (_, i) => Number(bytes.getBigInt64(indices + 8 * i, true)));
      });
    } finally {
      heap.free(block);
      heap.free(given);
    }
  }
}

/** Classes of an item; 0 where the output is no list of scores. */
function scoresOf(output: HostTensor, length: number): number {
  const { dims, dtype } = output;
  if (!isElementType(dtype) || sizeOf(output) === 0) return 0;
  const isBatch = length > 1 && dims.length > 0 && dims[0]! % length === 0;
  const view = classesOf(isBatch ? [dims[0]! / length, ...dims.slice(1)] : dims);
  return view !== undefined && view.outer * view.inner === 1 ? view.axis : 0;
}
