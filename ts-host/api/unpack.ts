// What a packed file was made of: the model's own files, byte for byte.

import { RunContext, type RunOptions } from '../context.js';
import { OctavoError } from '../errors.js';
import { isPacked } from '../execute/packed/format.js';
import { readPacked } from '../execute/packed/read.js';
import { toSource } from '../io/any-source.js';
import { equalBytes, fileDigest } from '../io/digest.js';
import { exactSource } from '../io/exact-source.js';
import { checkLocation } from '../io/external.js';
import { filePlace } from '../io/wait.js';
import { readAll, sliceData } from '../ir/tensor.js';
import { isOpener, type ModelInput } from './open.js';

/** The files inside a packed file, by the names that the model has for them; '' is the model itself.
 *  @throws OctavoError `PACKS_INVALID`, `PACKS_VERSION`; `EXTERNAL_DATA_REFUSED` for a name that leaves the model's folder;
 *  `CRYPTO_UNAVAILABLE`, `MEMORY_LIMIT`, `ABORTED`
 *  @example
 *  ```ts
 *  const model = (await unpack(packed)).get('');
 *  ``` */
export async function unpack(input: ModelInput, options: RunOptions = {}): Promise<Map<string, Uint8Array>> {
  const context = new RunContext(options);
  if (isOpener(input)) throw notPacked(undefined);
  const source = await toSource(input, context);
  try {
    const { name: file } = source;
    if (!(await isPacked(source))) throw notPacked(file);
    const files = new Map<string, Uint8Array>();
    for (const [name, part] of (await readPacked(exactSource(source), context)).files) {
      const data = sliceData(part.source, 0, part.source.size);
      if (!equalBytes(await fileDigest(data.chunks(context)), part.digest)) {
        throw new OctavoError(
          'PACKS_INVALID',
          'the packed file is damaged: a hash does not fit',
          filePlace(file),
        );
      }
      files.set(name === '' ? '' : checkLocation(name), await readAll(data, context));
    }
    return files;
  } finally {
    if (source !== input) await source.close?.();
  }
}

function notPacked(file: string | undefined): OctavoError {
  return new OctavoError('PACKS_INVALID', 'this is no packed file', filePlace(file));
}
