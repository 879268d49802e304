// The feeds of `octavo run`: .npy and .npz files as tensors by input name.

import { basename } from 'node:path';
import type { TensorInput } from '../data/tensor.js';
import { OctavoError } from '../errors.js';
import { asElements } from '../execute/elements.js';
import { readNpy, type StoredArray } from '../node/npy.js';
import { looksLikeZip, readNpz } from '../node/npz.js';
import { MOST_BYTES, readLimited } from '../node/readLimited.js';
import { UsageError } from './errors.js';

/** Reads the files of `--input`.
 *  @param given - `NAME=FILE.npy`, `NAME=FILE.npz` or `FILE.npz` */
export async function readFeeds(
  given: readonly string[],
  signal: AbortSignal,
  limit = MOST_BYTES,
): Promise<Record<string, TensorInput>> {
  const feeds = new Map<string, TensorInput>();
  const add = (name: string, array: StoredArray): void => {
    if (feeds.has(name)) throw new UsageError(`the input ${name} is given twice`, '--input');
    feeds.set(name, { dtype: array.dtype, dims: array.dims, data: asElements(array.dtype, array.bytes) });
  };
  for (const text of given) {
    const at = text.indexOf('=');
    const [name, path] = at > 0 ? [text.slice(0, at), text.slice(at + 1)] : [undefined, text];
    const bytes = await readLimited(path, signal, limit);
    if (!looksLikeZip(bytes)) {
      if (name === undefined) throw new UsageError(`say which input ${text} is: NAME=${text}`, '--input');
      add(name, readNpy(bytes, path));
      continue;
    }
    const arrays = readNpz(bytes, path, limit);
    if (name === undefined) for (const [key, array] of arrays) add(key, array);
    else add(name, only(arrays, name, path));
  }
  return Object.fromEntries(feeds);
}

/** The tensor of that name, or the one there is. */
function only(arrays: ReadonlyMap<string, StoredArray>, name: string, path: string): StoredArray {
  const [first] = arrays.values();
  const array = arrays.get(name) ?? (arrays.size === 1 ? first : undefined);
  if (array !== undefined) return array;
  const held = [...arrays.keys()].join(', ') || 'nothing';
  throw new OctavoError('FEED_INVALID', `${basename(path)} has no ${name}; it holds: ${held}`, {
    file: path,
  });
}
