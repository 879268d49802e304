// quantizeFile(): from a path to a path.

import { basename, dirname, join } from 'node:path';
import { quantize } from '../api/quantize.js';
import { folderSink } from '../io/node/folder-sink.js';
import type { QuantizeOptions } from '../quantize/options.js';
import type { QuantizeReport } from '../report/report.js';
import { fileInput } from './fileInput.js';
import { refuseOverwritingInputs } from './overwrite.js';

/** {@link QuantizeOptions} without what follows from the paths. */
export type QuantizeFileOptions = Omit<QuantizeOptions, 'fileName' | 'external'>;

/** Quantizes a file. External data is read from the folder of the input and written beside the output. The output
 *  appears when it is whole, replacing a file of that name; until then it has a temporary name in the same folder.
 *  @throws OctavoError as quantize(); `IO_FAILED` with the path; `INVALID_ARGUMENT` when the output, or its external
 *  data, is a file that the input consists of.
 *  @example
 *  ```ts
 *  const report = await quantizeFile('model.onnx', 'model.int8.onnx', { mode: 'weights' });
 *  console.log(report.inputBytes, report.outputBytes);
 *  ``` */
export async function quantizeFile(
  inputPath: string,
  outputPath: string,
  options: QuantizeFileOptions = {},
): Promise<QuantizeReport> {
  const folder = dirname(outputPath);
  const input = await fileInput(inputPath, options.signal);
  try {
    const fileName = basename(outputPath);
    const result = await quantize(input.source, { ...options, external: input.external, fileName });
    try {
      const outputs = result.files.map(({ name }) => join(folder, name));
      await refuseOverwritingInputs(input.paths, outputs);
      await result.writeTo(folderSink(folder));
      return result.report;
    } finally {
      await result.close();
    }
  } finally {
    await input.close();
  }
}
