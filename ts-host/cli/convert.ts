// `octavo convert`: a model as ONNX, weights as they are.

import { join } from 'node:path';
import { refuseOverwritingInputs } from '../node/overwrite.js';
import { toOnnx } from '../paddle/toOnnx.js';
import { UsageError } from './errors.js';
import type { ConvertFlags } from './flags.js';
import { modelInput } from './input.js';
import { checkIntegerFlags, inIntegers } from './integers.js';
import { toJson } from './json.js';
import { outputTarget, STANDARD_STREAM } from './output.js';
import { megabytes, rows } from './summary.js';
import type { Environment } from './terminal.js';

export async function convertCommand(
  model: string,
  flags: ConvertFlags,
  environment: Environment,
): Promise<void> {
  const { terminal, signal } = environment;
  const { output, externalData, memoryLimit } = flags;
  checkIntegerFlags(flags);
  const target = await outputTarget({ input: model, output, force: true, options: {}, terminal });
  const { folder, fileName } = target;
  if (folder === undefined && externalData === 'always') {
    throw new UsageError(`${target.path} holds one file only`, '--external-data');
  }
  const input = await modelInput(model, signal, flags);
  try {
    const source = flags.int8 === true ? await inIntegers(input.source, flags, environment) : input.source;
    const onnx = await toOnnx(source, {
      fileName,
      external: input.external,
      externalData: folder === undefined ? 'never' : externalData,
      memoryLimit,
      signal,
      onProgress: terminal.onProgress,
    });
    try {
      const files = onnx.files.map(({ name, byteLength }) => ({ name, bytes: byteLength }));
      if (folder !== undefined) {
        await refuseOverwritingInputs(
          input.paths,
          files.map(({ name }) => join(folder, name)),
        );
      }
      await onnx.writeTo(await target.sink());
      if (output === STANDARD_STREAM) return;
      const text = rows(files.map(({ name, bytes }) => [name, megabytes(bytes)]));
      await terminal.print(
        terminal.json ? toJson({ command: 'convert', input: model, output, files }) : text,
      );
    } finally {
      await onnx.close();
    }
  } finally {
    await input.close();
  }
}
