// Samples of any kind as one stream of checked feeds: what calibration and comparison read.

import type { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import type { ValueInfo } from '../ir/model.js';
import { isRepeatableIterable, iterate } from './iterate.js';
import type { GivenSamples, Sample, SampleInput, SampleSource, Samples, Wants } from './sample.js';
import { type CheckedFeed, checkFeeds, type TensorInput } from './tensor.js';

/** A sample that fits the model. */
export interface CheckedSample {
  readonly name: string;
  /** Names of its items, see {@link Sample.items}. */
  readonly items: readonly string[];
  /** Their numbers in the whole set, from 0; those left out count. */
  readonly numbers: readonly number[];
  /** Items that the batch is long; those behind the numbered ones fill it up. */
  readonly length: number;
  readonly feeds: ReadonlyMap<string, CheckedFeed>;
}

/** Goes through the samples, one in memory at a time: the feeds of one are gone when the next is asked for.
 *  @param inputs - the model's inputs that must be fed
 *  @param wants - Items that it refuses are left out where the source can; a batch that holds one wanted item comes whole.
 *  @throws OctavoError `FEED_INVALID` naming the sample and the input; `SAMPLES_MISSING` when there are none, or none that
 *  can be used; `INVALID_ARGUMENT` for something that is no collection, or a generator that was used; `ABORTED`;
 *  `IO_FAILED` when the collection itself fails; what a source throws */
export async function* readSamples(
  samples: Samples,
  inputs: readonly ValueInfo[],
  context: RunContext,
  wants?: Wants,
): AsyncGenerator<CheckedSample, void, undefined> {
  let next = 0;
  let refused = false;
  const counting: Wants | undefined = wants && ((number) => wants(number) || !(refused = true));
  let found = 0;
  for await (const sample of opened(samples, inputs, context, counting)) {
    context.throwIfAborted();
    const checked = checkedSample(sample, next, inputs);
    next = Math.max(next, ...checked.numbers.map((number) => number + 1));
    if (counting === undefined || checked.numbers.some(counting)) {
      found++;
      yield checked;
    }
    sample.release?.();
  }
  if (found === 0 && !refused) {
    throw new OctavoError('SAMPLES_MISSING', 'there are no samples, or none that can be used');
  }
}

/** Whether {@link readSamples} can go through them more than once. */
export function isRepeatable(samples: Samples): boolean {
  return isSource(samples) || isRepeatableIterable(samples);
}

function checkedSample(sample: Sample, next: number, inputs: readonly ValueInfo[]): CheckedSample {
  const { name } = sample;
  try {
    const feeds = checkFeeds(sample.feeds, inputs);
    const count = sample.numbers?.length ?? itemCount(feeds, inputs);
    const numbers = sample.numbers ?? Array.from({ length: count }, (_, i) => next + i);
    const items = sample.items ?? numbers.map((_, i) => (count === 1 ? name : `${name}[${i}]`));
    return { name, items, numbers, length: sample.length ?? count, feeds };
  } catch (error) {
    throw error instanceof OctavoError ? error.within({ sample: name }) : error;
  }
}

/** The first dim, where the model leaves it open and all inputs agree on it; else a sample is one item. */
function itemCount(feeds: ReadonlyMap<string, CheckedFeed>, inputs: readonly ValueInfo[]): number {
  const open = inputs.filter(
    ({ dims }) => dims !== undefined && typeof dims[0] !== 'number' && dims.length > 0,
  );
  const counts = open.map(({ name }) => feeds.get(name)!.dims[0]!);
  return counts.length > 0 && counts.every((count) => count === counts[0]) ? counts[0]! : 1;
}

function opened(
  samples: Samples,
  inputs: readonly ValueInfo[],
  context: RunContext,
  wants: Wants | undefined,
): AsyncIterable<Sample> {
  if (isSource(samples)) return samples.open(inputs, context, wants);
  const given = wants === undefined ? undefined : samples?.only?.(wants);
  return givenSamples(given ?? samples, inputs, context);
}

async function* givenSamples(
  samples: GivenSamples,
  inputs: readonly ValueInfo[],
  { signal }: RunContext,
): AsyncGenerator<Sample> {
  let count = 0;
  for await (const given of iterate<SampleInput>(samples, signal, 'samples', 'tensors')) {
    yield namedSample(given, `#${count++}`, inputs);
  }
}

function namedSample(given: SampleInput, name: string, inputs: readonly ValueInfo[]): Sample {
  if (typeof given !== 'object' || given === null) {
    const message = `a sample is a tensor { data, dims }, or tensors by input name, not ${String(given)}`;
    throw new OctavoError('FEED_INVALID', message, { sample: name });
  }
  if (isSample(given)) return given;
  if (!isTensor(given)) return { name, feeds: given };
  if (inputs.length === 1) return { name, feeds: { [inputs[0]!.name]: given } };
  const names = inputs.map((input) => input.name).join(', ') || 'none';
  const message = `is one tensor, but the model has ${inputs.length} inputs: give tensors by name (${names})`;
  throw new OctavoError('FEED_INVALID', message, { sample: name });
}

function isSource(samples: Samples): samples is SampleSource {
  return typeof samples === 'object' && samples !== null && 'open' in samples;
}

function isSample(given: SampleInput): given is Sample {
  if (typeof given !== 'object' || given === null) return false;
  const { name, feeds } = given as Partial<Sample>;
  return typeof name === 'string' && typeof feeds === 'object' && feeds !== null;
}

/** Tells `{ data, dims }` from a record of tensors, one of which may be named `data`. */
function isTensor(given: object): given is TensorInput {
  const { data, dims } = given as Partial<TensorInput>;
  return 'data' in given && (ArrayBuffer.isView(data) || Array.isArray(data) || Array.isArray(dims));
}
