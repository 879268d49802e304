// Objects of Cloudflare R2, or of anything with the same methods, as Source. The types are structural, so
// that no package of Cloudflare is needed and any S3 client can be wrapped in a few lines.

import { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import { rangeSource } from './range-source.js';
import type { Source } from './source.js';
import { ioWait } from './wait.js';

/** What head() and put() tell of an object. */
export interface R2ObjectLike {
  readonly size: number;
  /** Changes with the content. */
  readonly etag: string;
}

/** What get() gives; without arrayBuffer() when the `onlyIf` condition failed. */
export interface R2BodyLike extends R2ObjectLike {
  arrayBuffer?(): Promise<ArrayBuffer>;
}

/** The part of R2GetOptions that is used. */
export interface R2GetLike {
  readonly range: { readonly offset: number; readonly length: number };
  readonly onlyIf: { readonly etagMatches: string };
}

/** The part of an R2Bucket that reading uses. */
export interface R2ReadBucket {
  head(key: string): Promise<R2ObjectLike | null>;
  get(key: string, options: R2GetLike): Promise<R2BodyLike | null>;
}

/** Opens the object `key` with one head(); every read is one ranged get() of that very version.
 *  @throws OctavoError `IO_FAILED` when there is no such object, `ABORTED`. Reads throw `SOURCE_CHANGED` when the
 *  object was replaced or deleted meanwhile.
 *  @example
 *  ```ts
 *  const source = await r2Source(env.MODELS, 'resnet50.onnx', context);
 *  ``` */
export async function r2Source(
  bucket: R2ReadBucket,
  key: string,
  context: RunContext = new RunContext(),
): Promise<Source> {
  const { signal } = context;
  const place = { file: key };
  const head = await ioWait('head()', () => bucket.head(key), { signal, place });
  if (head === null) throw new OctavoError('IO_FAILED', 'the bucket has no such object', place);
  const { size, etag } = head;
  return rangeSource({
    size,
    name: key,
    signal,
    async readRange(offset, length) {
      const options: R2GetLike = { range: { offset, length }, onlyIf: { etagMatches: etag } };
      const object = await bucket.get(key, options);
      // A bucket that ignores onlyIf still tells the etag of what it gave.
      if (object?.arrayBuffer === undefined || object.etag !== etag) {
        throw new OctavoError(
          'SOURCE_CHANGED',
          'the object was replaced or deleted while it was read',
          place,
        );
      }
      return new Uint8Array(await object.arrayBuffer());
    },
  });
}
