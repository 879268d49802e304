// Sources that keep their word: whoever made them, a read gives as many bytes as were asked for, or fails.

import { OctavoError } from '../errors.js';
import { checkRange, type Source } from './source.js';

/** `source` with every read checked. Readers rely on lengths, and a source may be anybody's: a file that shrinks
 *  while it is read must end in an error, not in a wrong model.
 *  @returns a source whose reads throw `SOURCE_CHANGED` when bytes are missing, `TRUNCATED` outside the size. */
export function exactSource(source: Source): Source {
  const { size, name } = source;
  const checked = (bytes: Uint8Array, offset: number, length: number): Uint8Array => {
    if (bytes instanceof Uint8Array && bytes.byteLength === length) return bytes;
    const count = bytes instanceof Uint8Array ? `${bytes.byteLength} bytes` : `${typeof bytes}, no bytes,`;
    throw new OctavoError('SOURCE_CHANGED', `a read of ${length} bytes gave ${count}`, {
      offset,
      ...(name === undefined ? {} : { file: name }),
    });
  };
  return {
    size,
    name,
    async read(offset, length, options) {
      checkRange(source, offset, length);
      return checked(await source.read(offset, length, options), offset, length);
    },
    ...(source.readSync === undefined
      ? {}
      : {
          readSync: (offset, length, take) => checked(source.readSync!(offset, length, take), offset, length),
        }),
  };
}
