// Blob and File as a Source: the runtime keeps the bytes (on disk, for a picked file) and hands out slices.

import { rangeSource } from './range-source.js';
import type { Source } from './source.js';

/** A source over a Blob or File. Nothing is held in memory but the ranges asked for.
 *  A File that changed on disk after it was picked fails with `IO_FAILED`.
 *  @example
 *  ```ts
 *  const source = blobSource(input.files[0]);
 *  ``` */
export function blobSource(blob: Blob, name: string | undefined = nameOf(blob)): Source {
  return rangeSource({
    size: blob.size,
    name,
    readRange: async (offset, length) =>
      new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
  });
}

function nameOf(blob: Blob): string | undefined {
  return 'name' in blob && typeof blob.name === 'string' ? blob.name : undefined;
}
