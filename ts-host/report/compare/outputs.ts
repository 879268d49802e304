// One output of two models over all samples: how near the numbers are, and whether the same class wins.

import { asBytes } from '../../execute/elements.js';
import type { HostTensor } from '../../execute/executor.js';
import { bytesOf, sizeOf } from '../../execute/value.js';
import type { ExecutionEngine } from '../../wasm/execution.js';
import { castElements } from '../../wasm/kernels/execute/cast.js';
import { countEqual } from '../../wasm/kernels/execute/counts.js';
import { addErrors, ERROR_SUMS, finishErrors } from '../../wasm/kernels/execute/errors.js';
import { argExtreme, argScratchBytes } from '../../wasm/kernels/execute/order.js';
import type { AxisView } from '../../wasm/kernels/execute/reduce.js';
import { type ElementType, isElementType } from '../../wasm/kernels/execute/types.js';
import type { ErrorMeasures } from '../../wasm/kernels/measures.js';

/** How one output of two models compares. Figures are null where they have no meaning: no comparable samples, no classes,
 *  no labels. */
export interface OutputComparison {
  readonly output: string;
  /** Mean over the samples. */
  readonly cosine: number | null;
  /** Signal to noise of B's output against A's in dB, mean over the samples; a sample counts with at most 150, which is
   *  what float32 can tell. */
  readonly sqnrDb: number | null;
  /** Largest difference of two numbers. */
  readonly maxAbs: number | null;
  /** Whether all numbers were equal. */
  readonly exact: boolean;
  /** Share of places where the same class has the highest score: the classes are the last dim of up to three dims, the
   *  second of more. Of an output of integers, the share of equal ones. */
  readonly agreement: number | null;
  /** Share of samples whose highest score is at the label. */
  readonly accuracyA: number | null;
  readonly accuracyB: number | null;
  /** Samples for which the two models gave outputs of different shapes; they count as disagreement and nowhere else. */
  readonly mismatched: number;
}

/** Beyond this, differences are the rounding of float32. */
export const MOST_DECIBELS = 150;

/** What a sample's item should be; undefined where nobody says. */
export type LabelOf = (item: number) => number | undefined;

export class OutputSeries {
  readonly #engine: ExecutionEngine;
  readonly #output: string;
  #items = 0;
  #cosine = 0;
  #decibels = 0;
  #maxAbs = 0;
  #exact = true;
  #places = 0;
  #agreed = 0;
  #labelled = 0;
  #correct: [number, number] = [0, 0];
  #mismatched = 0;

  constructor(engine: ExecutionEngine, output: string) {
    this.#engine = engine;
    this.#output = output;
  }

  /** Adds the outputs of one run.
   *  @param length - items that the batch is long
   *  @param count - items of it that count */
  add(a: HostTensor, b: HostTensor, length: number, count: number, labelOf: LabelOf): void {
    const sameDims = a.dims.length === b.dims.length && a.dims.every((dim, i) => dim === b.dims[i]);
    const isBatch = length > 1 && a.dims.length > 0 && a.dims[0]! % length === 0;
    const items = isBatch ? count : 1;
    if (!sameDims || !isElementType(a.dtype) || !isElementType(b.dtype)) {
      this.#mismatched += items;
      this.#exact = false;
      return;
    }
    if (sizeOf(a) === 0) return;
    const dims = isBatch ? [a.dims[0]! / length, ...a.dims.slice(1)] : a.dims;
    const size = dims.reduce((product, dim) => product * dim, 1);
    if (!isFloat(a) || !isFloat(b)) {
      this.#integers(a, b, size * items);
      return;
    }
    withElements(this.#engine, [a, b], 'float32', (x, y) => {
      for (let item = 0; item < items; item++) {
        this.#item(x + 4 * size * item, y + 4 * size * item, size, dims, labelOf(item));
      }
    });
  }

  result(): OutputComparison {
    const mean = (sum: number): number | null => (this.#items === 0 ? null : sum / this.#items);
    const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
    const missed = this.#places === 0 ? 0 : this.#mismatched;
    return {
      output: this.#output,
      cosine: mean(this.#cosine),
      sqnrDb: mean(this.#decibels),
      maxAbs: this.#items === 0 ? null : this.#maxAbs,
      exact: this.#exact,
      agreement: share(this.#agreed, this.#places + missed),
      accuracyA: share(this.#correct[0], this.#labelled),
      accuracyB: share(this.#correct[1], this.#labelled),
      mismatched: this.#mismatched,
    };
  }

  #integers(a: HostTensor, b: HostTensor, count: number): void {
    withElements(this.#engine, [a, b], 'int64', (x, y) => {
      const equal = countEqual(this.#engine, x, y, count);
      this.#places += count;
      this.#agreed += equal;
      this.#exact &&= equal === count;
    });
  }

  #item(x: number, y: number, size: number, dims: readonly number[], label: number | undefined): void {
    const { cosine, sqnrDb, maxAbs } = errorsAt(this.#engine, x, y, size);
    this.#items++;
    this.#cosine += cosine;
    this.#decibels += Math.min(MOST_DECIBELS, sqnrDb);
    this.#maxAbs = Math.max(this.#maxAbs, maxAbs);
    this.#exact &&= maxAbs === 0;
    const view = classesOf(dims);
    if (view === undefined) return;
    const { equal, first } = winners(this.#engine, [x, y], view);
    const places = view.outer * view.inner;
    this.#places += places;
    this.#agreed += equal;
    if (label === undefined || places !== 1) return;
    this.#labelled++;
    if (first[0] === label) this.#correct[0]++;
    if (first[1] === label) this.#correct[1]++;
  }
}

/** Where the classes are; undefined where there is at most one. */
export function classesOf(dims: readonly number[]): AxisView | undefined {
  if (dims.length === 0) return undefined;
  const at = dims.length > 3 ? 1 : dims.length - 1;
  const product = (list: readonly number[]): number => list.reduce((a, b) => a * b, 1);
  const view = { outer: product(dims.slice(0, at)), axis: dims[at]!, inner: product(dims.slice(at + 1)) };
  return view.axis > 1 ? view : undefined;
}

function errorsAt(engine: ExecutionEngine, x: number, y: number, count: number): ErrorMeasures {
  const { heap } = engine;
  const sums = heap.copyIn(new Float64Array(ERROR_SUMS), 'sums of errors');
  try {
    addErrors(engine, x, y, sums, count, 0);
    return finishErrors(engine, new Float64Array(heap.copyOut(sums, 8 * ERROR_SUMS).buffer), count);
  } finally {
    heap.free(sums);
  }
}

/** Places where the same class wins, and the class that wins in the first place of each. */
function winners(
  engine: ExecutionEngine,
  tensors: readonly [number, number],
  view: AxisView,
): { equal: number; first: readonly number[] } {
  const { heap, kernels } = engine;
  const places = view.outer * view.inner;
  const block = heap.alloc(16 * places + argScratchBytes(view), 'classes');
  try {
    const [scratch, ...classes] = [block + 16 * places, block, block + 8 * places] as const;
    for (const [i, address] of tensors.entries()) {
      argExtreme(kernels, 'float32', address, classes[i]!, scratch, view, { least: false, last: false });
    }
    const bytes = new DataView(heap.memory.buffer);
    return {
      equal: countEqual(engine, classes[0], classes[1], places),
      first: classes.map((address) => Number(bytes.getBigInt64(address, true))),
    };
  } finally {
    heap.free(block);
  }
}

const isFloat = ({ dtype }: HostTensor): boolean => /^b?float/.test(dtype);

/** Runs `body` with the addresses of both tensors as elements of `type`. */
function withElements(
  engine: ExecutionEngine,
  tensors: readonly [HostTensor, HostTensor],
  type: 'float32' | 'int64',
  body: (a: number, b: number) => void,
): void {
  const { heap } = engine;
  const blocks: number[] = [];
  try {
    const [a, b] = tensors.map((tensor) => {
      const { dtype, data, dims } = tensor;
      const address = heap.copyIn(asBytes(data), 'an output');
      blocks.push(address);
      if (dtype === type) return address;
      const converted = heap.alloc(bytesOf({ dtype: type, dims }), 'an output');
      blocks.push(converted);
      castElements(engine.kernels, dtype as ElementType, type, address, converted, sizeOf(tensor));
      return converted;
    });
    body(a!, b!);
  } finally {
    for (const block of blocks) heap.free(block);
  }
}
