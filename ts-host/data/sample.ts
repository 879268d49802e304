// What calibration and comparison are fed with: samples, one or several to a batch, from wherever they come.

import type { TensorInput } from './tensor.js';

/** One batch for every input of a model, with a name that errors can tell: a file, or a number. */
export interface Sample {
  readonly name: string;
  readonly feeds: Readonly<Record<string, TensorInput>>;
}

/** What a caller may give for a sample: the tensor of a model's only input, or a tensor for each input by name. */
export type SampleInput = TensorInput | Readonly<Record<string, TensorInput>> | Sample;

/** Samples to be gone through, as often as needed where it is a collection or makes a new iterator each time; a
 *  generator can be gone through once. `count` is for progress. */
export type Samples = (AsyncIterable<SampleInput> | Iterable<SampleInput>) & {
  readonly count?: number | undefined;
};
