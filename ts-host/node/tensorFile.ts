// Tensors of files as items of a model's input: .npy, .npz, and raw .bin, whose dims are the model's.

import { type BatchRule, type ItemTensor, itemTensor } from '../data/batches.js';
import { OctavoError } from '../errors.js';
import { DTYPE_BITS } from '../ir/dtype.js';
import type { ValueInfo } from '../ir/model.js';
import { elementCount } from '../ir/tensor.js';
import { readNpy, type StoredArray } from './npy.js';

/** The array of a .npz file that an input is fed with: the one of its name, else the only one.
 *  @throws OctavoError `FEED_INVALID` where there is no such array */
export function npzTensor(
  arrays: ReadonlyMap<string, StoredArray>,
  input: ValueInfo,
  isLone: boolean,
  rule: BatchRule,
  file: string,
): ItemTensor {
  const [first] = arrays.values();
  const array = arrays.get(input.name) ?? (isLone && arrays.size === 1 ? first : undefined);
  if (array !== undefined) return itemTensor(array, input, rule);
  const message = `the file has no array ${input.name}; it holds: ${[...arrays.keys()].join(', ') || 'nothing'}`;
  throw new OctavoError('FEED_INVALID', message, { file, tensor: input.name });
}

/** @throws OctavoError as readNpy */
export function npyTensor(bytes: Uint8Array, input: ValueInfo, rule: BatchRule, file: string): ItemTensor {
  return itemTensor(readNpy(bytes, file), input, rule);
}

/** Raw elements, row-major, little-endian. One dim that is not known follows from the length.
 *  @param shape - dims said by the caller
 *  @throws OctavoError `SHAPE_MISMATCH` for another length; `INVALID_ARGUMENT` where dims are missing */
export function rawTensor(
  bytes: Uint8Array,
  input: ValueInfo,
  shape: readonly number[] | undefined,
  rule: BatchRule,
  file: string,
): ItemTensor {
  const { name, dtype = 'float32', dims: declared } = input;
  const place = { file, tensor: name };
  if (DTYPE_BITS[dtype] % 8 !== 0) {
    throw new OctavoError('UNSUPPORTED_DTYPE', `${dtype} cannot be read from a raw file`, place);
  }
  const dims = shape ?? rawDims(bytes, declared, DTYPE_BITS[dtype] / 8, rule);
  if (dims === undefined) {
    const shown = declared === undefined ? 'nothing' : `[${declared.map((dim) => dim ?? '?').join(', ')}]`;
    const message = `the dims of a raw file do not follow from its ${bytes.byteLength} bytes and the model's ${shown}`;
    throw new OctavoError('INVALID_ARGUMENT', `${message}: give shape`, { ...place, field: 'shape' });
  }
  const byteLength = (elementCount(dims, name) * DTYPE_BITS[dtype]) / 8;
  if (byteLength !== bytes.byteLength) {
    const message = `${dtype}[${dims.join(', ')}] has ${byteLength} bytes, the file ${bytes.byteLength}`;
    throw new OctavoError('SHAPE_MISMATCH', message, place);
  }
  return itemTensor({ dtype, dims, bytes }, input, rule);
}

/** The model's dims with what it leaves open; one item of its batch where the file has as many bytes. */
function rawDims(
  { byteLength }: Uint8Array,
  declared: ValueInfo['dims'],
  elementBytes: number,
  { size }: BatchRule,
): readonly number[] | undefined {
  if (declared === undefined) return undefined;
  const known = declared.filter((dim) => typeof dim === 'number');
  const product = known.reduce((all, dim) => all * dim, elementBytes);
  if (known.length === declared.length) {
    const isOne = size > 1 && declared[0] === size && byteLength * size === product;
    return isOne ? [1, ...known.slice(1)] : known;
  }
  const missing = byteLength / product;
  if (known.length !== declared.length - 1 || !Number.isSafeInteger(missing)) return undefined;
  return declared.map((dim) => (typeof dim === 'number' ? dim : missing));
}
