// What calibration and comparison are fed with: samples, one or several to a batch, from wherever they come. Batches are
// made of items, which are numbered through the whole set, so that shards and checkpoints can name them.

import type { RunContext } from '../context.js';
import type { ValueInfo } from '../ir/model.js';
import type { TensorInput } from './tensor.js';

/** One batch for every input of a model, with a name that errors can tell: a file, or a number. */
export interface Sample {
  readonly name: string;
  readonly feeds: Readonly<Record<string, TensorInput>>;
  /** Number of each of its items in the whole set, ascending. Default: counted on from the items before. */
  readonly numbers?: readonly number[] | undefined;
  /** Names of its items, in order. */
  readonly items?: readonly string[] | undefined;
  /** Items that the batch is long, where it was filled up with its own first items. Default: as many as have numbers. */
  readonly length?: number | undefined;
  /** To be called by who has no more use for the tensors: their memory may be that of the next sample. */
  readonly release?: (() => void) | undefined;
}

/** What a caller may give for a sample: the tensor of a model's only input, or a tensor for each input by name. */
export type SampleInput = TensorInput | Readonly<Record<string, TensorInput>> | Sample;

/** Whether the item of this number is wanted: a shard wants some, a resumed calibration those it lacks. */
export type Wants = (number: number) => boolean;

/** Samples that are made for a model: of its input's size, layout and dtype. */
export interface SampleSource {
  /** Items in all, for progress. */
  readonly count?: number | undefined;
  /** The same for a model of these inputs, where that makes a difference. */
  countFor?(inputs: readonly ValueInfo[]): number;
  /** Goes through the samples from the first, one in memory at a time. What it yields has `numbers`; an item that turns
   *  out to be broken keeps its own and is left out. Items that `wants` refuses are never made.
   *  @param inputs - of the model that is to be fed */
  open(inputs: readonly ValueInfo[], context: RunContext, wants?: Wants): AsyncIterable<Sample>;
}

/** Samples to be gone through, as often as needed where it is a collection or makes a new iterator each time; a
 *  generator can be gone through once. */
export type GivenSamples = (AsyncIterable<SampleInput> | Iterable<SampleInput>) & {
  /** Items in all, for progress. */
  readonly count?: number | undefined;
  /** The samples without the items whose numbers `wants` refuses, see {@link SampleSource.open}. Absent where nothing is
   *  saved. */
  readonly only?: ((wants: Wants) => AsyncIterable<Sample>) | undefined;
};

export type Samples = GivenSamples | SampleSource;
