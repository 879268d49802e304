// Models between bytes and IR, for tests of what lies between reader and writer.

import { RunContext } from '../../ts-host/context.js';
import { readOnnx } from '../../ts-host/formats/onnx/reader.js';
import { planOnnxFiles } from '../../ts-host/formats/onnx/writer.js';
import { outputBytes } from '../../ts-host/io/output.js';
import { bytesSource } from '../../ts-host/io/source.js';
import { checkConsistency } from '../../ts-host/ir/check.js';
import type { Model } from '../../ts-host/ir/model.js';

export function modelOf(bytes: Uint8Array): Promise<Model> {
  return readOnnx(bytesSource(bytes), {}, new RunContext());
}

/** The file of a model, which must be consistent. */
export async function fileOf(model: Model): Promise<Uint8Array> {
  checkConsistency(model);
  const context = new RunContext();
  const [file] = planOnnxFiles(model, { fileName: 'model.onnx', externalData: 'never' }, context);
  return outputBytes(file!, context);
}
