// Items become batches: as many as the model takes at once, or as it is said.
//
//   the model says N         full batches; the last is filled up with its own first items
//   the model leaves it open batches of `batch` items, 1 unless it is said; the last may be shorter

import { OctavoError } from '../errors.js';
import { type Buffers, Lent } from '../io/buffers.js';
import type { DType } from '../ir/dtype.js';
import type { ValueInfo } from '../ir/model.js';
import { asElements } from './elements.js';
import type { Sample } from './sample.js';
import type { TensorInput } from './tensor.js';

/** What one input is fed with for one item. */
export interface ItemTensor {
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
  /** One of a batch: the first dim is 1 and counts items. Else the tensor is a batch of its own. */
  readonly isPart: boolean;
}

export interface Item {
  readonly name: string;
  readonly number: number;
  readonly feeds: ReadonlyMap<string, ItemTensor>;
  /** See {@link Sample.release}. */
  readonly release?: (() => void) | undefined;
}

export interface BatchRule {
  readonly size: number;
  /** Whether batches must be full. */
  readonly isFull: boolean;
}

/** How many items a batch has.
 *  @param wanted - the option `batch`
 *  @throws OctavoError `INVALID_ARGUMENT` where the model says another number */
export function batchRule(inputs: readonly ValueInfo[], wanted: number | undefined): BatchRule {
  const firsts = inputs.map(({ dims }) => dims?.[0]);
  const [fixed] = firsts;
  if (typeof fixed === 'number' && fixed > 0 && firsts.every((first) => first === fixed)) {
    if (wanted === undefined || wanted === fixed) return { size: fixed, isFull: true };
    const message = `the model takes batches of ${fixed}, not ${wanted}`;
    throw new OctavoError('INVALID_ARGUMENT', message, { field: 'batch' });
  }
  const isOpen = firsts.every((first) => typeof first !== 'number');
  if (isOpen || wanted === undefined || wanted === 1)
    return { size: isOpen ? (wanted ?? 1) : 1, isFull: false };
  const message = `the model's inputs have no batch in common, so it cannot be ${wanted}`;
  throw new OctavoError('INVALID_ARGUMENT', message, { field: 'batch' });
}

/** A tensor of a file as an item: without the dim of the batch it gets one. Whether it fits is for checkFeeds to say. */
export function itemTensor(
  tensor: Omit<ItemTensor, 'isPart'>,
  input: ValueInfo,
  { size }: BatchRule,
): ItemTensor {
  const { dims } = tensor;
  const declared = input.dims;
  if (declared === undefined || declared.length === 0) return { ...tensor, isPart: false };
  const [first, ...rest] = declared;
  if (dims.length === declared.length) {
    return { ...tensor, isPart: size > 1 && dims[0] === 1 && first !== 1 };
  }
  const fits =
    dims.length === rest.length && rest.every((dim, i) => typeof dim !== 'number' || dim === dims[i]);
  if (!fits || (typeof first === 'number' && first !== size)) return { ...tensor, isPart: false };
  return { ...tensor, dims: [1, ...dims], isPart: size > 1 };
}

/** Puts items together, in their order.
 *  @param buffers - for batches */
export async function* batched(
  items: AsyncIterable<Item>,
  { size, isFull }: BatchRule,
  buffers: Buffers,
): AsyncGenerator<Sample> {
  let held: Item[] = [];
  const take = (): Sample => {
    const length = isFull ? size : held.length;
    const sample = length === 1 ? { ...alone(held[0]!), length } : stacked(held, length, buffers);
    held = [];
    return sample;
  };
  for await (const item of items) {
    const parts = [...item.feeds.values()].filter(({ isPart }) => isPart).length;
    if (parts > 0 && parts < item.feeds.size) {
      const message = 'some inputs are one of a batch, others a whole one';
      throw new OctavoError('FEED_INVALID', message, { sample: item.name });
    }
    const joins = parts > 0 && (held.length === 0 || isAlike(held[0]!, item));
    if (!joins && held.length > 0) yield take();
    held.push(item);
    if (parts === 0 || held.length === size) yield parts === 0 ? alone(held.pop()!) : take();
  }
  if (held.length > 0) yield take();
}

/** Whether two items can lie in one batch. */
function isAlike(a: Item, b: Item): boolean {
  return [...a.feeds].every(([name, { dtype, dims }]) => {
    const other = b.feeds.get(name);
    return other?.dtype === dtype && other.dims.join() === dims.join();
  });
}

/** A tensor that is a batch of its own counts as one item. */
function alone({ name, number, feeds, release }: Item): Sample {
  const tensors = [...feeds].map(([input, { dtype, dims, bytes }]): [string, TensorInput] => {
    return [input, { dtype, dims, data: asElements(dtype, bytes) }];
  });
  return { name, feeds: Object.fromEntries(tensors), numbers: [number], items: [name], release };
}

function stacked(items: readonly Item[], length: number, buffers: Buffers): Sample {
  const [first] = items;
  const lent = new Lent(buffers);
  const tensors = [...first!.feeds].map(([input, { dtype, dims, bytes }]): [string, TensorInput] => {
    const all = lent.take(length * bytes.byteLength);
    for (let i = 0; i < length; i++) {
      all.set(items[i % items.length]!.feeds.get(input)!.bytes, i * bytes.byteLength);
    }
    return [input, { dtype, dims: [length, ...dims.slice(1)], data: asElements(dtype, all) }];
  });
  for (const { release } of items) release?.();
  const names = items.map(({ name }) => name);
  return {
    name: names.length === 1 ? names[0]! : `${names[0]} … ${names.at(-1)}`,
    feeds: Object.fromEntries(tensors),
    numbers: items.map(({ number }) => number),
    items: names,
    length,
    release: lent.release,
  };
}
