// `octavo pack` and `octavo unpack`: a model made ready to run, and the model back.

import { basename, dirname } from 'node:path';
import { pack } from '../api/pack.js';
import { unpack } from '../api/unpack.js';
import { OctavoError } from '../errors.js';
import { refuseOverwritingInputs } from '../node/overwrite.js';
import { pathsBeside, refuseBadOutput, writeByteFile, writeByteFiles } from './byteFile.js';
import type { PackFlags, UnpackFlags } from './flags.js';
import { modelInput } from './input.js';
import { toJson } from './json.js';
import { STANDARD_STREAM } from './output.js';
import { megabytes, rows } from './summary.js';
import type { Environment, Terminal } from './terminal.js';

export async function packCommand(model: string, flags: PackFlags, environment: Environment): Promise<void> {
  const { terminal, signal } = environment;
  const { output, precision, memoryLimit } = flags;
  refuseBadOutput(output, 'a packed file', terminal);
  const input = await modelInput(model, signal, flags);
  try {
    if (output !== STANDARD_STREAM) await refuseOverwritingInputs(input.paths, [output]);
    const { onProgress } = terminal;
    const { external, source } = input;
    const shapes = flags.shape && Object.fromEntries(flags.shape.map(({ name, dims }) => [name, dims]));
    const options = { external, precision, shapes, memoryLimit, signal, onProgress };
    const bytes = await pack(source, options);
    await writeByteFile(output, bytes, terminal);
    await tell(terminal, { command: 'pack', input: model, output, bytes: bytes.byteLength });
  } finally {
    await input.close();
  }
}

export async function unpackCommand(
  packed: string,
  { output, memoryLimit }: UnpackFlags,
  { terminal, signal }: Environment,
): Promise<void> {
  refuseBadOutput(output, 'a model', terminal);
  const input = await modelInput(packed, signal, {});
  try {
    const files = await unpack(input.source, { signal, memoryLimit });
    const model = files.get('')!;
    if (output === STANDARD_STREAM) {
      if (files.size > 1) {
        const message = `the model has ${files.size} files: name one with -o, the others go beside it`;
        throw new OctavoError('INVALID_ARGUMENT', message, { field: 'output' });
      }
      await writeByteFile(output, model, terminal);
    } else {
      await refuseOverwritingInputs(input.paths, pathsBeside(output, files.keys()));
      files.delete('');
      await writeByteFiles(dirname(output), files.set(basename(output), model));
    }
    const bytes = [...files.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
    await tell(terminal, { command: 'unpack', input: packed, output, bytes });
  } finally {
    await input.close();
  }
}

interface Told {
  readonly command: string;
  readonly input: string;
  readonly output: string;
  readonly bytes: number;
}

async function tell(terminal: Terminal, told: Told): Promise<void> {
  const text = rows([['written', `${told.output}  ${megabytes(told.bytes)}`]]);
  if (told.output === STANDARD_STREAM) terminal.note(text);
  else await terminal.print(terminal.json ? toJson(told) : text);
}
