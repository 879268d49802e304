// Outputs never replace inputs: the input is read while the output is written, and the user wants to keep it.

import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { OctavoError } from '../errors.js';
import { ioError } from '../io/wait.js';

/** Compares files, not names: a link, a second name and another spelling of the path are all found.
 *  @throws OctavoError `INVALID_ARGUMENT` when one of `outputs` is one of `inputs`. */
export async function refuseOverwritingInputs(
  inputs: readonly string[],
  outputs: readonly string[],
): Promise<void> {
  const taken = await Promise.all(inputs.map(fileStatus));
  for (const output of outputs) {
    const status = await fileStatus(output);
    if (status === undefined) continue;
    const same = taken.findIndex((input) => input?.ino === status.ino && input.dev === status.dev);
    if (same < 0) continue;
    throw new OctavoError('INVALID_ARGUMENT', `the output would replace the input ${inputs[same]}`, {
      file: output,
    });
  }
}

/** undefined when there is no such file.
 *  @throws OctavoError `IO_FAILED` */
export async function fileStatus(path: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw ioError(error, 'looking up the file', { file: path });
  }
}
