// What calibration and comparison are fed with: samples, one or several to a batch, from wherever they come.

import type { TensorInput } from './tensor.js';

/** One batch for every input of a model, with a name that errors can tell: a file, or a number. */
export interface Sample {
  readonly name: string;
  readonly feeds: Readonly<Record<string, TensorInput>>;
  /** Number of each of its items in the whole set, ascending. Default: counted on from the items before. */
  readonly numbers?: readonly number[] | undefined;
}

/** What a caller may give for a sample: the tensor of a model's only input, or a tensor for each input by name. */
export type SampleInput = TensorInput | Readonly<Record<string, TensorInput>> | Sample;

/** Samples to be gone through, as often as needed where it is a collection or makes a new iterator each time; a
 *  generator can be gone through once. */
export type Samples = (AsyncIterable<SampleInput> | Iterable<SampleInput>) & {
  /** Items in all, for progress. */
  readonly count?: number | undefined;
  /** The samples without the items whose numbers `wants` refuses: those are never made, so that a shard or a resumed
   *  calibration does not pay for them. What it yields has `numbers`. Numbers are those of the whole set: an item that
   *  turns out to be broken keeps its own. Absent where nothing is saved. */
  readonly only?: ((wants: (number: number) => boolean) => AsyncIterable<Sample>) | undefined;
};
