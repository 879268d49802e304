// Samples that can be gone through again and again. A generator cannot: what it gives is kept while it is gone through for the
// first time, within the memory limit.

import type { RunContext } from '../context.js';
import { isRepeatable } from '../data/readSamples.js';
import type { GivenSamples, Sample, SampleInput, Samples } from '../data/sample.js';
import type { TensorInput } from '../data/tensor.js';
import { OctavoError } from '../errors.js';
import { asBytes } from '../execute/elements.js';

/** Most bytes kept where no memory limit says less. */
const MOST_BYTES = 512 * 2 ** 20;

export interface Repeatable {
  readonly given: Samples;
  /** Lets what was kept go. */
  release(): void;
}

/** @returns samples that throw `MEMORY_LIMIT` where a generator gives more than can be kept */
export function repeatable(samples: Samples, context: RunContext): Repeatable {
  if (typeof samples !== 'object' || samples === null || isRepeatable(samples)) {
    return { given: samples, release: () => undefined };
  }
  const kept = new Kept(samples as GivenSamples, context);
  return { given: kept, release: () => kept.release() };
}

class Kept implements AsyncIterable<SampleInput> {
  readonly count: number | undefined;
  readonly #samples: GivenSamples;
  readonly #context: RunContext;
  readonly #list: SampleInput[] = [];
  #bytes = 0;
  #complete = false;

  constructor(samples: GivenSamples, context: RunContext) {
    this.count = samples.count;
    this.#samples = samples;
    this.#context = context;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SampleInput> {
    if (this.#complete) return yield* this.#list;
    for await (const sample of this.#samples) {
      const copy = this.#copy(sample);
      this.#list.push(copy);
      yield copy;
    }
    this.#complete = true;
  }

  release(): void {
    this.#context.budget.release(this.#bytes);
    this.#bytes = 0;
    this.#list.length = 0;
  }

  /** A generator may fill the same memory anew for each. What is no tensor is left as it is, for readers to refuse. */
  #copy(sample: SampleInput): SampleInput {
    if (isTensor(sample)) return this.#tensor(sample);
    if (typeof sample !== 'object' || sample === null) return sample;
    const { feeds } = sample as Partial<Sample>;
    if (typeof feeds === 'object' && feeds !== null && !isTensor(feeds)) {
      return { ...(sample as Sample), feeds: this.#tensors(feeds) };
    }
    return this.#tensors(sample as Record<string, TensorInput>);
  }

  #tensors(feeds: Readonly<Record<string, TensorInput>>): Record<string, TensorInput> {
    return Object.fromEntries(
      Object.entries(feeds).map(([name, tensor]) => [name, isTensor(tensor) ? this.#tensor(tensor) : tensor]),
    );
  }

  #tensor(tensor: TensorInput): TensorInput {
    const { byteLength } = tensor.data;
    const { budget } = this.#context;
    if (this.#bytes + byteLength > MOST_BYTES || budget.held + byteLength > budget.limit / 2) {
      throw new OctavoError(
        'MEMORY_LIMIT',
        'recovery goes through the samples more than once, and these come from a generator, which cannot begin again, and ' +
          'are too many to be kept: give an array, a folder, or an object whose [Symbol.asyncIterator]() makes a new one',
        { field: 'calibration' },
      );
    }
    budget.reserve(byteLength, 'keeping the samples of a generator');
    this.#bytes += byteLength;
    const { data } = tensor;
    const copy = asBytes(data).slice();
    const Same = data.constructor as new (buffer: ArrayBufferLike) => ArrayBufferView;
    return { ...tensor, data: new Same(copy.buffer) };
  }
}

function isTensor(given: unknown): given is TensorInput {
  return (
    typeof given === 'object' && given !== null && ArrayBuffer.isView((given as Partial<TensorInput>).data)
  );
}
