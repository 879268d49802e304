// Calibration data as PaddleSlim takes it: a data_loader or batch_generator gives batches, a sample_generator gives single samples
// that are put together here. A function is called anew for each pass; tensors may be given alone, as a list in the order in
// which the program is fed, or by the names of its inputs.

import type { RunContext } from '../context.js';
import { batched, type Item, itemTensor } from '../data/batches.js';
import { type AnyIterable, iterate } from '../data/iterate.js';
import type { Sample, SampleInput, SampleSource, Samples } from '../data/sample.js';
import { checkFeeds, type TensorInput } from '../data/tensor.js';
import { OctavoError } from '../errors.js';
import { Buffers } from '../io/buffers.js';
import type { ValueInfo } from '../ir/model.js';

/** A batch or a sample: tensors in the order of feeds, or any form that samples have. */
export type SlimTensors = SampleInput | readonly TensorInput[];

/** A collection, something that makes one, or a source such as `imageSamples`. */
export type SlimData = AnyIterable<SlimTensors> | SampleSource | (() => AnyIterable<SlimTensors>);

export interface SlimSamples {
  readonly dataLoader?: SlimData | undefined;
  readonly batchGenerator?: SlimData | undefined;
  readonly sampleGenerator?: SlimData | undefined;
  /** Samples of a sampleGenerator that make a batch. */
  readonly batchSize: number;
  /** Batches that are used; all where it is not given. */
  readonly batchNums?: number | undefined;
}

/** The batches to calibrate with, to be gone through as often as the data can.
 *  @throws OctavoError `INVALID_ARGUMENT` unless exactly one kind of data is given */
export function slimSamples(options: SlimSamples): Samples {
  const { batchSize, batchNums = Number.POSITIVE_INFINITY } = options;
  const kinds = ['dataLoader', 'batchGenerator', 'sampleGenerator'] as const;
  const given = kinds.filter((kind) => options[kind] !== undefined);
  const [kind] = given;
  if (kind === undefined || given.length > 1) {
    const message = `give one of dataLoader, batchGenerator and sampleGenerator, not ${given.join(' and ') || 'none'}`;
    throw new OctavoError('INVALID_ARGUMENT', message, { field: given[1] ?? 'dataLoader' });
  }
  const data = options[kind]!;
  return {
    async *open(inputs, context) {
      const batches =
        kind === 'sampleGenerator'
          ? stacked(data, batchSize, inputs, context)
          : givenBatches(data, kind, inputs, context);
      let count = 0;
      for await (const batch of batches) {
        yield batch;
        if (++count >= batchNums) return;
      }
    },
  };
}

async function* givenBatches(
  data: SlimData,
  kind: string,
  inputs: readonly ValueInfo[],
  context: RunContext,
): AsyncGenerator<Sample> {
  if (isSource(data)) {
    yield* data.open(inputs, context);
    return;
  }
  let next = 0;
  for await (const given of iterate(begun(data, kind), context.signal, kind, 'batches')) {
    const { name = `#${next}`, feeds } = namedFeeds(given, `#${next}`, inputs);
    const length = checkedLength(feeds, name, inputs);
    yield { name, feeds, numbers: Array.from({ length }, (_, i) => next + i) };
    next += length;
  }
}

/** Single samples, batchSize to a batch. As with Paddle, samples that do not fill the last batch are left out. */
async function* stacked(
  data: SlimData,
  size: number,
  inputs: readonly ValueInfo[],
  context: RunContext,
): AsyncGenerator<Sample> {
  if (isSource(data)) {
    throw new OctavoError('INVALID_ARGUMENT', 'a source of samples makes batches: give it as dataLoader', {
      field: 'sampleGenerator',
    });
  }
  let seen = 0;
  let filled = 0;
  let first: string | undefined;
  const items = async function* (): AsyncGenerator<Item> {
    for await (const given of iterate(
      begun(data, 'sampleGenerator'),
      context.signal,
      'sampleGenerator',
      'samples',
    )) {
      const item = itemOf(given, seen++, size, inputs);
      const shape = shapeOf(item);
      if (shape !== (first ??= shape)) {
        const message = `is of ${shape}, the samples before of ${first}: they make no batch`;
        throw new OctavoError('FEED_INVALID', message, { sample: item.name });
      }
      yield item;
    }
  };
  for await (const batch of batched(items(), { size, isFull: false }, new Buffers())) {
    if (batch.numbers!.length < size && size > 1) break;
    filled++;
    yield batch;
  }
  if (filled > 0 || seen === 0) return;
  const message = `${seen} samples do not fill a batch of batchSize ${size}, and what does not is left out`;
  throw new OctavoError('SAMPLES_MISSING', message, { field: 'batchSize' });
}

const shapeOf = ({ feeds }: Item): string =>
  [...feeds.values()].map(({ dims }) => `[${dims.slice(1).join(', ')}]`).join(' and ');

const isSource = (data: SlimData): data is SampleSource =>
  typeof data === 'object' && data !== null && 'open' in data;

function itemOf(given: SlimTensors, number: number, size: number, inputs: readonly ValueInfo[]): Item {
  const name = `#${number}`;
  const { feeds } = namedFeeds(given, name, inputs);
  const tensors = inputs.map((input): [string, ReturnType<typeof itemTensor>] => {
    const tensor = feeds[input.name];
    if (tensor === undefined)
      throw new OctavoError('FEED_INVALID', 'is not given', { sample: name, tensor: input.name });
    // checkFeeds tells the dtype; whether the shape fits shows when the batch is fed.
    const { dtype, data } = within(name, () =>
      checkFeeds({ [input.name]: tensor }, [
        { name: input.name, ...(input.dtype ? { dtype: input.dtype } : {}) },
      ]),
    ).get(input.name)!;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const item = itemTensor({ dtype, dims: tensor.dims, bytes }, input, { size, isFull: false });
    if (item.isPart || size === 1) return [input.name, item];
    const wanted = (input.dims ?? []).map((dim) => dim ?? '?').join(', ');
    const message = `a sample of [${tensor.dims.join(', ')}] is no part of a batch of [${wanted}]`;
    throw new OctavoError('FEED_INVALID', message, { sample: name, tensor: input.name });
  });
  return { name, number, feeds: new Map(tensors) };
}

function begun(data: Exclude<SlimData, SampleSource>, field: string): AnyIterable<SlimTensors> {
  if (typeof data !== 'function') return data;
  try {
    return data();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OctavoError('IO_FAILED', `${field} failed: ${reason}`, { field }, { cause });
  }
}

interface NamedFeeds {
  readonly name?: string;
  readonly feeds: Readonly<Record<string, TensorInput>>;
}

/** Tensors by input name. */
function namedFeeds(given: SlimTensors, name: string, inputs: readonly ValueInfo[]): NamedFeeds {
  if (typeof given !== 'object' || given === null) {
    throw new OctavoError('FEED_INVALID', `tensors are wanted, not ${String(given)}`, { sample: name });
  }
  const list = Array.isArray(given)
    ? (given as readonly TensorInput[])
    : 'data' in given
      ? [given as TensorInput]
      : undefined;
  if (list === undefined) {
    return 'feeds' in given ? (given as Sample) : { feeds: given as Readonly<Record<string, TensorInput>> };
  }
  if (list.length === inputs.length) {
    return { feeds: Object.fromEntries(inputs.map((input, i) => [input.name, list[i]!])) };
  }
  const names = inputs.map((input) => input.name).join(', ');
  const message = `holds ${list.length} tensors, the program is fed with ${inputs.length}: ${names}`;
  throw new OctavoError('FEED_INVALID', message, { sample: name });
}

/** The first dim of a batch that fits the program. */
function checkedLength(feeds: NamedFeeds['feeds'], name: string, inputs: readonly ValueInfo[]): number {
  const checked = within(name, () => checkFeeds(feeds, inputs));
  return Math.max(1, checked.get(inputs[0]?.name ?? '')?.dims[0] ?? 1);
}

function within<T>(sample: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof OctavoError ? error.within({ sample }) : error;
  }
}
