// `octavo quantize --variants`: the family of files that users of a library look for beside a model.

import { basename, dirname, join } from 'node:path';
import { inspect } from '../api/inspect.js';
import { quantizeVariants, VARIANTS, type VariantFamily, type VariantResult } from '../api/variants.js';
import { folderSink } from '../io/node/folder-sink.js';
import { fileStatus, refuseOverwritingInputs } from '../node/overwrite.js';
import { UsageError } from './errors.js';
import { planOptions, type QuantizeFlags, suitsVariants } from './flags.js';
import { type ModelInput, modelInput } from './input.js';
import { toJson } from './json.js';
import { STANDARD_STREAM } from './output.js';
import { countForms, megabytes, percent } from './summary.js';
import { type Environment, paint } from './terminal.js';

export async function variantsCommand(
  model: string,
  family: VariantFamily,
  flags: QuantizeFlags,
  { terminal, signal }: Environment,
): Promise<void> {
  suitsVariants(flags);
  if (model === STANDARD_STREAM)
    throw new UsageError('variants read the model several times: name a file', '--variants');
  const folder = await targetFolder(model, flags.output);
  const input = await modelInput(model, signal, flags);
  try {
    const { onProgress } = terminal;
    const { external } = input;
    const fileName = basename(model);
    await refuseReplacing(input, folder, family, fileName, flags, signal);
    const { mode: _mode, ...filters } = planOptions(flags).options;
    const options = { ...filters, externalData: flags.externalData, external, fileName, signal, onProgress };
    const results = await quantizeVariants(input.source, family, () => folderSink(folder), options);
    const json = {
      command: 'quantize',
      input: model,
      variants: results.map((result) => variantJson(result, folder)),
    };
    await terminal.print(terminal.json ? toJson(json) : variantsText(results, folder));
  } finally {
    await input.close();
  }
}

async function targetFolder(model: string, output: string | undefined): Promise<string> {
  if (output === undefined) return dirname(model);
  if ((await fileStatus(output))?.isDirectory()) return output;
  throw new UsageError(`variants are several files: ${output} is no folder that exists`, '-o');
}

/** The external data of the input is known once its structure was read. */
async function refuseReplacing(
  input: ModelInput,
  folder: string,
  family: VariantFamily,
  fileName: string,
  { force = false }: QuantizeFlags,
  signal: AbortSignal,
): Promise<void> {
  await inspect(input.source, { external: input.external, signal });
  const stem = fileName.replace(/\.onnx$/, '');
  const extension = fileName.slice(stem.length);
  const names = Object.keys(VARIANTS[family]).map((suffix) => `${stem}${suffix}${extension}`);
  const outputs = names.flatMap((name) => [join(folder, name), join(folder, `${name}_data`)]);
  await refuseOverwritingInputs(input.paths, outputs);
  for (const path of force ? [] : outputs) {
    if ((await fileStatus(path)) === undefined) continue;
    throw new UsageError(`${path} exists: --force replaces it, -o names another folder`, '--force');
  }
}

function variantJson({ fileName, report }: VariantResult, folder: string): unknown {
  const { inputBytes, outputBytes } = report;
  const forms = countForms(report.nodes);
  return { path: join(folder, fileName), ratio: outputBytes / inputBytes, forms, ...report };
}

function variantsText(results: readonly VariantResult[], folder: string): string {
  const paths = results.map(({ fileName }) => join(folder, fileName));
  const width = Math.max(...paths.map((path) => path.length));
  const lines = results.map(({ report: { mode, inputBytes, outputBytes, nodes } }, index) => {
    const left = nodes.filter(({ form }) => form === 'float').length;
    const size = `${megabytes(outputBytes).padStart(8)}  ${percent(outputBytes / inputBytes).padStart(7)}`;
    return `${paint('bold', paths[index]!.padEnd(width))}  ${size}  ${mode}, ${left} of ${nodes.length} nodes in float\n`;
  });
  return lines.join('');
}
